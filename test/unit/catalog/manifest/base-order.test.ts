import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BaseOrder } from '../../../../src/catalog/manifest/base-order.ts';
import { idText, wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import type { PictureId } from '../../../../src/domain/id.ts';
import { hexIdOf, idOf } from '../../../support/ids.ts';

interface Line {
  readonly time: number;
  readonly id: PictureId;
}

const line: fc.Arbitrary<Line> = fc.record({
  time: fc.nat(8),
  id: fc.oneof(fc.nat(6).map(idOf), fc.nat(3).map(hexIdOf)),
});

/** What is said of the first line that is wrong. */
function judged(lines: readonly Line[]): string | undefined {
  const before = new Set<string>();
  const base = new BaseOrder((words, form) => before.has(idText(words, 0, form)));
  const words = new Uint32Array(4);
  for (const { time, id } of lines) {
    const form = wordsOf(id, words);
    const wrong = base.check(time, words, form);
    if (wrong !== undefined) return wrong;
    before.add(id);
  }
  return undefined;
}

function expected(lines: readonly Line[]): string | undefined {
  for (const [n, { time, id }] of lines.entries()) {
    const last = lines[n - 1];
    if (last !== undefined && !(time > last.time || (time === last.time && id > last.id)))
      return 'base out of order';
    if (lines.slice(0, n).some((one) => one.id === id)) return 'a picture twice in the base';
  }
  return undefined;
}

describe('the order of a base', () => {
  it('is checked line by line: rising, and no id twice', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.boolean(), (some, sorted) => {
        const lines = sorted ? [...some].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1)) : some;
        expect(judged(lines)).toBe(expected(lines));
      }),
      { numRuns: 2_000 },
    );
  });
});
