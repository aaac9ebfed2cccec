import { runHostile } from '../../../test/acceptance/hostile.ts';
import type { ProofPart } from '../proof-part.ts';

/** Bombs, truncations, polyglots, lies and mutated pictures of others. */
const part: ProofPart = {
  what: 'files that mean harm: each is refused for what it is or kept bit for bit, within 5 s and 512 MiB, and nothing is left behind',
  unit: 'files',
  sizes: { ci: 300, command: 2_000 },
  run: runHostile,
};

export default part;
