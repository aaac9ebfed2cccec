import { createHash } from 'node:crypto';
import { errno } from '../../../src/storage/errno.ts';
import { type Random, randomBelow } from '../../support/random.ts';
import type { CrashStorage } from '../../support/storage/crash-storage.ts';
import { observeStorage } from '../../support/storage/observed-storage.ts';
import { send } from './acts-pictures.ts';
import { catchUp, type Machine, type Rules, startMachine, UNSTOPPED } from './engine.ts';
import { inspect } from './inspect.ts';
import type { Told } from './journal.ts';
import { differences, type Look, lookAtAll } from './look.ts';

/** How often recovery is cut short, goes on behind its first answers, and ends in order. */
const CUT_AGAIN = 0.2;
const CAUGHT_UP = 0.1;
const IN_ORDER = 0.1;

export function bytesFrom(random: Random): (bytes: number) => Uint8Array {
  return (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) bytes[at] = randomBelow(random, 256);
    return bytes;
  };
}

/** What a recovery is tried with. */
export interface Luck {
  readonly random: Random;
  readonly rules: Rules;
}

/** A machine that will be without power from some moment on: what it does then reaches nothing. */
interface Powered {
  readonly machine: Machine;
  /** The power goes: the disk as the cut leaves it. What the process does after it fails. */
  cut(): CrashStorage;
  /** Stops it in order. */
  stop(): Promise<void>;
}

async function power(disk: CrashStorage, { random, rules }: Luck): Promise<Powered> {
  const machine = await startMachine(disk, bytesFrom(random), rules);
  return {
    machine,
    stop: () => machine.engine.close(),
    cut() {
      const left = disk.crash(random);
      disk.off();
      void machine.engine.close().catch(() => undefined);
      return left;
    },
  };
}

interface Recovered {
  readonly look: Look;
  readonly faults: string[];
  /** Over everything that was found. */
  readonly summary: string;
}

/** Whether pictures may be where only the work behind the first requests looks for them. */
export function needsCatchingUp({ giving, dropped }: Told): boolean {
  return giving !== undefined || dropped.size > 0;
}

async function examine(
  machine: Machine,
  disk: CrashStorage,
  told: Told,
  caughtUp: boolean,
): Promise<Recovered> {
  const look = await lookAtAll(machine);
  const faults = [...differences(look, told), ...inspect(disk.contents(), look.pictures, caughtUp)];
  const lines = [...look.facts.values()].map(({ key, owner, text }) => `${key} ${owner} ${text}`).sort();
  const summary = createHash('sha256').update(lines.join('\n')).digest('hex');
  return { look, faults, summary };
}

interface RecoveredTwice extends Pick<Recovered, 'look' | 'faults'> {
  /** After the work behind the first requests, not only right after the start. */
  readonly caughtUp: boolean;
}

/** Recovers a disk, cuts it again, and recovers what is left: both ends must be the same. */
export async function recoverTwice(state: CrashStorage, told: Told, luck: Luck): Promise<RecoveredTwice> {
  const { random } = luck;
  // Sometimes recovery itself is cut off: what is left of it must be recoverable too.
  const disk = random() < CUT_AGAIN ? await cutRecovery(state, luck) : state;
  const behind = needsCatchingUp(told) || random() < CAUGHT_UP;
  const first = await power(disk, luck);
  if (behind) await catchUp(first.machine);
  const once = await examine(first.machine, disk, told, behind);
  // now and then it is stopped in order: the next start then believes what this one left
  const inOrder = random() < IN_ORDER;
  if (inOrder) await first.stop();
  const left = inOrder ? disk : first.cut();

  const second = await power(left, luck);
  if (behind) await catchUp(second.machine);
  const twice = await examine(second.machine, left, told, behind);
  const after = await goOn(second.machine, left, told, twice, random);
  second.cut();
  const faults = [...once.faults, ...twice.faults.map((fault) => `recovered twice, ${fault}`), ...after];
  if (twice.summary !== once.summary) faults.push('recovering twice gives another state than once');
  return { look: once.look, faults, caughtUp: behind };
}

/** The power goes again at some call of the recovery, or right after it. */
async function cutRecovery(disk: CrashStorage, { random, rules }: Luck): Promise<CrashStorage> {
  const at = 1 + randomBelow(random, 40);
  let calls = 0;
  let left: CrashStorage | undefined;
  const storage = observeStorage(disk, (call) => {
    calls += 1;
    if (calls === at) left = disk.crash(random);
    if (left !== undefined) throw errno('EIO', call, '');
  });
  try {
    const machine = await startMachine(storage, bytesFrom(random), rules);
    if (left === undefined)
      await catchUp(machine).catch((error: unknown) => {
        // without power nothing works; with it, this must
        if (left === undefined) throw error;
      });
    left ??= disk.crash(random);
    void machine.engine.close().catch(() => undefined);
  } catch (error) {
    if (left === undefined) throw error;
  }
  return left;
}

/** What comes after a recovery: a purge that had begun ends, and a client that had no answer asks again. */
async function goOn(
  machine: Machine,
  disk: CrashStorage,
  told: Told,
  { look }: Recovered,
  random: Random,
): Promise<string[]> {
  const faults: string[] = [];
  if ([...look.pictures.values()].some((entry) => entry.record().purging !== undefined)) {
    faults.push(...(await endPurges(machine, disk)));
  }
  if (told.keyed.size > 0) faults.push(...(await askAgain(machine, told, look, random)));
  return faults.map((fault) => `after recovery, ${fault}`);
}

async function endPurges(machine: Machine, disk: CrashStorage): Promise<string[]> {
  await machine.purge.apply(await machine.purge.plan({}), { signal: UNSTOPPED, confirmed: true });
  const { pictures } = await lookAtAll(machine);
  const faults = inspect(disk.contents(), pictures, false);
  for (const entry of pictures.values()) {
    if (entry.record().purging !== undefined) faults.push(`${entry.id}: its purge has no end`);
  }
  return faults;
}

async function askAgain(machine: Machine, told: Told, { pictures }: Look, random: Random): Promise<string[]> {
  const all = [...told.keyed];
  const chosen = all[randomBelow(random, all.length)];
  if (chosen === undefined) return [];
  const [key, { owner, picture, made }] = chosen;
  const isPurged = made !== undefined && (told.gone.has(made) || told.asked.get(made) === 'gone');
  if (isPurged) return [];
  const first = await send(machine, picture, { owner, kind: 'generated', prompt: '', key });
  if (made !== undefined && first.outcome !== 'replayed') return [`${key} made a second picture`];
  if (made !== undefined && `picture ${first.entry.id}` !== made) return [`${key} gives another picture`];
  const { idem } = first.entry.record();
  const wasThere = [...pictures.values()].some((one) => idem !== undefined && one.record().idem === idem);
  if (first.outcome === 'created' && wasThere) return [`${key}, not answered then, made a second picture`];
  const again = await send(machine, picture, { owner, kind: 'generated', prompt: '', key });
  return again.outcome === 'replayed' && again.entry.id === first.entry.id ? [] : [`${key} is not known`];
}
