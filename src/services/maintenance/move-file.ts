import { isErrno } from '../../domain/errors.ts';
import { ensureFolder, type FolderSync } from '../../storage/durable.ts';
import { parentOf } from '../../storage/path.ts';
import type { Storage } from '../../storage/storage.ts';
import { statOf } from './reconcile-guards.ts';

/** What a file system says that has no (more) second names for a file. */
const NO_LINK = ['EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Gives a regular file another name, durably, and never takes one that is taken: a second name first, then the old one
 * goes. Killed in between, both names are there, and the same call finishes it.
 * @returns false when another file has the new name; then nothing was done
 * @throws the operating system's error
 */
export async function moveNew(
  { storage, folders }: { readonly storage: Storage; readonly folders: FolderSync },
  from: string,
  to: string,
): Promise<boolean> {
  await ensureFolder(storage, folders, parentOf(to));
  const there = await statOf(storage, to);
  if (there !== undefined) {
    if ((await statOf(storage, from))?.inode !== there.inode || there.type !== 'file') return false;
  } else if (!(await link(storage, from, to))) {
    // a file system without second names: a file that gets this name in this very moment would be replaced
    await storage.rename(from, to);
    await folders.sync(parentOf(to));
    await folders.sync(parentOf(from));
    return true;
  }
  await folders.sync(parentOf(to));
  await storage.unlink(from);
  await folders.sync(parentOf(from));
  return true;
}

/** False where the file system has no hard links. @throws the operating system's error, `EEXIST` for a name just taken */
async function link(storage: Storage, from: string, to: string): Promise<boolean> {
  try {
    await storage.link(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, ...NO_LINK)) return false;
    throw error;
  }
}
