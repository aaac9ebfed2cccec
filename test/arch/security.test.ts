import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './sources.ts';

/** How many items each family of the threat list has. */
const ITEMS = { D: 18, W: 6, U: 9, I: 8, S: 7, A: 6, X: 5, O: 10 } as const;

/** Parts that this version does not have; the page says so in the item's own row, or below its heading. */
const LATER = new Set(['X3', 'X4', 'X5']);

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const items = Object.entries(ITEMS).flatMap(([family, count]) =>
  Array.from({ length: count }, (_, index) => `${family}${index + 1}`),
);

function rowOf(item: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${item} `)) ?? '';
  return row.split('|').map((cell) => cell.trim());
}

describe('the security page', () => {
  it.each(items.filter((item) => !LATER.has(item)))(
    '%s: says what is done, where, and which test proves it',
    (item) => {
      const [, , done = '', where = '', test = ''] = rowOf(item);
      expect(done.length).toBeGreaterThan(10);
      expect(where).toMatch(/`[^`]+`/);
      expect(test).toMatch(/`test\/[^`]+`/);
    },
  );

  it.each([...LATER])('%s: says why it does not apply', (item) => {
    const row = rowOf(item).join(' ');
    const text = row === '' ? page.slice(page.indexOf(item)).split('\n\n')[0] : row;
    expect(page).toContain(item);
    expect(text).toMatch(/later part|do not apply yet/);
  });
});
