import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SABOTAGES, timesIn } from './cases.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The suite does not break anything; it makes sure that `npm run proof -- sabotage` still can. */
describe('promises that can be broken on purpose', () => {
  it('are many, and each is one of its own', () => {
    const names = SABOTAGES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(20);
  });

  it.each(SABOTAGES.map((one) => [one.name, one] as const))('%s: each edit fits one place', (_, one) => {
    expect(one.edits.length).toBeGreaterThan(0);
    for (const { file, find, put } of one.edits) {
      expect(timesIn(readFileSync(at(file), 'utf8'), find), `${file}: ${find}`).toBe(1);
      expect(put).not.toBe(find);
    }
    for (const test of one.tests) expect(existsSync(at(test)), test).toBe(true);
  });
});
