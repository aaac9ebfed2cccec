import { describe, expect, it } from 'vitest';
import { createSeenIds } from '../../../../src/catalog/manifest/seen-ids.ts';
import { hexIdOf, idOf } from '../../../support/ids.ts';

describe('seen ids', () => {
  it('knows each of very many ids from the first time on, and no other', () => {
    const seen = createSeenIds();
    const ids = Array.from({ length: 60_000 }, (_, n) => (n % 3 === 0 ? hexIdOf(n) : idOf(n)));
    for (const id of ids) {
      expect(seen.has(id)).toBe(false);
      seen.add(id);
    }
    expect(ids.every((id) => seen.has(id))).toBe(true);
    expect(Array.from({ length: 60_000 }, (_, n) => idOf(n + 100_000)).some((id) => seen.has(id))).toBe(
      false,
    );
  });
});
