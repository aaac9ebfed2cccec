import { describe } from 'vitest';
import { changeTests } from './catalog-changes.ts';
import { commitTests } from './catalog-commits.ts';
import { listTests } from './catalog-lists.ts';
import { type CatalogRig, createTestClock, type MakeCatalog, type TestClock } from './catalog-rig.ts';

export type { MakeCatalog } from './catalog-rig.ts';

/**
 * What every driver of the catalog port must do. `catalog-model.ts` adds random histories.
 * @param make an empty catalog that reads time from the clock it is given; called once per test
 */
export function describeCatalog(name: string, make: MakeCatalog): void {
  const withRig = (test: (rig: CatalogRig, clock: TestClock) => Promise<void>) => async () => {
    const clock = createTestClock();
    const rig = await make(clock);
    try {
      await test(rig, clock);
    } finally {
      await rig.done?.();
    }
  };
  describe(`catalog ${name}`, () => {
    describe('answers', () => listTests(withRig));
    describe('commits', () => commitTests(withRig));
    describe('tells', () => changeTests(withRig));
  });
}
