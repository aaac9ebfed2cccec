import { describe, expect, it } from 'vitest';
import { formatDuration, formatValue, isTelling } from '../../../../web/src/admin/values.ts';
import { formatBytes, formatCount } from '../../../../web/src/i18n/format.ts';

describe('members of reports', () => {
  it('are said by what they are', () => {
    expect(formatValue('pictures', 12_345)).toBe(formatCount(12_345));
    expect(formatValue('bytes', 1_500_000)).toBe(formatBytes(1_500_000));
    expect(formatValue('max_bytes', 2_000)).toBe(formatBytes(2_000));
    expect(formatValue('ms', 1_250)).toBe(formatDuration(1_250));
    expect(formatValue('next', '2026-11-21T08:30:00.000Z')).toMatch(/2026/);
    expect(formatValue('path', 'a/2026')).toBe('a/2026');
    expect(formatValue('ids', ['a', 'b'])).toBe('a, b');
    expect(formatValue('quota', { max_count: 2, max_bytes: 2_000 })).toBe(
      `max_count 2, max_bytes ${formatBytes(2_000)}`,
    );
    expect(formatValue('quota', {})).toBe('–');
    expect(formatValue('offset', null)).toBe('–');
  });

  it('are said in the words of a language, where it has some', () => {
    const words = {
      name: (name: string) => `<${name}>`,
      value: (name: string, word: string) => (name === 'kind' || word === 'true' ? `«${word}»` : undefined),
    };
    expect(formatValue('kind', 'input', words)).toBe('«input»');
    expect(formatValue('in_use', true, words)).toBe('«true»');
    expect(formatValue('in_use', false, words)).toBe('false');
    expect(formatValue('path', 'input', words)).toBe('input');
    expect(formatValue('quota', { max_count: null }, words)).toBe('<max_count> –');
  });

  it('take minutes where seconds would be many', () => {
    expect(formatDuration(59_000)).toMatch(/^59\D/);
    expect(formatDuration(180_000)).toMatch(/^3\D/);
  });

  it('are left out where there is nothing to say; 0 and false are something', () => {
    expect([null, undefined, '', []].some(isTelling)).toBe(false);
    expect([0, false, 'x', [1]].every(isTelling)).toBe(true);
  });
});
