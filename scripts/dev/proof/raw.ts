import { runRaw } from '../../../test/acceptance/garbage.ts';
import type { ProofPart } from '../proof-part.ts';

/** With `fuzz`, the requests that nobody should ever have to fear. */
const part: ProofPart = {
  what: 'bytes that are nearly requests, over raw sockets: an answer or a closed connection in time, none a failure of ours',
  unit: 'requests over raw sockets',
  sizes: { ci: 2_500, command: 100_000 },
  run: runRaw,
};

export default part;
