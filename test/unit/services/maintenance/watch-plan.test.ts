import { describe, expect, it } from 'vitest';
import { recentDays } from '../../../../src/services/maintenance/reconcile.ts';
import { isStructural, targetsOf } from '../../../../src/services/maintenance/watch-plan.ts';
import { asOwner } from '../../../support/ids.ts';

const alice = asOwner('alice');

function pathsAt(time: string): string[] {
  return targetsOf(alice, recentDays(Date.parse(time))).map(({ path }) => path);
}

describe('the folders worth a watch', () => {
  it('are the owner, the lockers, and the last days with what leads to them', () => {
    const paths = pathsAt('2026-11-21T12:00:00Z');
    const days = ['22', '21', '20', '19'];
    for (const root of ['users/alice', 'users/alice/inputs', 'users/alice/controls']) {
      const expected = [`${root}/2026`, `${root}/2026/11`, ...days.map((day) => `${root}/2026/11/${day}`)];
      expect(paths).toEqual(expect.arrayContaining([root, ...expected]));
    }
    expect(paths).toHaveLength(3 * 7);
  });

  it('cross the turn of the year, an hour before and an hour after', () => {
    const turn = ['2025/12/31', '2026/01/01'];
    for (const time of ['2025-12-31T23:00:00Z', '2026-01-01T01:00:00Z']) {
      const paths = pathsAt(time);
      expect(paths).toEqual(expect.arrayContaining(turn.map((day) => `users/alice/${day}`)));
      expect(paths).toEqual(expect.arrayContaining(['users/alice/2025/12', 'users/alice/2026/01']));
    }
  });

  it('come after the folders they lie in, and only days have a place', () => {
    const targets = targetsOf(alice, recentDays(Date.parse('2026-03-01T00:00:00Z')));
    const seen = new Set(['users']);
    for (const { path, place } of targets) {
      expect(seen).toContain(path.slice(0, path.lastIndexOf('/')));
      seen.add(path);
      expect(place === undefined).toBe(!/\d{4}\/\d{2}\/\d{2}$/.test(path));
    }
  });

  it('are told by their names', () => {
    for (const name of ['2026', '11', 'inputs', 'controls']) expect(isStructural(name)).toBe(true);
    for (const name of ['manifest.jsonl', 'owner.json', 'thumb', '20266', '1', '']) {
      expect(isStructural(name)).toBe(false);
    }
  });
});
