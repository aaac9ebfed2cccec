import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, isDay } from '../../../src/domain/day.ts';
import { ORIGINAL_EXTS, THUMB_EXTS } from '../../../src/domain/format.ts';
import { isPictureId } from '../../../src/domain/id.ts';
import {
  dayFolder,
  kindFolder,
  type Location,
  manifestKey,
  originalKey,
  parseKey,
  sidecarKey,
  thumbKey,
} from '../../../src/domain/key.ts';
import { KINDS } from '../../../src/domain/kind.ts';
import { isOwner } from '../../../src/domain/owner.ts';

const HEX = '0123456789abcdef';
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

const texts = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });

const owners = fc
  .tuple(texts('abcdefghijklmnopqrstuvwxyz0123456789', 1, 1), texts('abcxyz019_-', 0, 63))
  .map(([first, rest]) => first + rest)
  .filter(isOwner);
const ids = fc
  .oneof(
    texts(HEX, 32, 32),
    fc.tuple(texts('01234567', 1, 1), texts(CROCKFORD, 25, 25)).map(([first, rest]) => first + rest),
  )
  .filter(isPictureId);
const days = fc.integer({ min: 0, max: Date.UTC(2199, 0, 1) }).map(dayOf);
const places: fc.Arbitrary<Location> = fc.record({
  owner: owners,
  kind: fc.constantFrom(...KINDS),
  day: days,
  id: ids,
});

describe('keys', () => {
  it('are taken apart into what they were made of', () => {
    fc.assert(
      fc.property(
        places,
        fc.constantFrom(...ORIGINAL_EXTS),
        fc.constantFrom(...THUMB_EXTS),
        (at, ext, thumb) => {
          expect(parseKey(originalKey(at, ext))).toEqual({ role: 'original', at, ext });
          expect(parseKey(thumbKey(at, thumb))).toEqual({ role: 'thumb', at, ext: thumb });
          expect(parseKey(sidecarKey(at))).toEqual({ role: 'sidecar', at });
        },
      ),
    );
  });

  it('are lower case and plain, so that no file system can mix two of them up (D17)', () => {
    fc.assert(
      fc.property(places, (at) => {
        for (const key of [
          originalKey(at, 'png'),
          thumbKey(at, 'webp'),
          sidecarKey(at),
          manifestKey(at.owner),
        ]) {
          expect(key).toMatch(/^[a-z0-9_-]+(\/[a-z0-9_-]+)*\.[a-z0-9]+$/);
        }
      }),
    );
  });

  it('lie in the folder of their day, which lies in that of their kind', () => {
    fc.assert(
      fc.property(places, (at) => {
        const folder = dayFolder(at.owner, at.kind, at.day);
        expect(folder).toBe(`${kindFolder(at.owner, at.kind)}/${at.day}`);
        expect(originalKey(at, 'jpg')).toBe(`${folder}/${at.id}.jpg`);
      }),
    );
  });

  it('have one spelling: any other is no key, or the key of something else', () => {
    const at = 'users/anon-0/2026/11/21/01kah7t5r8w9xyz0123456789a';
    const wrong = [
      `${at}.PNG`,
      `${at}.png/`,
      `/${at}.png`,
      `${at}.png\n`,
      `${at}.png\0`,
      `${at}.gif`,
      `${at}..png`,
      at.replace('01kah', '01KAH').concat('.png'),
      at.replace('2026/11/21', '2026/02/30').concat('.png'),
      at.replace('2026/11/21', '2026/11/21/.').concat('.png'),
      at.replace('users/', 'users//').concat('.png'),
      at.replace('anon-0', '..').concat('.png'),
      at.replace('anon-0', 'Anon-0').concat('.png'),
      at.replace('anon-0', '-anon').concat('.png'),
      at.replace('users/anon-0/', 'users/anon-0/trash/').concat('.png'),
      at.replace('21/', '21/thumb/').concat('.png'),
      at.replace('21/', '21/thumb/').concat('.json'),
      '.kiroku/secrets.json',
      'users/anon-0/manifest.jsonl',
      'users/anon-0/owner.json',
      '',
    ];
    expect(parseKey(`${at}.png`)).toBeDefined();
    expect(wrong.filter((key) => parseKey(key) !== undefined)).toEqual([]);
  });

  it('are never made out of other text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
        expect(parseKey(text)).toBeUndefined();
      }),
    );
  });
});

describe('days', () => {
  it('are UTC days', () => {
    expect(dayOf(Date.UTC(2026, 11, 31, 23, 59, 59, 999))).toBe('2026/12/31');
    expect(dayOf(Date.UTC(2027, 0, 1))).toBe('2027/01/01');
  });

  it.each([
    '2026/02/29',
    '2026/13/01',
    '2026/00/10',
    '2026/04/31',
    '2026-04-30',
    '2026/4/30',
    '20260430',
    '',
  ])('are real: %s is none', (text) => {
    expect(isDay(text)).toBe(false);
  });

  it('may be leap days', () => {
    expect(isDay('2028/02/29')).toBe(true);
  });
});
