import { runFlips } from '../../../test/acceptance/flips.ts';
import type { ProofPart } from '../proof-part.ts';

/** A failing disk, one bit at a time. */
const part: ProofPart = {
  what: 'single bits of originals, thumbnails, sidecars and manifests turn over: `kiroku verify` names each, and nothing else',
  unit: 'flips',
  sizes: { ci: 50, command: 1_000 },
  run: runFlips,
};

export default part;
