import type { ProofOptions, ProofPart, ProofResult } from '../../scripts/dev/proof-part.ts';
import { type KillLoopEnd, runKillLoop } from './kill-loop.ts';

/** Kills that one tree goes through: what is compared after each grows with it. */
const KILLS_OF_A_TREE = 250;

/** Trees of consecutive seeds, `jobs` of them side by side: what comes out is the same for any number. */
async function proveKills({ cycles, seed, say, jobs = 1 }: ProofOptions): Promise<ProofResult> {
  const trees = Array.from({ length: Math.ceil(cycles / KILLS_OF_A_TREE) }, (_, index) => ({
    kills: Math.min(KILLS_OF_A_TREE, cycles - index * KILLS_OF_A_TREE),
    seed: seed + index,
  }));
  const ends: KillLoopEnd[] = [];
  const lane = async () => {
    for (let tree = trees.shift(); tree !== undefined; tree = trees.shift()) {
      ends.push(await runKillLoop(tree.kills, tree.seed, say));
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  const sum = (of: (end: KillLoopEnd) => number) => ends.reduce((total, end) => total + of(end), 0);
  return {
    figures: [
      { name: 'kills under load', value: sum(({ kills }) => kills) },
      { name: 'of them in the start', value: sum(({ killsInStart }) => killsInStart) },
      { name: 'trees', value: ends.length },
      { name: 'acknowledged operations', value: sum(({ acknowledged }) => acknowledged) },
      { name: 'pictures at the end', value: sum(({ pictures }) => pictures) },
    ],
    breaches: ends.flatMap(({ faults }) => faults),
  };
}

export const killLoop: ProofPart = {
  what: 'kill -9 at random moments under mixed load of 8 clients: nothing acknowledged is lost or changed, nothing is half.',
  unit: 'kills',
  sizes: { ci: 50, command: 1_000 },
  run: proveKills,
};
