import { createHash } from 'node:crypto';
import { randomBelow, seededRandom } from '../../support/random.ts';
import { type CrashStorage, createCrashStorage } from '../../support/storage/crash-storage.ts';
import { catchUp, type Machine, type Rules, startMachine } from './engine.ts';
import { step } from './history.ts';
import { Journal, type Told } from './journal.ts';
import { createLives, type Lives } from './lives.ts';
import { differences, lookAtAll, type Seen } from './look.ts';
import { bytesFrom, type Luck, needsCatchingUp, recoverTwice } from './recovery.ts';
import { World } from './world.ts';

/**
 * Power cuts, in process: random histories of the real engine on a storage that forgets whatever was not synced.
 * Before many of its changing calls the disk is "cut" into a state that such a crash may leave; each state is then
 * started, recovered and held against what callers had been told by that moment (docs/storage-format.md, "Start and recovery").
 */
const LEAST_STEPS = 6;
const MORE_STEPS = 24;
const AT_ONCE = 3;
const MOST = 250;
const RESTARTS = 0.08;
const KILLS = 0.12;
/** Calls after which a killed process is dead at the latest, whatever it is doing. */
const LONGEST_LIFE = 40;
/** As the tally of acts names it. */
export const KILL = 'kill and start again';
const START = Date.UTC(2026, 10, 21, 23, 59, 58);

/** What came of one history: everything in it follows from its seed. */
export interface HistoryOutcome {
  readonly seed: number;
  /** States that were recovered, no two of them with the same names and bytes. */
  readonly states: number;
  /** States with the names and bytes of an earlier one, but for which callers had been told something else. */
  readonly repeated: number;
  /** Pictures, links and searches that some caller had been told of, summed over the states. */
  readonly acknowledged: number;
  /** How often each act was done. */
  readonly acts: { readonly [name: string]: number };
  readonly breaches: readonly string[];
}

interface State {
  readonly disk: CrashStorage;
  readonly told: Told;
  readonly where: string;
}

interface Tally {
  states: number;
  repeated: number;
  acknowledged: number;
  acts: { [name: string]: number };
  breaches: string[];
}

/** Every other history is without snapshots, every other pair without merges. */
const rulesOf = (seed: number): Rules => ({ snapshots: (seed & 1) === 0, compaction: (seed & 2) === 0 });

/** One history, cut at random places. It ends before the first state is recovered: nothing of that reaches into it. */
async function statesOf(seed: number, tally: Tally): Promise<State[]> {
  const random = seededRandom(seed);
  let now = START;
  const disk = createCrashStorage({ now: () => (now += 7) });
  const states: State[] = [];
  const journal = new Journal(() => lives.isAlive);
  // every call of the first start and the first pictures now and then; else all over a longer history
  const share = seed % 5 === 0 ? 1 : 0.12;
  let calls = 0;
  let cut = 0;
  const lives = createLives(disk, (call) => {
    calls += 1;
    if (cut >= MOST || random() > share) return;
    cut += 1;
    states.push({ disk: disk.crash(random), told: journal.told(), where: `before call ${calls} (${call})` });
  });
  const start = () => startMachine(lives.next(), bytesFrom(random), rulesOf(seed));
  const world = new World(await start(), journal, random);
  const steps = LEAST_STEPS + randomBelow(random, MORE_STEPS);
  for (let done = 0; done < steps && cut < MOST; done += AT_ONCE) {
    const isKilled = random() < KILLS;
    if (isKilled) lives.endIn(1 + randomBelow(random, LONGEST_LIFE));
    const acts = Array.from({ length: 1 + randomBelow(random, AT_ONCE) }, () => step(world));
    const ends = await Promise.allSettled(acts);
    if (isKilled)
      tally.breaches.push(
        ...(await goOnAfterKill(world, lives, start)).map((fault) => `seed ${seed}, ${fault}`),
      );
    else for (const end of ends) if (end.status === 'rejected') throw end.reason;
    if (random() < RESTARTS) {
      await world.machine.engine.close();
      world.machine = await start();
    }
  }
  await world.machine.engine.close();
  tally.acts = Object.fromEntries(world.done);
  return states;
}

/**
 * The process is dead, the power stays: what it had only written is there for the next one. That one tells everybody what it
 * finds, and from then on no power cut may take it back.
 */
async function goOnAfterKill(world: World, lives: Lives, start: () => Promise<Machine>): Promise<string[]> {
  const { journal, done } = world;
  lives.end();
  // gives the lock back, as the system does; nothing else of it reaches the disk
  await world.machine.engine.close().catch(() => undefined);
  world.begin(await start());
  await catchUp(world.machine);
  const look = await lookAtAll(world.machine);
  const faults = differences(look, journal.told()).map((fault) => `after kill ${lives.count}, ${fault}`);
  journal.relearn(look.facts, look.adopted);
  done.set(KILL, (done.get(KILL) ?? 0) + 1);
  return faults;
}

/** Over the names and bytes of everything that lies there. */
function digestOf(disk: CrashStorage): string {
  const hash = createHash('sha1');
  const all = [...disk.contents()].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, bytes] of all) {
    hash.update(`${path}\0${bytes?.length ?? ''}\0`);
    if (bytes !== undefined) hash.update(bytes);
  }
  return hash.digest('base64');
}

/**
 * Runs the history of this seed and recovers each state that it is cut into.
 * @param traces whether what is thrown says where: that costs a tenth of the time
 */
export async function checkHistory(seed: number, traces = false): Promise<HistoryOutcome> {
  const limit = Error.stackTraceLimit;
  if (!traces) Error.stackTraceLimit = 0;
  try {
    return await recoverAll(seed);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

async function recoverAll(seed: number): Promise<HistoryOutcome> {
  const random = seededRandom(seed ^ 0x5eed);
  const tally: Tally = { states: 0, repeated: 0, acknowledged: 0, acts: {}, breaches: [] };
  const seen = new Map<string, Known>();
  try {
    for (const state of await statesOf(seed, tally)) {
      const faults = await faultsOf(state, seen, tally, { random, rules: rulesOf(seed) });
      tally.breaches.push(...faults.map((fault) => `seed ${seed}, ${state.where}: ${fault}`));
    }
  } catch (error) {
    const words = error instanceof Error ? error.stack : String(error);
    tally.breaches.push(`seed ${seed}, state ${tally.states}: ${words}`);
  }
  return { seed, ...tally };
}

/** What was found on a disk, and whether that was after the work behind the first requests. */
interface Known extends Seen {
  readonly caughtUp: boolean;
}

/** The same disk is recovered once: what was found then is held against what callers had been told by now. */
async function faultsOf(
  { disk, told }: State,
  seen: Map<string, Known>,
  tally: Tally,
  luck: Luck,
): Promise<string[]> {
  tally.acknowledged += told.known.size;
  const digest = digestOf(disk);
  const before = seen.get(digest);
  tally[before === undefined ? 'states' : 'repeated'] += 1;
  // what only the work behind the first requests brings about must have been waited for
  if (before !== undefined && (before.caughtUp || !needsCatchingUp(told))) return differences(before, told);
  const { look, faults, caughtUp } = await recoverTwice(disk, told, luck);
  // without its pictures, which hold on to the whole machine
  seen.set(digest, { facts: look.facts, adopted: look.adopted, caughtUp });
  return faults;
}
