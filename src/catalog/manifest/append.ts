import { isErrno, KirokuError, volumeMissing } from '../../domain/errors.ts';
import { manifestKey, ownerFolder } from '../../domain/key.ts';
import { ensureFolder, STAGING_FOLDER, stageFile, stagingPath, writeAll } from '../../storage/durable.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { encodeHeader, HEADER_LENGTH } from './header.ts';
import { emptyIndex, type ManifestContext, type OwnerStore } from './store.ts';

/** Name in the staging folder under which an owner's next manifest is written. */
export function manifestStagingName(store: OwnerStore): string {
  return manifestKey(store.owner).replaceAll('/', '.');
}

/**
 * Writes lines behind the last one, in one piece, and syncs them: the commit point. After a throw none of them is
 * there; where that is not certain, the store is `suspect`, and nothing is written to its file again.
 * @throws the operating system's error
 */
export async function appendLines(store: OwnerStore, lines: Buffer): Promise<void> {
  const { file, end } = store;
  if (file === undefined) throw new KirokuError('internal', 'There is no manifest to append to.');
  await file.change(async (open) => {
    try {
      await writeAll(open, lines, end);
    } catch (error) {
      await cutBack(store, open, end);
      throw error;
    }
    try {
      await open.datasync();
    } catch (error) {
      // the kernel may have dropped the pages and marked them clean: a later sync of this file would lie (D4)
      store.suspect = 'a sync of the manifest failed';
      await open.truncate(end).catch(() => undefined);
      throw error;
    }
  });
  store.end = end + lines.length;
}

async function cutBack(store: OwnerStore, open: StorageFile, end: number): Promise<void> {
  try {
    await open.truncate(end);
    await open.datasync();
  } catch {
    store.suspect = 'a failed append could not be cut off';
  }
}

/** Makes an owner's first manifest: a header and nothing else, durable under its name. @throws as the storage */
export async function createManifest(context: ManifestContext, store: OwnerStore): Promise<void> {
  if (!(await context.present())) throw volumeMissing();
  await ensureFolder(context.storage, context.folders, ownerFolder(store.owner));
  const epoch = context.random();
  const header = { owner: store.owner, epoch, floor: 0, maxSeq: 0, sortedEnd: HEADER_LENGTH };
  await restage(context, manifestStagingName(store), encodeHeader(header));
  await installStaged(context, store);
  const index = emptyIndex();
  index.epoch = epoch;
  store.adopt(index, await context.files.open(manifestKey(store.owner)), HEADER_LENGTH, HEADER_LENGTH);
}

/** Stages a file whose name an earlier process may have left. */
async function restage(context: ManifestContext, name: string, bytes: Buffer): Promise<void> {
  await clearStaged(context, name);
  await stageFile(context.storage, name, bytes);
}

/** Makes room in the staging folder for a file of this name. */
export async function clearStaged(context: ManifestContext, name: string): Promise<void> {
  try {
    await context.storage.unlink(stagingPath(name));
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    await ensureFolder(context.storage, context.folders, STAGING_FOLDER);
  }
}

/**
 * Gives the staged manifest its name, durably. When only the last sync fails, it is not known which file a power cut
 * would leave: the store is `suspect` then.
 */
export async function installStaged(context: ManifestContext, store: OwnerStore): Promise<void> {
  await context.storage.rename(stagingPath(manifestStagingName(store)), manifestKey(store.owner));
  try {
    await context.folders.sync(ownerFolder(store.owner));
  } catch (error) {
    store.suspect = 'the manifest could not be put in its place durably';
    throw error;
  }
}
