import { space } from '../../../test/acceptance/space-proof.ts';

export default space;
