import { describe, expect, it } from 'vitest';
import { loadSecrets } from '../../../../src/services/maintenance/secrets.ts';
import { createMemoryStateStore } from '../../../../src/state/memory-state-store.ts';
import { countingRandom, failureOf } from '../../../support/services.ts';

const UNSET = { admin: undefined, service: undefined, cookie: undefined };

describe('secrets', () => {
  it('are generated once, strong and different, and read again afterwards', async () => {
    const state = createMemoryStateStore();
    const first = await loadSecrets({ state, random: countingRandom(), given: UNSET });
    const all = [first.admin, first.service, ...first.cookie];
    for (const secret of all) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set(all).size).toBe(3);
    expect(first.fromFile).toEqual([
      { setting: 'ADMIN_TOKEN', member: 'admin' },
      { setting: 'SERVICE_TOKEN', member: 'service' },
      { setting: 'COOKIE_SECRET', member: 'cookie' },
    ]);
    const later = await loadSecrets({ state, random: () => new Uint8Array(32), given: UNSET });
    expect(later).toEqual(first);
  });

  it('that are set are used and not kept', async () => {
    const state = createMemoryStateStore();
    const given = {
      admin: 'a'.repeat(32),
      service: 's'.repeat(32),
      cookie: ['c'.repeat(32), 'd'.repeat(32)],
    };
    expect(await loadSecrets({ state, random: countingRandom(), given })).toEqual({ ...given, fromFile: [] });
    expect(await state.readDocument('secrets')).toBeUndefined();
  });

  it('keep each other through a change of settings', async () => {
    const state = createMemoryStateStore();
    const random = countingRandom();
    const { cookie } = await loadSecrets({ state, random, given: { ...UNSET, admin: 'a'.repeat(32) } });
    expect((await loadSecrets({ state, random, given: UNSET })).cookie).toEqual(cookie);
  });

  it('that are damaged stop the start', async () => {
    const state = createMemoryStateStore();
    await state.writeDocument('secrets', { v: 1, cookie: 'short' });
    expect(await failureOf(loadSecrets({ state, random: countingRandom(), given: UNSET }))).toMatchObject({
      code: 'tree_unreadable',
    });
  });
});
