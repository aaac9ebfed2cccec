import { createHash } from 'node:crypto';
import { type Random, randomBelow, seededRandom } from '../../support/random.ts';
import { type CrashStorage, createCrashStorage } from '../../support/storage/crash-storage.ts';
import { observeStorage } from '../../support/storage/observed-storage.ts';
import { startMachine } from './engine.ts';
import { createHistory } from './history.ts';
import { inspect } from './inspect.ts';
import { differences, everything, knownOf, type Told } from './told.ts';

/**
 * Power cuts, in process: random histories of the real engine on a storage that forgets whatever was not synced.
 * Before many of its changing calls the disk is "cut" into a state that such a crash may leave; each state is then
 * started, recovered and held against what callers had been told by that moment (docs/storage-format.md, "Start and recovery").
 */
const STEPS = 30;
const AT_ONCE = 3;
const MOST = 250;

/** What came of one history: everything in it follows from its seed. */
export interface HistoryOutcome {
  readonly seed: number;
  readonly states: number;
  /** Pictures that some caller had been told of, summed over the states. */
  readonly acknowledged: number;
  readonly breaches: readonly string[];
}

interface State {
  readonly disk: CrashStorage;
  readonly told: Told;
  readonly where: string;
}

function bytesFrom(random: Random): (bytes: number) => Uint8Array {
  return (bytes) => Uint8Array.from({ length: bytes }, () => randomBelow(random, 256));
}

const NOTHING: Told = { acknowledged: new Map(), asked: new Map(), uploads: new Set() };

/** One history, cut at random places. */
async function* statesOf(seed: number): AsyncGenerator<State> {
  const random = seededRandom(seed);
  let now = Date.UTC(2026, 10, 21, 23, 59, 58);
  const disk = createCrashStorage({ now: () => (now += 7) });
  const states: State[] = [];
  let told = (): Told => NOTHING;
  let calls = 0;
  let cut = 0;
  const storage = observeStorage(disk, (call) => {
    calls += 1;
    // every call of the first start and the first pictures now and then; else all over a longer history
    if (cut >= MOST || random() > (seed % 5 === 0 ? 1 : 0.12)) return;
    cut += 1;
    states.push({ disk: disk.crash(random), told: told(), where: `before call ${calls} (${call})` });
  });
  const machine = await startMachine(storage, bytesFrom(random));
  const history = createHistory(machine, random);
  told = () => history.told();
  for (let step = 0; step < STEPS && cut < MOST; step += AT_ONCE) {
    await Promise.all(Array.from({ length: 1 + randomBelow(random, AT_ONCE) }, () => history.step()));
    yield* states.splice(0);
  }
  await machine.engine.close();
  yield* states;
}

interface Recovered {
  readonly faults: string[];
  /** Hash over everything that was found. */
  readonly summary: string;
  /** The disk after another cut, right after the look. */
  readonly left: CrashStorage;
}

/** Starts a machine on the disk, looks at everything, and cuts the power again. */
async function recover(disk: CrashStorage, told: Told, random: Random): Promise<Recovered> {
  const { engine } = await startMachine(disk, bytesFrom(random));
  const found = await everything(engine.catalog);
  const faults = [...differences(found, told), ...(await inspect(disk, found))];
  const known = [...found.values()].map((entry) => JSON.stringify(knownOf(entry))).sort();
  const summary = createHash('sha256').update(known.join('\n')).digest('hex');
  const left = disk.crash(random);
  await engine.close();
  return { faults, summary, left };
}

async function faultsOf(state: State, random: Random): Promise<string[]> {
  // Sometimes recovery itself is cut off: what is left of it must be recoverable too.
  const disk = random() < 0.25 ? await cutRecovery(state.disk, random) : state.disk;
  const once = await recover(disk, state.told, random);
  const twice = await recover(once.left, state.told, random);
  const again = twice.faults.map((fault) => `recovered twice, ${fault}`);
  const faults = [...once.faults, ...again];
  if (twice.summary !== once.summary) faults.push('recovering twice gives another state than once');
  return faults;
}

async function cutRecovery(disk: CrashStorage, random: Random): Promise<CrashStorage> {
  const at = 1 + randomBelow(random, 30);
  let calls = 0;
  let left: CrashStorage | undefined;
  const watched = observeStorage(disk, () => {
    calls += 1;
    if (calls === at) left = disk.crash(random);
  });
  const { engine } = await startMachine(watched, bytesFrom(random));
  await everything(engine.catalog);
  left ??= disk.crash(random);
  await engine.close();
  return left;
}

/** Runs the history of this seed and recovers each state that it is cut into. */
export async function checkHistory(seed: number): Promise<HistoryOutcome> {
  const random = seededRandom(seed ^ 0x5eed);
  const breaches: string[] = [];
  let states = 0;
  let acknowledged = 0;
  try {
    for await (const state of statesOf(seed)) {
      states += 1;
      acknowledged += state.told.acknowledged.size;
      const faults = await faultsOf(state, random);
      breaches.push(...faults.map((fault) => `seed ${seed}, ${state.where}: ${fault}`));
    }
  } catch (error) {
    breaches.push(`seed ${seed}, state ${states}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return { seed, states, acknowledged, breaches };
}
