import { describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createFaultStorage, type FaultPlan } from '../support/storage/fault-storage.ts';
import {
  addPicture,
  filesIn,
  GUEST,
  isWhole,
  live,
  MEMBER,
  openTransfers,
  picturesOf,
} from '../support/transfer-rig.ts';
import { copyTree } from './manifest-rig.ts';

/** A guest with a picture of every kind and one in the trash, a saved search and a link; a member with one picture. */
async function tree(publishBy: 'link' | 'copy') {
  const storage = createMemoryStorage();
  const all = await openTransfers(storage, publishBy);
  const { catalog, state, shares } = all;
  await addPicture(all, MEMBER, 9);
  const first = await addPicture(all, GUEST, 1, { favorite: true, rating: 4 });
  await addPicture(all, GUEST, 2, { kind: 'input' });
  const { id } = await addPicture(all, GUEST, 3);
  const trashed_at = '2026-01-05T00:00:00.000Z';
  await catalog.commit(GUEST, {
    op: 'trash',
    kind: 'generated',
    id,
    change: (current) => ({ ...current, status: 'trash', trashed_at }),
  });
  const search = { id: 's1', name: 'cats', query: {}, created_at: 'x', updated_at: 'x' };
  await state.updateOwner(GUEST, () => ({ searches: [search], quota: { max_bytes: 1 } }));
  await state.updateOwner(MEMBER, () => ({ searches: [{ ...search, id: 's2' }], unknown: true }));
  const wish = { name: '', thumbnailOnly: false, showPrompt: true, stripMetadata: true };
  const link = await shares.create(GUEST, { ...wish, ids: [first.id], expiresIn: 600 });
  const records = [...(await picturesOf(all, GUEST)).values()].map((entry) => entry.record());
  await catalog.close();
  return { storage, records, token: link.token };
}

type Tree = Awaited<ReturnType<typeof tree>>;

/** Runs the transfer with one thing going wrong; true when it came to that. */
async function interrupted(from: Storage, publishBy: 'link' | 'copy', plan: FaultPlan) {
  const inner = createMemoryStorage();
  await copyTree(from, inner);
  const storage = createFaultStorage(inner);
  const all = await openTransfers(storage, publishBy);
  storage.arm(plan);
  const result = await all.ownership.transfer(GUEST, MEMBER, live()).catch(() => undefined);
  const hit = storage.hit();
  return { inner, hit, told: result !== undefined && result.left === 0 };
}

/** After a new start: nothing is lost, nothing is there twice, and everything is the member's or nothing is. */
async function checkAfterStart(
  inner: Storage,
  publishBy: 'link' | 'copy',
  { records, token }: Tree,
  told: boolean,
  died: boolean,
) {
  const all = await openTransfers(inner, publishBy);
  const before = [await picturesOf(all, GUEST), await picturesOf(all, MEMBER)] as const;
  for (const { id } of records) {
    const holders = before.map((held) => held.get(id)).filter((entry) => entry !== undefined);
    const whole = await Promise.all(holders.map((entry) => isWhole(all, entry)));
    expect(whole, `${id} before the transfer goes on`).toContain(true);
  }
  await all.settle();
  await all.ownership.resume(live());
  const isMoved = (await all.moved.resolve(GUEST)) === MEMBER;
  if (told) expect(isMoved).toBe(true);
  const [holder, other] = isMoved ? [MEMBER, GUEST] : [GUEST, MEMBER];
  const held = await picturesOf(all, holder);
  for (const record of records) {
    const entry = held.get(record.id);
    expect(entry?.record()).toEqual(
      isMoved ? { ...record, owner: MEMBER, rev: record.rev + 1, updated_at: expect.any(String) } : record,
    );
    expect(entry && (await isWhole(all, entry))).toBe(true);
  }
  expect(held.size).toBe(records.length + (isMoved ? 1 : 0));
  expect((await picturesOf(all, other)).size).toBe(isMoved ? 0 : 1);
  // A manifest whose append failed is made again from the sidecars, and one without its original is nobody's: it stays.
  const sidecars = died ? '' : '|\\.json$';
  const ours = new RegExp(`manifest\\.jsonl|owner\\.json${isMoved ? sidecars : ''}`);
  const pictures = (files: string[]) => files.filter((path) => !ours.test(path));
  const left = pictures(await filesIn(inner, `users/${other}`));
  expect(left, left.join()).toHaveLength(isMoved ? 0 : 3);
  expect(await filesIn(inner, '.kiroku/staging')).toEqual([]);
  expect((await all.shares.open(token)).owner).toBe(holder);
  expect(await all.shares.pictures(await all.shares.open(token))).toHaveLength(1);
  const documents = [await all.state.readOwner(GUEST), await all.state.readOwner(MEMBER)];
  expect(documents[0]?.['quota']).toEqual({ max_bytes: 1 });
  expect(documents[1]?.['quota']).toBeUndefined();
  const names = documents.map((document) => {
    const searches = document?.['searches'];
    return Array.isArray(searches) ? searches.map((one: { name: string }) => one.name) : searches;
  });
  expect(names).toEqual(isMoved ? [[], ['cats', 'cats (2)']] : [['cats'], ['cats']]);
  expect(await all.ownership.resume(live())).toEqual([]);
  await all.catalog.close();
}

describe('a transfer that is interrupted', () => {
  it.each([
    ['killed', 'link', { kill: true }],
    ['killed', 'copy', { kill: true }],
    ['killed with half a write', 'link', { kill: true, torn: true }],
    ['failing once', 'link', { fail: 'EIO' }],
  ] as const)(
    '%s at every storage call, by %s: finished by the next start',
    async (_name, by, fault) => {
      const ground = await tree(by);
      let at = 1;
      for (; ; at += 1) {
        const { inner, hit, told } = await interrupted(ground.storage, by, { at, fault });
        if (!hit) break;
        await checkAfterStart(inner, by, ground, told, 'kill' in fault).catch((error: unknown) => {
          throw new Error(`at call ${at}`, { cause: error });
        });
      }
      expect(at).toBeGreaterThan(100);
    },
    120_000,
  );
});
