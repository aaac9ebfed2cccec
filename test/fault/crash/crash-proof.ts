import { availableParallelism } from 'node:os';
import type { ProofPart, ProofResult } from '../../../scripts/dev/proof-part.ts';
import { startHistoryProcess } from './crash-process.ts';
import { checkHistory, type HistoryOutcome } from './crash-states.ts';

const SAY_EVERY_MS = 10_000;

/** Who runs histories: this process, or others beside it. */
export interface HistoryLane {
  check(seed: number): Promise<HistoryOutcome>;
  close(): void;
}

/**
 * Histories from this seed on, until so many states were recovered. A long run goes on where another one stopped with
 * the seed that its last line of progress names: histories know nothing of one another.
 */
export async function proveCrashStates(
  lanes: readonly HistoryLane[],
  options: { readonly cycles: number; readonly seed: number; readonly say: (line: string) => void },
): Promise<ProofResult> {
  const { cycles, seed, say } = options;
  const open = new Set<number>();
  const sum = createSum();
  const began = performance.now();
  let next = seed;
  let said = began;
  const lane = async ({ check }: HistoryLane) => {
    while (sum.states < cycles) {
      const mine = next;
      next += 1;
      open.add(mine);
      const outcome = await check(mine);
      sum.add(outcome);
      for (const breach of outcome.breaches) say(breach);
      open.delete(mine);
      if (performance.now() - said < SAY_EVERY_MS) continue;
      said = performance.now();
      const rate = (sum.states / (said - began)) * 1000;
      say(`${told(sum)} at ${rate.toFixed(0)} a second; go on with --seed ${Math.min(next, ...open)}`);
    }
  };
  try {
    await Promise.all(lanes.map(lane));
  } finally {
    for (const { close } of lanes) close();
  }
  return {
    figures: [
      { name: 'different crash states recovered, each twice', value: sum.states },
      { name: 'like an earlier one, with other promises', value: sum.repeated },
      { name: 'histories', value: next - seed },
      { name: 'acknowledged pictures, links and searches looked for in them', value: sum.acknowledged },
      { name: 'changes', value: sum.changes },
    ],
    breaches: sum.breaches,
  };
}

function told({ states, breaches }: Sum): string {
  return `${states.toLocaleString('en')} states, ${breaches.length} faults`;
}

interface Sum {
  states: number;
  repeated: number;
  acknowledged: number;
  readonly breaches: string[];
  /** Of every kind, how many. */
  readonly changes: string;
  add(outcome: HistoryOutcome): void;
}

function createSum(): Sum {
  const acts = new Map<string, number>();
  return {
    states: 0,
    repeated: 0,
    acknowledged: 0,
    breaches: [],
    get changes() {
      const most = [...acts].sort(([, a], [, b]) => b - a);
      return `(${most.map(([name, count]) => `${count} × ${name}`).join(', ')})`;
    },
    add(outcome) {
      this.states += outcome.states;
      this.repeated += outcome.repeated;
      this.acknowledged += outcome.acknowledged;
      this.breaches.push(...outcome.breaches);
      for (const [name, count] of Object.entries(outcome.acts)) acts.set(name, (acts.get(name) ?? 0) + count);
    },
  };
}

/** Histories in this very process. */
export const HERE: HistoryLane = { check: (seed) => checkHistory(seed), close() {} };

export const crashStates: ProofPart = {
  what: 'Power cuts between any two calls of random histories: recovery, twice, gives what callers were told.',
  unit: 'crash states',
  sizes: { ci: 10_000, command: 1_000_000 },
  run(options) {
    // one history alone is run to see what is wrong with it
    const traces = options.cycles === 1;
    const jobs = traces ? 1 : Math.max(1, options.jobs ?? availableParallelism());
    return proveCrashStates(
      Array.from({ length: jobs }, () => startHistoryProcess(traces)),
      options,
    );
  },
};
