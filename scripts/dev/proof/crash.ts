import { crashStates } from '../../../test/fault/crash/crash-proof.ts';

export default crashStates;
