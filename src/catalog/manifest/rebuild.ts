import { isErrno, KirokuError } from '../../domain/errors.ts';
import { manifestKey, ownerFolder } from '../../domain/key.ts';
import { stagingPath } from '../../storage/durable.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { folderState } from '../own-folder.ts';
import { clearStaged, installStaged, manifestStagingName } from './append.ts';
import { createBaseWriter } from './base-writer.ts';
import { HEADER_LENGTH } from './header.ts';
import { ManifestChangedError } from './log-file.ts';
import { linesFromSidecars } from './rebuild-records.ts';
import { scanManifest } from './scan.ts';
import { emptyIndex, type ManifestContext, type OwnerStore } from './store.ts';

/** Why a manifest is made for sidecars that never had one. A new owner's first picture comes this way too. */
export const NO_MANIFEST = 'there is no manifest';

/**
 * Makes a new manifest, under a new epoch, of what the sidecars say; a file that lies in its place is kept aside.
 * The records become a sorted base (`base-writer.ts`), so that nothing is left to be merged. Reads go on from the old
 * file until the new one is in place. Can be killed and repeated.
 * @throws the operating system's error, KirokuError of `sidecarBatches`; `io_error` where the owner's folder is a link
 */
export async function rebuildManifest(
  context: ManifestContext,
  store: OwnerStore,
  why: string,
): Promise<void> {
  const { owner } = store;
  if ((await folderState(context.storage, ownerFolder(owner))) === 'foreign') {
    throw new KirokuError('io_error', 'The folder of this library is not a folder of its own.');
  }
  if (why !== NO_MANIFEST) context.log.warn({ owner, why }, 'manifest is rebuilt from the sidecars');
  const count = await stageFromSidecars(context, store);
  await keepAside(context, store);
  if (count === 0) {
    await context.storage.unlink(stagingPath(manifestStagingName(store)));
    await replaceStore(store, { index: emptyIndex(), file: undefined, end: HEADER_LENGTH });
  } else {
    await installStaged(context, store);
    await reload(context, store);
  }
  store.suspect = undefined;
  store.unrecovered = undefined;
  if (count > 0 || why !== NO_MANIFEST)
    context.log.info({ owner, why, records: count }, 'manifest rebuilt from the sidecars');
}

/** Writes and syncs the whole new file; how many records it holds. */
async function stageFromSidecars(context: ManifestContext, store: OwnerStore): Promise<number> {
  const name = manifestStagingName(store);
  await clearStaged(context, name);
  const file = await context.storage.open(stagingPath(name), 'create');
  try {
    const count = await writeRecords(context, store, file);
    await file.sync();
    return count;
  } finally {
    await file.close();
  }
}

async function writeRecords(context: ManifestContext, store: OwnerStore, file: StorageFile): Promise<number> {
  const { owner } = store;
  const writer = createBaseWriter(file, owner, context.random());
  for await (const batch of linesFromSidecars(context.storage, owner, context.legacyTz)) {
    await writer.add(batch);
    for (const id of batch.invalid) context.log.warn({ owner, id }, 'sidecar is not readable: left out');
  }
  return writer.finish();
}

/** What lies under the manifest's name is never thrown away unread: an operator may want to know. */
async function keepAside(context: ManifestContext, store: OwnerStore): Promise<void> {
  const path = manifestKey(store.owner);
  try {
    await context.storage.rename(path, `${path}.bad-${context.random()}`);
    await context.folders.sync(ownerFolder(store.owner));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

async function reload(context: ManifestContext, store: OwnerStore): Promise<void> {
  const file = await context.files.open(manifestKey(store.owner));
  const now = context.storage.now();
  const scanned = await file.use((open) =>
    scanManifest(open, { owner: store.owner, now, unsettledSince: undefined }),
  );
  if ('damage' in scanned || scanned.torn) {
    await file.retire();
    throw new ManifestChangedError('damaged while it was made');
  }
  const { index, end, header } = scanned;
  await replaceStore(store, { index, file, end, baseEnd: header.sortedEnd });
}

interface Replacement {
  readonly index: OwnerStore['index'];
  readonly file: OwnerStore['file'];
  readonly end: number;
  readonly baseEnd?: number;
}

async function replaceStore(store: OwnerStore, next: Replacement): Promise<void> {
  const old = store.file;
  store.adopt(next.index, next.file, next.end, next.baseEnd ?? HEADER_LENGTH);
  await old?.retire();
}
