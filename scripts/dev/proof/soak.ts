import { soak } from '../../../test/acceptance/soak.ts';

export default soak;
