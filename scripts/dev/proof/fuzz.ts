import { runFuzz } from '../../../test/acceptance/fuzz.ts';
import type { ProofPart } from '../proof-part.ts';

/** Every route by everybody, right and broken, against what the server's own document promises. */
const part: ProofPart = {
  what: 'requests made from the OpenAPI document: every answer is one that the document has, none a failure of ours or late',
  unit: 'requests',
  sizes: { ci: 17_500, command: 500_000 },
  run: runFuzz,
};

export default part;
