import { describe, expect, it } from 'vitest';
import type { FolderWatchEvents } from '../../../../src/catalog/manifest/watcher.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import { recentDays } from '../../../../src/services/maintenance/reconcile.ts';
import { targetsOf, USERS } from '../../../../src/services/maintenance/watch-plan.ts';
import { createWatchSet } from '../../../../src/services/maintenance/watch-set.ts';
import { createNodeStorage } from '../../../../src/storage/node-storage.ts';
import { asOwner } from '../../../support/ids.ts';

const alice = asOwner('alice');
const targets = targetsOf(alice, recentDays(Date.parse('2026-11-21T12:00:00Z')));

function errnoOf(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Nothing is opened: the paths are only names here. */
function setOf(refuse: (path: string) => string | undefined = () => undefined) {
  const told: string[] = [];
  const watched = new Set<string>();
  let events: FolderWatchEvents | undefined;
  const set = createWatchSet({
    storage: createNodeStorage('/tree'),
    log: silentLog,
    hint: (target, name) => told.push(`${target.path} ${name}`),
    exhausted: () => told.push('exhausted'),
    watch: (given) => {
      events = given;
      return {
        add(path, holds) {
          const code = refuse(path);
          if (code !== undefined) throw errnoOf(code);
          watched.add(`${holds} ${path}`);
        },
        remove(path) {
          for (const one of watched) if (one.endsWith(` ${path}`)) watched.delete(one);
        },
        async close() {
          watched.clear();
        },
      };
    },
  });
  if (events === undefined) throw new Error('no watch was made');
  return { set, told, watched, events };
}

describe('the set of watched folders', () => {
  it('adds each once, and passes on what is heard by what it is', () => {
    const { set, told, watched, events } = setOf();
    for (const target of [USERS, ...targets]) expect(set.add(target)).toBe(true);
    for (const target of [USERS, ...targets]) expect(set.add(target)).toBe(false);
    expect(set.size()).toBe(22);
    expect([...watched].filter((one) => one.startsWith('files'))).toHaveLength(12);
    events.hint('/tree/users/alice/2026/11/21', 'a.png');
    events.hint('/tree/elsewhere', 'a.png');
    expect(told).toEqual(['users/alice/2026/11/21 a.png']);
  });

  it('drops a folder with all below it, and nothing that only begins alike', () => {
    const { set, watched } = setOf();
    const twin = { path: 'users/alice/inputs2', owner: alice, place: undefined };
    for (const target of [...targets, twin]) set.add(target);
    set.drop('users/alice/inputs');
    expect([...watched].filter((one) => one.includes('/inputs'))).toEqual([
      'folders /tree/users/alice/inputs2',
    ]);
    set.keepOnly(alice, new Set(['users/alice']));
    expect([...watched]).toEqual(['folders /tree/users/alice']);
    expect(set.size()).toBe(1);
  });

  it('tries a folder again that went while it was added, and tells when there are no watches left', () => {
    let code: string | undefined = 'ENOENT';
    const { set, told } = setOf(() => code);
    expect(set.add(USERS)).toBe(false);
    expect(told).toEqual([]);
    code = 'ENOSPC';
    expect(set.add(USERS)).toBe(false);
    expect(told).toEqual(['exhausted']);
    code = 'EACCES';
    expect(set.failed()).toBeUndefined();
    expect(set.add(USERS)).toBe(false);
    expect(set.failed()).toMatch(/cannot be watched/);
    code = undefined;
    expect(set.add(USERS)).toBe(true);
  });

  it('is silent once closed', async () => {
    const { set, told, events } = setOf();
    set.add(USERS);
    await set.close();
    events.hint('/tree/users', 'alice');
    events.error(errnoOf('ENOSPC'));
    expect(told).toEqual([]);
    expect(set.add(USERS)).toBe(false);
  });
});
