import { expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { createShareSigner } from '../../../src/services/share-token.ts';
import { createShares } from '../../../src/services/shares.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { idOf } from '../../support/ids.ts';
import { sampleRecord } from '../../support/records.ts';
import { ANNA, NOON } from '../../support/services.ts';

it('outlives a restart with all it says, revoked ones and views too', async () => {
  const catalog = createMemoryCatalog({ now: () => NOON });
  await catalog.commit(ANNA, { op: 'put', record: sampleRecord({ owner: ANNA, id: idOf(1) }) });
  const state = createMemoryStateStore();
  const clock = { now: NOON };
  let next = 0;
  const open = () =>
    createShares({
      catalog,
      state,
      signer: createShareSigner(['k'.repeat(40)]),
      nextId: () => idOf(100 + next++),
      now: () => clock.now,
    });
  const before = open();
  const wish = {
    ids: [idOf(1)],
    expiresIn: 600,
    name: 'n',
    thumbnailOnly: true,
    showPrompt: true,
    stripMetadata: false,
  };
  const kept = await before.create(ANNA, wish);
  const ended = await before.create(ANNA, wish);
  await before.revoke(ANNA, ended.share.sid);
  await before.viewed(kept.share);
  clock.now += 60_000;
  await before.viewed(kept.share);
  const after = open();
  expect(await after.open(kept.token)).toEqual({ ...kept.share, views: 2 });
  await expect(after.open(ended.token)).rejects.toMatchObject({ code: 'gone' });
  expect((await after.list(ANNA)).map(({ share }) => share.revoked)).toEqual([true, false]);
});
