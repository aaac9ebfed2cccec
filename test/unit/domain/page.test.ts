import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKirokuError } from '../../../src/domain/errors.ts';
import { isPictureId } from '../../../src/domain/id.ts';
import { type Cursor, compareCursor, decodeCursor, encodeCursor } from '../../../src/domain/page.ts';

const ids = fc
  .constantFrom(
    '01kah7t5r8w9xyz0123456789a',
    '01kah7t5r8w9xyz0123456789b',
    '0123456789abcdef0123456789abcdef',
  )
  .map((id): string => id)
  .filter(isPictureId);
const cursors: fc.Arbitrary<Cursor> = fc.record({
  time: fc.integer({ min: -1_000, max: 8_640_000_000_000_000 }),
  id: ids,
});

function refused(text: string): boolean {
  try {
    decodeCursor(text);
    return false;
  } catch (error) {
    return isKirokuError(error, 'invalid_parameter') && error.details.field === 'cursor';
  }
}

describe('cursors', () => {
  it('come back as they went out, in text that needs no escaping', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        const text = encodeCursor(cursor);
        expect(text).toMatch(/^[\w-]+$/);
        expect(decodeCursor(text)).toEqual(cursor);
      }),
    );
  });

  it('are refused when they are not ours', () => {
    const made = (text: string) => Buffer.from(text).toString('base64url');
    const wrong = [
      '',
      'x',
      made('1.2'),
      made('x.01kah7t5r8w9xyz0123456789a'),
      made('1.01KAH7T5R8W9XYZ0123456789A'),
    ];
    wrong.push(made('99999999999999999.01kah7t5r8w9xyz0123456789a'), made('1.01kah7t5r8w9xyz0123456789a/..'));
    expect(wrong.filter((text) => !refused(text))).toEqual([]);
  });

  it('are refused or understood, and nothing else, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(refused(text) || decodeCursor(text).id.length >= 26).toBe(true);
      }),
    );
  });

  it('order by time, then by id', () => {
    fc.assert(
      fc.property(cursors, cursors, (a, b) => {
        const order = Math.sign(compareCursor(a, b));
        expect(order).toBe(-Math.sign(compareCursor(b, a)) + 0);
        if (a.time !== b.time) expect(order).toBe(Math.sign(a.time - b.time));
        else expect(order).toBe(a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
      }),
    );
  });
});
