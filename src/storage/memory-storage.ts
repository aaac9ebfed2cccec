import { isErrno } from '../domain/errors.ts';
import { errno } from './errno.ts';
import { createMemoryTree, type MemoryFile, type MemoryNode, type MemoryTree } from './memory-tree.ts';
import type { FileStat, OpenMode, Storage, StorageFile } from './storage.ts';

/** The storage port in memory: for tests, and for a server that forgets. */
export interface MemoryStorage extends Storage {
  /** Puts something there that is no file and no folder, as another program might. */
  plant(path: string, type: 'link' | 'other'): void;
  /** Handles that were opened and not closed. */
  openHandles(): number;
}

export interface MemoryStorageOptions {
  /** ms since the epoch; without it the clock stands still at 2026-01-01T00:00:00Z. */
  readonly now?: () => number;
}

const STANDING_CLOCK = Date.UTC(2026, 0, 1);
const TOTAL_BYTES = 2 ** 40;

/** Told of syncs, which mean nothing in memory; the crash driver keeps its durable view by them. */
export interface TreeStorageHooks {
  synced(file: MemoryFile): void;
  syncedFolder(path: string): void;
}

/** @throws nothing; the calls of what it returns fail as `storage.ts` says. */
export function createMemoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  const now = options.now ?? (() => STANDING_CLOCK);
  return createTreeStorage(createMemoryTree({ now }), now);
}

/** The storage port over a given tree. Every call takes effect at once and answers in a later microtask. */
export function createTreeStorage(
  tree: MemoryTree,
  now: () => number,
  hooks?: TreeStorageHooks,
): MemoryStorage {
  let handles = 0;
  const locked = new Set<string>();

  function openFile(path: string, mode: OpenMode): MemoryFile {
    if (mode === 'create') return tree.create(path);
    const node = tree.lookup(path, 'open');
    if (node.type === 'link') throw errno('ELOOP', 'open', path);
    if (node.type !== 'file') throw errno('EINVAL', 'open', path);
    return node;
  }

  return {
    async open(path, mode) {
      const file = openFile(path, mode);
      handles += 1;
      const onClose = (): void => {
        handles -= 1;
      };
      return createHandle({ tree, file, mode, path, onClose, hooks });
    },
    async makeFolder(path) {
      return tree.makeFolder(path);
    },
    async readFolder(path) {
      const { entries } = tree.folder(path, 'scandir');
      return Array.from(entries, ([name, node]) => ({ name, type: node.type }));
    },
    async stat(path) {
      return statOf(tree.lookup(path, 'lstat'));
    },
    async link(from, to) {
      tree.link(from, to);
    },
    async rename(from, to) {
      tree.rename(from, to);
    },
    async unlink(path) {
      tree.unlink(path);
    },
    async removeFolder(path) {
      tree.removeFolder(path);
    },
    async syncFolder(path) {
      tree.folder(path, 'fsync');
      hooks?.syncedFolder(path);
    },
    async space() {
      return { freeBytes: TOTAL_BYTES / 2, totalBytes: TOTAL_BYTES };
    },
    async lock(path) {
      if (locked.has(path)) return undefined;
      makeLockFile(tree, path);
      locked.add(path);
      return {
        async release() {
          locked.delete(path);
        },
      };
    },
    localPath: () => undefined,
    now,
    plant: tree.plant,
    openHandles: () => handles,
  };
}

function makeLockFile(tree: MemoryTree, path: string): void {
  try {
    tree.create(path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

function statOf(node: MemoryNode): FileStat {
  return {
    type: node.type,
    size: node.type === 'file' ? node.size : 0,
    mtime: node.mtime,
    inode: String(node.inode),
    links: node.links,
    ...(node.type === 'folder' ? { born: String(node.born) } : {}),
  };
}

interface HandleDeps {
  readonly tree: MemoryTree;
  readonly file: MemoryFile;
  readonly mode: OpenMode;
  readonly path: string;
  readonly onClose: () => void;
  readonly hooks: TreeStorageHooks | undefined;
}

/** A handle keeps its file, whatever becomes of its names. */
function createHandle({ tree, file, mode, path, onClose, hooks }: HandleDeps): StorageFile {
  let open = true;
  function check(call: string, allowed = true): void {
    if (!open || !allowed) throw errno('EBADF', call, path);
  }
  return {
    async read(target, offset, length, position) {
      check('read', mode !== 'create');
      const end = Math.min(file.size, position + Math.min(length, target.length - offset));
      if (end <= position) return 0;
      target.set(file.bytes.subarray(position, end), offset);
      return end - position;
    },
    async write(bytes, position) {
      check('write', mode !== 'read');
      tree.write(file, bytes, position);
      return bytes.length;
    },
    async truncate(length) {
      // ftruncate on a handle that cannot write is EINVAL on Linux.
      if (mode === 'read') throw errno('EINVAL', 'ftruncate', path);
      check('ftruncate');
      tree.truncate(file, length);
    },
    async sync() {
      check('fsync');
      hooks?.synced(file);
    },
    async datasync() {
      check('fdatasync');
      hooks?.synced(file);
    },
    async stat() {
      check('fstat');
      return statOf(file);
    },
    async close() {
      check('close');
      open = false;
      onClose();
    },
  };
}
