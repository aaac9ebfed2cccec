import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/domain/log.ts';
import { createErasePictures } from '../../src/services/maintenance/erase.ts';
import { eraseOwner } from '../../src/services/maintenance/erase-owner.ts';
import { recoverStaged } from '../../src/services/maintenance/recover.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { unstopped } from '../support/backup.ts';
import { copyOf } from '../support/messy-tree.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, openRigOn, ownerNamed } from '../support/reconcile-rig.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';

const DAY = Date.parse('2025-12-03T10:00:00.000Z');
const bob = ownerNamed('bob');
/** What was kept of an owner outside of its folder: a sidecar that could not be read, and a file in quarantine. */
const keptOf = (owner: string, id: string) => [
  `.kiroku/aside/${owner}.${id}.1.json`,
  `.kiroku/quarantine/${owner}/2025/12/03/${id}.png`,
];
const ID = '01kbhhm8000000000000000000';
/** Nobody's name: whoever put it there knows what it is. */
const FOREIGN = '.kiroku/quarantine/alice/notes.txt';
const pictures = await Promise.all([1, 2, 3].map((seed) => pngPicture({ width: 8, height: 8, seed })));

/** Two pictures of alice and one of bob, and a link of each. */
async function filled(): Promise<MemoryStorage> {
  const storage = createMemoryStorage();
  for (const path of ['.kiroku', '.kiroku/staging', '.kiroku/state', 'users']) await storage.makeFolder(path);
  const rig = openRigOn(storage);
  for (const [i, bytes] of pictures.entries())
    await rig.add(i === 2 ? bob : alice, bytes, { createdAt: DAY + i });
  await rig.state.updateOwner(alice, () => ({ searches: [] }));
  for (const owner of [alice, bob]) await rig.state.append('shares', { op: 'create', sid: owner, owner });
  await rig.close();
  for (const path of [...keptOf(alice, ID), ...keptOf(bob, ID)]) await put(storage, path);
  return storage;
}

async function put(storage: Storage, path: string): Promise<void> {
  const parts = path.split('/');
  for (let depth = 2; depth < parts.length; depth += 1) {
    await storage.makeFolder(parts.slice(0, depth).join('/')).catch(() => undefined);
  }
  await (await storage.open(path, 'create')).close();
}

async function isThere(storage: Storage, path: string): Promise<boolean> {
  return storage.stat(path).then(
    () => true,
    () => false,
  );
}

/** As the command does it: pictures with one catalog, the rest with none. */
async function erase(storage: Storage): Promise<number> {
  const rig = openRigOn(storage, { unsettledSince: 0 });
  const { blobs, catalog } = rig;
  await recoverStaged({ blobs, catalog, log: silentLog });
  const service = createErasePictures({ catalog, blobs, log: silentLog, now: () => storage.now() });
  const { failed } = await service.run(alice, unstopped);
  await rig.close();
  if (failed === 0) await eraseOwner({ storage, folders: createFolderSync(storage) }, alice);
  return failed;
}

describe('an erasure that is killed at any call', () => {
  it('is finished by the next, and takes nothing of others', async () => {
    let killed = 0;
    const full = await filled();
    for (let at = 1; ; at += 1) {
      const storage = await copyOf(full);
      const fault = createFaultStorage(storage, { at, fault: { kill: true, torn: true } });
      await erase(fault).catch(() => undefined);
      if (!fault.hit()) break;
      killed = at;
      expect(await erase(storage), fault.trace.at(-1)).toBe(0);
      expect(await storage.readFolder('users'), fault.trace.at(-1)).toMatchObject([{ name: 'bob' }]);
      for (const path of keptOf(alice, ID)) expect(await isThere(storage, path), path).toBe(false);
      for (const path of keptOf(bob, ID)) expect(await isThere(storage, path), path).toBe(true);
      const rig = openRigOn(storage);
      expect(await rig.all(bob)).toHaveLength(1);
      const shares = [];
      for await (const { owner } of rig.state.readJournal('shares')) shares.push(owner);
      expect(shares).toEqual([bob]);
      await rig.close();
    }
    expect(killed).toBeGreaterThan(60);
  });

  it('leaves what is not ours in quarantine too, and names it', async () => {
    const storage = await filled();
    await put(storage, FOREIGN);
    const { left } = await eraseOwner({ storage, folders: createFolderSync(storage) }, alice);
    expect(left).toEqual([FOREIGN]);
    expect(await isThere(storage, FOREIGN)).toBe(true);
  });
});
