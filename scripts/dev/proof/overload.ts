import { overload } from '../../../test/acceptance/overload.ts';

export default overload;
