import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each, the longest first: begun last, one of them runs on alone while the other cores have nothing to do. */
export const LONGEST: readonly string[] = [
  'test/acceptance/kill-loop.test.ts',
  'test/fault/crash/crash-simulator.test.ts',
  'test/e2e/admin.test.ts',
  'test/fault/syscalls.test.ts',
  'test/acceptance/space.test.ts',
];

/** The runner's own order behind them; it knows the times of the last run, and a fresh clone has had none. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = LONGEST.indexOf(relative(project.config.root, moduleId));
      return place < 0 ? LONGEST.length : place;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
