import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { KirokuError, volumeMissing } from '../../../src/domain/errors.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { createShareSigner } from '../../../src/services/share-token.ts';
import { createShares } from '../../../src/services/shares.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { idOf } from '../../support/ids.ts';
import { sampleRecord } from '../../support/records.ts';
import { ANNA, NOON } from '../../support/services.ts';

const WISH = {
  ids: [idOf(1)],
  expiresIn: 600,
  name: 'n',
  thumbnailOnly: true,
  showPrompt: true,
  stripMetadata: false,
};

/** Links of Anna's, and how a restart opens them again. */
async function rig() {
  const catalog = createMemoryCatalog({ now: () => NOON });
  await catalog.commit(ANNA, { op: 'put', record: sampleRecord({ owner: ANNA, id: idOf(1) }) });
  const state = createMemoryStateStore();
  const clock = { now: NOON };
  const disk = { full: false, away: false };
  let next = 0;
  const open = () =>
    createShares({
      catalog,
      state: {
        ...state,
        async append(journal, entry) {
          if (disk.full) throw new KirokuError('disk_full', 'There is no room.');
          await state.append(journal, entry);
        },
        async *readJournal(journal) {
          if (disk.away) throw volumeMissing();
          yield* state.readJournal(journal);
        },
      },
      signer: createShareSigner(['k'.repeat(40)]),
      nextId: () => idOf(100 + next++),
      now: () => clock.now,
    });
  return { clock, disk, open, state };
}

describe('links', () => {
  it('outlive a restart with all they say, revoked ones and views too', async () => {
    const { clock, open } = await rig();
    const before = open();
    const kept = await before.create(ANNA, WISH);
    const ended = await before.create(ANNA, WISH);
    await before.revoke(ANNA, ended.share.sid);
    await before.viewed(kept.share);
    clock.now += 60_000;
    await before.viewed(kept.share);
    const after = open();
    expect(await after.open(kept.token)).toEqual({ ...kept.share, views: 2 });
    await expect(after.open(ended.token)).rejects.toMatchObject({ code: 'gone' });
    expect((await after.list(ANNA)).map(({ share }) => share.revoked)).toEqual([true, false]);
  });

  it('are not forgotten when they were first asked about while the volume was away', async () => {
    const { disk, open } = await rig();
    const { share, token } = await open().create(ANNA, WISH);
    const after = open();
    disk.away = true;
    await expect(after.list(ANNA)).rejects.toMatchObject({ code: 'volume_missing' });
    await expect(after.open(token)).rejects.toMatchObject({ code: 'volume_missing' });
    disk.away = false;
    expect((await after.list(ANNA)).map(({ share: { sid } }) => sid)).toEqual([share.sid]);
    expect(await after.open(token)).toEqual(share);
  });

  it('stay ended when a restore brings the line once more that made them', async () => {
    const { open, state } = await rig();
    const shares = open();
    const { share, token } = await shares.create(ANNA, WISH);
    const lines: JsonObject[] = [];
    for await (const line of state.readJournal('shares')) lines.push(line);
    await shares.revoke(ANNA, share.sid);
    // as an earlier version may have written it
    const again = { ...lines[0], note: 'restored' };
    await state.append('shares', again);
    await shares.take(again);
    for (const some of [shares, open()]) {
      await expect(some.open(token)).rejects.toMatchObject({ code: 'gone' });
    }
  });

  it('are counted on a full disk too: a count that cannot be kept fails nobody', async () => {
    const { clock, disk, open } = await rig();
    const shares = open();
    const { share, token } = await shares.create(ANNA, WISH);
    disk.full = true;
    clock.now += 60_000;
    await shares.viewed(share);
    expect((await shares.open(token)).views).toBe(1);
    disk.full = false;
    clock.now += 60_000;
    await shares.viewed(share);
    expect((await open().open(token)).views).toBe(2);
  });

  it('are forgotten a month after their end, by a running server and by a start', async () => {
    const { clock, open } = await rig();
    const shares = open();
    const { share, token } = await shares.create(ANNA, WISH);
    clock.now = share.expires + 30 * 86_400_000 - 1;
    await shares.create(ANNA, WISH);
    await expect(shares.open(token)).rejects.toMatchObject({ code: 'gone' });
    clock.now += 1;
    // whether anybody has made another since, or not
    await expect(shares.open(token)).rejects.toMatchObject({ code: 'not_found' });
    const { token: young } = await shares.create(ANNA, WISH);
    for (const some of [shares, open()]) {
      await expect(some.open(token)).rejects.toMatchObject({ code: 'not_found' });
      expect((await some.open(young)).ids).toEqual([idOf(1)]);
    }
  });

  it('of a second each cannot be made without end', async () => {
    const { clock, open } = await rig();
    const shares = open();
    for (let made = 0; made < 10_000; made += 1) {
      await shares.create(ANNA, { ...WISH, expiresIn: 1 });
      clock.now += 1_000;
    }
    await expect(shares.create(ANNA, WISH)).rejects.toMatchObject({ code: 'invalid_parameter' });
    clock.now += 30 * 86_400_000;
    expect((await shares.create(ANNA, WISH)).share.views).toBe(0);
  });
});
