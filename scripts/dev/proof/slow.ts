import { slow } from '../../../test/acceptance/slow.ts';

export default slow;
