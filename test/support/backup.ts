import type { Entry } from '../../src/catalog/catalog.ts';
import { type Backup, createBackup } from '../../src/services/maintenance/backup.ts';
import { createRestore, type Restore } from '../../src/services/maintenance/restore.ts';
import { createMoved, type Moved } from '../../src/services/moved.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { writeFile } from './legacy-tree.ts';
import { pngPicture } from './pictures.ts';
import { alice, openRigOn, ownerNamed, type Rig } from './reconcile-rig.ts';

/** Whatever is asked for, with nobody to stop it. */
export const unstopped = { signal: new AbortController().signal };

export function backupOf(source: Storage, storage: Storage): Backup {
  return createBackup({ source, target: { storage, folders: createFolderSync(storage) }, legacyTz: 'UTC' });
}

type Tree = Pick<Rig, 'storage' | 'catalog' | 'blobs' | 'state'> & { readonly moved?: Moved };

export function restoreInto({ storage, catalog, blobs, state, moved }: Tree, source: Storage): Restore {
  const deps = { state, now: () => storage.now() };
  return createRestore({
    ...{ source, tree: storage, catalog, blobs, state, legacyTz: 'UTC' },
    moved: moved ?? createMoved(deps),
  });
}

/** All that a list says of a picture. */
export function listed(entries: readonly Entry[]): object[] {
  return entries.map((entry) => entry.record());
}

const DAY = Date.parse('2025-12-03T10:00:00.000Z');
export const bob = ownerNamed('bob');
export const OWNERS = [alice, bob];
const pictures = await Promise.all([1, 2, 3, 4].map((seed) => pngPicture({ width: 8, height: 8, seed })));

/** The folders of a new tree. */
export async function newTree(): Promise<MemoryStorage> {
  const storage = createMemoryStorage();
  for (const path of ['.kiroku', '.kiroku/staging', '.kiroku/state', 'users']) await storage.makeFolder(path);
  return storage;
}

/** Three pictures of alice in two folders, one of them in the trash; an input of bob's; a link that was shared. */
export async function smallSource(): Promise<{ storage: MemoryStorage; rig: Rig }> {
  const storage = await newTree();
  await writeFile(storage, '.kiroku/volume.json', Buffer.from(JSON.stringify({ id: 'ab'.repeat(16) })));
  const rig = openRigOn(storage);
  const added = [];
  for (const [i, bytes] of pictures.entries()) {
    const options = i === 3 ? ({ kind: 'input' } as const) : {};
    added.push(await rig.add(i === 3 ? bob : alice, bytes, { createdAt: DAY + i * 43_200_000, ...options }));
  }
  const [first] = added;
  if (first === undefined) throw new Error('no picture');
  await rig.catalog.commit(alice, {
    op: 'trash',
    kind: 'generated',
    id: first.id,
    change: (current) => ({ ...current, status: 'trash', trashed_at: '2025-12-04T10:00:00.000Z' }),
  });
  await rig.state.updateOwner(alice, () => ({ quota: { bytes: 7 } }));
  await rig.state.append('shares', { op: 'create', sid: 'x' });
  for (const n of [1, 2, 3]) await rig.state.append('jobs', { job: 'a', n });
  await writeFile(
    storage,
    '.kiroku/secrets.json',
    Buffer.from(JSON.stringify({ v: 1, cookie: 'c'.repeat(40) })),
  );
  return { storage, rig };
}
