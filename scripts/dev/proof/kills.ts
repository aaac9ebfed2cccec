import { killLoop } from '../../../test/acceptance/kill-loop-proof.ts';

export default killLoop;
