import { fromErrno, isErrno } from '../domain/errors.ts';
import type { Storage } from '../storage/storage.ts';

/**
 * What a folder of ours is. `foreign`: a link, or something else that is no folder; what lies behind it is not ours,
 * is never read and never written.
 * @throws KirokuError `io_error`, … when the disk cannot say
 */
export async function folderState(storage: Storage, path: string): Promise<'there' | 'absent' | 'foreign'> {
  try {
    return (await storage.stat(path)).type === 'folder' ? 'there' : 'foreign';
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return 'absent';
    throw fromErrno(error);
  }
}
