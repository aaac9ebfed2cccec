import { runAccess } from '../../../test/acceptance/access-proof.ts';
import type { ProofPart } from '../proof-part.ts';

/** Others' values in every place, proofs that are none, forged ones, other sites' writes, a cache between, paths out. */
const part: ProofPart = {
  what: "nobody sees, learns of or changes what is not theirs: others' ids in every place of every operation, forged proofs, other sites, a caching proxy, and",
  unit: 'texts that lead elsewhere',
  sizes: { ci: 3_000, command: 100_000 },
  run: runAccess,
};

export default part;
