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
  const breaches: string[] = [];
  let next = seed;
  let states = 0;
  let acknowledged = 0;
  let said = performance.now();
  const lane = async ({ check }: HistoryLane) => {
    while (states < cycles) {
      const mine = next;
      next += 1;
      open.add(mine);
      const outcome = await check(mine);
      open.delete(mine);
      states += outcome.states;
      acknowledged += outcome.acknowledged;
      breaches.push(...outcome.breaches);
      if (performance.now() - said < SAY_EVERY_MS) continue;
      said = performance.now();
      const from = Math.min(next, ...open);
      say(`${states.toLocaleString('en')} states, ${breaches.length} faults; go on with --seed ${from}`);
    }
  };
  try {
    await Promise.all(lanes.map(lane));
  } finally {
    for (const { close } of lanes) close();
  }
  return {
    figures: [
      { name: 'crash states recovered, each twice', value: states },
      { name: 'histories', value: next - seed },
      { name: 'acknowledged pictures looked for in them', value: acknowledged },
    ],
    breaches,
  };
}

/** Histories in this very process. */
export const HERE: HistoryLane = { check: checkHistory, close() {} };

export const crashStates: ProofPart = {
  what: 'Power cuts between any two calls of random histories: recovery, twice, gives what callers were told.',
  unit: 'crash states',
  sizes: { ci: 10_000, command: 1_000_000 },
  run: (options) =>
    proveCrashStates(Array.from({ length: availableParallelism() }, startHistoryProcess), options),
};
