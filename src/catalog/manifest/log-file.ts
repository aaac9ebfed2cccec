import { isErrno, KirokuError } from '../../domain/errors.ts';
import type { Storage, StorageFile } from '../../storage/storage.ts';
import { createReadBuffers, type ReadBuffers } from './read-buffers.ts';

/** The manifest at a path is not the file that the index describes (any more), or does not say what it should. */
export class ManifestChangedError extends KirokuError {
  constructor(why: string) {
    super('io_error', 'The index of this library is being repaired.', { details: { why, retryAfter: 1 } });
  }
}

/** One manifest file, whether or not a descriptor of it is open at the moment. */
export interface LogFile {
  readonly path: string;
  readonly inode: string;
  /** For the lines of a page; all files share them. */
  readonly buffers: ReadBuffers;
  /**
   * Runs `work` on an open descriptor, which stays open meanwhile, also when the file is replaced.
   * @throws ManifestChangedError when another file lies there
   */
  use<T>(work: (file: StorageFile) => Promise<T>): Promise<T>;
  /** The same to write: what `use` gives may be open for reading alone, on a disk that was read-only at that moment. */
  change<T>(work: (file: StorageFile) => Promise<T>): Promise<T>;
  /** No new use: closed as soon as the last one ends. */
  retire(): Promise<void>;
}

export interface LogFiles {
  /** Opens what lies at the path now; the first `use` is free. @throws the operating system's error */
  open(path: string): Promise<LogFile>;
  close(): Promise<void>;
}

interface Opened {
  readonly file: StorageFile;
  /** The disk could not be written when it was opened: it is not kept. */
  readonly readOnly: boolean;
}

interface Slot {
  file: StorageFile | undefined;
  readOnly: boolean;
  opening: Promise<StorageFile> | undefined;
  users: number;
  retired: boolean;
}

/**
 * Keeps at most `most` unused descriptors open over all owners, the least recently used one is closed first:
 * thousands of loaded owners must not use up the process's descriptors (D6).
 */
export function createLogFiles(storage: Storage, most: number): LogFiles {
  const idle = new Set<Slot>();
  const buffers = createReadBuffers();

  async function closeSlot(slot: Slot): Promise<void> {
    idle.delete(slot);
    const { file } = slot;
    slot.file = undefined;
    await file?.close();
  }

  async function closeIdle(keep: number): Promise<void> {
    for (const slot of idle) {
      if (idle.size <= keep) return;
      await closeSlot(slot);
    }
  }

  async function openAs(path: string, mode: 'read' | 'update'): Promise<StorageFile> {
    try {
      return await storage.open(path, mode);
    } catch (error) {
      if (!isErrno(error, 'EMFILE', 'ENFILE') || idle.size === 0) throw error;
      await closeIdle(0);
      return await storage.open(path, mode);
    }
  }

  /** On a disk that is read-only, or under a name that may only be read, pictures can still be looked at (D7). */
  async function openPath(path: string): Promise<Opened> {
    try {
      return { file: await openAs(path, 'update'), readOnly: false };
    } catch (error) {
      if (!isErrno(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
      return { file: await openAs(path, 'read'), readOnly: true };
    }
  }

  async function reopen(
    path: string,
    inode: string,
    open: (path: string) => Promise<Opened> = openPath,
  ): Promise<Opened> {
    let opened: Opened;
    try {
      opened = await open(path);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'EINVAL', 'ELOOP')) throw new ManifestChangedError('gone');
      throw error;
    }
    if ((await inodeOf(opened.file)) === inode) return opened;
    await opened.file.close();
    throw new ManifestChangedError('replaced');
  }

  /** A descriptor nobody else opens at the same time. */
  async function acquire(slot: Slot, path: string, inode: string): Promise<StorageFile> {
    if (slot.file !== undefined) return slot.file;
    // in its slot before it is no longer being opened: who asks in between must not open another one
    slot.opening ??= reopen(path, inode)
      .then((opened) => {
        slot.file = opened.file;
        slot.readOnly = opened.readOnly;
        return opened.file;
      })
      .finally(() => {
        slot.opening = undefined;
      });
    return slot.opening;
  }

  function logFile(path: string, inode: string, slot: Slot): LogFile {
    /** A promise only where there is something to wait for. */
    function release(): Promise<void> | undefined {
      slot.users -= 1;
      if (slot.users > 0 || slot.file === undefined) return undefined;
      if (slot.retired || slot.readOnly) return closeSlot(slot);
      idle.add(slot);
      return idle.size > most ? closeIdle(most) : undefined;
    }
    async function use<T>(work: (file: StorageFile) => Promise<T>): Promise<T> {
      slot.users += 1;
      idle.delete(slot);
      try {
        return await work(slot.file ?? (await acquire(slot, path, inode)));
      } finally {
        const closing = release();
        if (closing !== undefined) await closing;
      }
    }
    return {
      path,
      inode,
      buffers,
      use,
      change: (work) =>
        use(async (shared) => {
          if (!slot.readOnly) return work(shared);
          const forWriting = async () => ({ file: await openAs(path, 'update'), readOnly: false });
          const { file } = await reopen(path, inode, forWriting);
          try {
            return await work(file);
          } finally {
            await file.close();
          }
        }),
      async retire() {
        slot.retired = true;
        if (slot.users === 0) await closeSlot(slot);
      },
    };
  }

  return {
    async open(path) {
      const { file, readOnly } = await openPath(path);
      const inode = await inodeOf(file);
      const slot: Slot = { file, readOnly, opening: undefined, users: 0, retired: false };
      idle.add(slot);
      return logFile(path, inode, slot);
    },
    close: () => closeIdle(0),
  };
}

/** What was just opened; when it cannot even be looked at, nobody will close it. */
async function inodeOf(file: StorageFile): Promise<string> {
  try {
    return (await file.stat()).inode;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

/** Exactly `length` bytes from `position`. @throws ManifestChangedError when the file ends before */
export async function readExact(file: StorageFile, position: number, length: number): Promise<Buffer> {
  const target = Buffer.allocUnsafeSlow(length);
  await readInto(file, target, position, length);
  return target;
}

/** The same into the beginning of `target`. @throws ManifestChangedError when the file ends before */
export async function readInto(
  file: StorageFile,
  target: Buffer,
  position: number,
  length: number,
): Promise<void> {
  let done = 0;
  while (done < length) {
    const got = await file.read(target, done, length - done, position + done);
    if (got === 0) throw new ManifestChangedError('short');
    done += got;
  }
}
