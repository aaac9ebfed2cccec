import { describe, expect, it } from 'vitest';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { backupOf, newTree, restoreInto, unstopped } from '../support/backup.ts';
import { CHANGING_CALLS, createFaultStorage } from '../support/storage/fault-storage.ts';
import {
  addPicture,
  filesIn,
  GUEST,
  isWhole,
  live,
  MEMBER,
  openTransfers,
  picturesOf,
  type Transfers,
} from '../support/transfer-rig.ts';
import { copyTree, writeFile } from './manifest-rig.ts';

/** A guest with a picture and a link; a member with one picture. */
async function beforeTransfer(): Promise<MemoryStorage> {
  const storage = await newTree();
  await writeFile(storage, '.kiroku/volume.json', Buffer.from(JSON.stringify({ id: 'ab'.repeat(16) })));
  const all = await openTransfers(storage);
  await addPicture(all, MEMBER, 9);
  const { id } = await addPicture(all, GUEST, 1, { favorite: true });
  await all.state.updateOwner(GUEST, () => ({ quota: { max_bytes: 1 } }));
  const wish = { name: '', thumbnailOnly: false, showPrompt: true, stripMetadata: true };
  await all.shares.create(GUEST, { ...wish, ids: [id], expiresIn: 600 });
  await all.catalog.close();
  return storage;
}

/** A backup taken of a tree whose transfer died at the `at`th call, unless it came to its end before. */
async function backupDuring(tree: Storage, at: number) {
  const inner = createMemoryStorage();
  await copyTree(tree, inner);
  const storage = createFaultStorage(inner);
  const all = await openTransfers(storage);
  storage.arm({ at, fault: { kill: true } });
  await all.ownership.transfer(GUEST, MEMBER, live()).catch(() => undefined);
  // what every backup waits for: recovery, and records in their lasting form
  const settled = await openTransfers(inner);
  await settled.settle();
  const isMoved = (await settled.moved.resolve(GUEST)) === MEMBER;
  const counts = await Promise.all(
    [GUEST, MEMBER].map(async (owner) => (await picturesOf(settled, owner)).size),
  );
  await settled.catalog.close();
  const saved = createMemoryStorage();
  await backupOf(inner, saved).run(unstopped);
  return { saved, state: `${isMoved ? 'moved' : 'begun'}, guest ${counts[0]}, member ${counts[1]}` };
}

/** Whose the guest's pictures are after a start, by number; each whole, and with one owner only. */
async function holders(all: Transfers): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const owner of [GUEST, MEMBER]) {
    for (const [id, entry] of await picturesOf(all, owner)) {
      expect(await isWhole(all, entry), `${id} of ${owner}`).toBe(true);
      expect(found[id], `${id} has two owners`).toBeUndefined();
      found[id] = owner;
    }
  }
  return found;
}

/** A start, as the server does it. */
async function start(tree: Storage): Promise<Transfers> {
  const all = await openTransfers(tree);
  await all.settle();
  await all.ownership.resume(live());
  return all;
}

/** After a start the restore is run once more, and the server is started for good. */
async function checkFinished(tree: Storage, saved: Storage, isMoved: boolean): Promise<void> {
  const command = await start(tree);
  const { found } = await restoreInto(command, saved).run(unstopped);
  expect(found).toEqual([]);
  await command.catalog.close();
  const after = await start(tree);
  const holder = isMoved ? MEMBER : GUEST;
  expect(await after.moved.resolve(GUEST)).toBe(holder);
  const owners = Object.values(await holders(after));
  expect(owners.filter((owner) => owner === holder)).toHaveLength(isMoved ? 2 : 1);
  expect(owners).toHaveLength(2);
  expect(await after.shares.list(holder)).toHaveLength(1);
  expect(await after.state.readOwner(GUEST)).toMatchObject({ quota: { max_bytes: 1 } });
  expect(await filesIn(tree, '.kiroku/staging')).toEqual([]);
  expect(await after.ownership.resume(live())).toEqual([]);
  await after.catalog.close();
}

async function killedRestore(saved: Storage, at: number) {
  const tree = await newTree();
  const fault = createFaultStorage(tree);
  const dying = await openTransfers(fault);
  fault.arm({ at, only: CHANGING_CALLS, fault: { kill: true, torn: at % 2 === 0 } });
  await restoreInto(dying, saved)
    .run(unstopped)
    .catch(() => undefined);
  return { tree, hit: fault.hit() };
}

/** Every state in which a backup can find a transfer, with a backup of each. */
async function backupsDuring(): Promise<Map<string, Storage>> {
  const before = await beforeTransfer();
  const found = new Map<string, Storage>();
  for (let at = 1; !found.has('moved, guest 0, member 2'); at += 3) {
    const { saved, state } = await backupDuring(before, at);
    if (!found.has(state)) found.set(state, saved);
  }
  return found;
}

describe('a restore of a backup that was taken in the middle of a transfer', () => {
  it('killed at any call: nothing is lost, nothing is there twice, and the transfer goes on', async () => {
    const backups = await backupsDuring();
    const states = ['begun, guest 1, member 1', 'moved, guest 1, member 1', 'moved, guest 1, member 2'];
    expect([...backups.keys()]).toEqual([...states, 'moved, guest 0, member 2']);
    let kills = 0;
    for (const [state, saved] of backups) {
      for (let at = 1; ; at += 1) {
        const { tree, hit } = await killedRestore(saved, at);
        await checkFinished(tree, saved, state.startsWith('moved')).catch((error: unknown) => {
          throw new Error(`${state}, killed at ${at}`, { cause: error });
        });
        if (!hit) break;
        kills += 1;
      }
    }
    expect(kills).toBeGreaterThan(200);
  }, 300_000);

  it('leaves an owner where he is who has pictures that the backup does not know', async () => {
    const { saved } = await backupDuring(await beforeTransfer(), 10_000);
    const tree = await newTree();
    const all = await start(tree);
    await addPicture(all, GUEST, 5);
    const { found } = await restoreInto(all, saved).run(unstopped);
    expect(found).toMatchObject([{ owner: GUEST, trouble: 'owner_moved' }]);
    expect(await all.moved.resolve(GUEST)).toBe(GUEST);
    expect((await picturesOf(all, GUEST)).size).toBe(1);
    expect((await picturesOf(all, MEMBER)).size).toBe(2);
    await all.catalog.close();
  });

  it('gives pictures that had left the old owner to the new one when they are asked for', async () => {
    const { saved } = await backupDuring(await beforeTransfer(), 10_000);
    const tree = await newTree();
    const command = await start(tree);
    await restoreInto(command, saved).run({ ...unstopped, gone: true });
    await command.catalog.close();
    const after = await start(tree);
    expect(Object.values(await holders(after))).toEqual([MEMBER, MEMBER]);
    await after.catalog.close();
  });
});
