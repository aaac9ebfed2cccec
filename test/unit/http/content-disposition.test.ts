import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDisposition } from '../../../src/http/content-disposition.ts';

/** RFC 6266 with RFC 5987, read as strictly as they are written. */
const GRAMMAR =
  /^attachment; filename="([\x20\x21\x23-\x5b\x5d-\x7e]*)"(?:; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})*))?$/;

function parsed(header: string): { plain: string; real: string } | undefined {
  const match = GRAMMAR.exec(header);
  if (match === null) return undefined;
  const [, plain = '', extended] = match;
  return { plain, real: extended === undefined ? plain : decodeURIComponent(extended) };
}

describe('Content-Disposition', () => {
  it.each([
    ['picture.png', 'attachment; filename="picture.png"'],
    ['a b (1).png', 'attachment; filename="a b (1).png"'],
    ['밤.png', `attachment; filename="_.png"; filename*=UTF-8''%EB%B0%A4.png`],
    ['🌃.png', `attachment; filename="__.png"; filename*=UTF-8''%F0%9F%8C%83.png`],
    ['a"b\\c;d.png', `attachment; filename="a_b_c_d.png"; filename*=UTF-8''a%22b%5Cc%3Bd.png`],
    ['50%.png', `attachment; filename="50_.png"; filename*=UTF-8''50%25.png`],
    [
      'a\r\nSet-Cookie: b',
      `attachment; filename="a__Set-Cookie: b"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b`,
    ],
  ])('of %j', (name, header) => {
    expect(contentDisposition('attachment', name)).toBe(header);
  });

  it('gives back any name, and lets none of it out of its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        expect(parsed(contentDisposition('attachment', name))?.real).toBe(name.toWellFormed());
      }),
    );
  });

  it('of half a character is that of its replacement', () => {
    expect(parsed(contentDisposition('attachment', 'a\ud800b'))?.real).toBe('a\ufffdb');
  });
});
