import { SABOTAGES } from '../../../test/sabotage/cases.ts';
import { runSabotage } from '../../../test/sabotage/sabotage.ts';
import type { ProofPart } from '../proof-part.ts';

/** By command only: the suite holds the edits against the code, and breaks nothing. */
const part: ProofPart = {
  what: 'promises broken on purpose in a copy of the code, one at a time: the tests that guard them fail, and pass untouched',
  unit: 'broken promises',
  sizes: { ci: 0, command: SABOTAGES.length },
  run: runSabotage,
};

export default part;
