import { expect, it } from 'vitest';
import { tallyOf, type Verdict } from '../../../../../web/src/gallery/culling/verdicts.ts';

it('counts the last verdict of each picture', () => {
  const verdict = (id: string, is: Verdict['is']): Verdict => ({ id, is, index: 0, undo: () => undefined });
  const verdicts = [
    verdict('a', 'trashed'),
    verdict('b', 'kept'),
    verdict('c', 'rated'),
    verdict('a', 'kept'),
    verdict('b', 'rated'),
    verdict('d', 'trashed'),
  ];
  expect(tallyOf(verdicts)).toEqual({ kept: 2, trashed: 1 });
});
