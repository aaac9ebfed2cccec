import { errno } from '../../../src/storage/errno.ts';
import { createTreeStorage, type MemoryStorage } from '../../../src/storage/memory-storage.ts';
import {
  createMemoryTree,
  type MemoryFile,
  type MemoryFolder,
  type MemoryNode,
  newFolder,
  type TreeListener,
} from '../../../src/storage/memory-tree.ts';
import type { Random } from '../random.ts';
import { createDurableBytes, type DurableBytes } from './durable-bytes.ts';

/**
 * A storage in memory that knows what a power cut may take.
 *
 * - Bytes are durable after `sync`/`datasync` of their file. Every later write or truncation is kept, dropped, or kept
 *   in part, each on its own; a part that was not kept and lies past the durable end reads as zeros.
 * - Names are durable after `syncFolder` of their folder. Every later change of a name is kept or dropped on its own,
 *   whatever the order, except that a rename is one change: never are both names lost, or the replaced file with both.
 * - A folder whose own name is lost takes everything below with it.
 */
export interface CrashStorage extends MemoryStorage {
  /** The power goes: a fresh storage with what a crash at this moment may leave. This one stays as it is. */
  crash(random: Random): CrashStorage;
  /** Changes that a crash could still take. */
  unsynced(): number;
  /** The power stays away: from now on whatever would change something fails with `EIO`. */
  off(): void;
  /** Everything that lies there now, by path: a file's bytes, undefined for a folder. Not to be written to. */
  contents(): Map<string, Buffer | undefined>;
}

type NameChange =
  | { readonly kind: 'add'; readonly at: MemoryFolder; readonly name: string; readonly node: MemoryNode }
  | { readonly kind: 'remove'; readonly at: MemoryFolder; readonly name: string }
  | {
      readonly kind: 'rename';
      readonly at: MemoryFolder;
      readonly name: string;
      readonly to: MemoryFolder;
      readonly toName: string;
      readonly node: MemoryNode;
    };

interface Start {
  readonly root: MemoryFolder;
  readonly nextInode: number;
}

export interface CrashStorageOptions {
  /** ms since the epoch; without it the clock stands still at 2026-01-01T00:00:00Z. */
  readonly now?: () => number;
}

const STANDING_CLOCK = Date.UTC(2026, 0, 1);

/** An empty tree, all of it durable. */
export function createCrashStorage(options: CrashStorageOptions = {}): CrashStorage {
  const now = options.now ?? (() => STANDING_CLOCK);
  return over({ root: newFolder(1, now()), nextInode: 2 }, now);
}

type Names = Map<string, MemoryNode>;

function over(start: Start, now: () => number): CrashStorage {
  /** Names by folder, and bytes by file, as the disk has them. */
  const names = new Map<MemoryFolder, Names>();
  const bytes = new Map<MemoryFile, DurableBytes>();
  let pending: NameChange[] = [];
  let inodes = start.nextInode;

  (function adopt(folder: MemoryFolder): void {
    names.set(folder, new Map(folder.entries));
    for (const node of folder.entries.values()) {
      if (node.type === 'folder') adopt(node);
      else if (node.type === 'file') bytes.set(node, createDurableBytes(contentOf(node)));
    }
  })(start.root);

  let isOff = false;
  const powered = (call: string): void => {
    if (isOff) throw errno('EIO', call, '');
  };
  const bytesOf = (file: MemoryFile): DurableBytes =>
    getOrMake(bytes, file, () => createDurableBytes(Buffer.alloc(0)));

  const listener: TreeListener = {
    named(at, name, node) {
      powered('open');
      inodes = Math.max(inodes, 1 + (node.type === 'folder' ? Math.max(node.inode, node.born) : node.inode));
      pending.push({ kind: 'add', at, name, node });
    },
    unnamed(at, name) {
      powered('unlink');
      pending.push({ kind: 'remove', at, name });
    },
    renamed(at, name, to, toName, node) {
      powered('rename');
      pending.push({ kind: 'rename', at, name, to, toName, node });
    },
    wrote(file, chunk, position) {
      powered('write');
      bytesOf(file).write(Buffer.from(chunk), position);
    },
    truncated(file, length) {
      powered('ftruncate');
      bytesOf(file).truncate(length);
    },
  };
  const tree = createMemoryTree({ now, listener, from: start });

  const durableNames = (folder: MemoryFolder): Names => getOrMake(names, folder, () => new Map());

  function syncFolder(path: string): void {
    powered('fsync');
    const folder = tree.folder(path, 'fsync');
    const settled = settledBy(folder, pending);
    for (const change of pending) if (settled.has(change)) apply(change, durableNames);
    pending = pending.filter((change) => !settled.has(change));
  }

  const storage = createTreeStorage(tree, now, {
    synced(file) {
      powered('fsync');
      bytesOf(file).sync();
    },
    syncedFolder: syncFolder,
  });
  return {
    ...storage,
    unsynced() {
      let count = pending.length;
      for (const one of bytes.values()) count += one.pending();
      return count;
    },
    off() {
      isOff = true;
    },
    contents: () => contentsBelow(tree.root, '', new Map()),
    crash(random) {
      const left = new Map<MemoryFolder, Names>();
      const namesLeft = (folder: MemoryFolder): Names =>
        getOrMake(left, folder, () => new Map(names.get(folder)));
      for (const change of pending) if (random() < 0.5) apply(change, namesLeft);
      const root = rebuild(tree.root, namesLeft, (file) => bytesOf(file).crash(random));
      return over({ root, nextInode: inodes }, now);
    },
  };
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

/**
 * What a sync of this folder makes durable: every change of its names, and, since a rename is one change of two
 * folders, whatever happened before to the names of such a rename.
 */
function settledBy(folder: MemoryFolder, pending: readonly NameChange[]): Set<NameChange> {
  const settled = new Set<NameChange>();
  const drawnIn = new Set<string>();
  for (const change of pending.toReversed()) {
    const touched = namesTouched(change);
    const here = change.at === folder || (change.kind === 'rename' && change.to === folder);
    if (!here && !touched.some((name) => drawnIn.has(name))) continue;
    settled.add(change);
    if (change.kind === 'rename') for (const name of touched) drawnIn.add(name);
  }
  return settled;
}

function namesTouched(change: NameChange): string[] {
  const name = `${change.at.born}/${change.name}`;
  return change.kind === 'rename' ? [name, `${change.to.born}/${change.toName}`] : [name];
}

function apply(change: NameChange, namesOf: (folder: MemoryFolder) => Names): void {
  if (change.kind === 'add') namesOf(change.at).set(change.name, change.node);
  else if (change.kind === 'remove') namesOf(change.at).delete(change.name);
  else {
    namesOf(change.at).delete(change.name);
    namesOf(change.to).set(change.toName, change.node);
  }
}

function contentsBelow(
  folder: MemoryFolder,
  path: string,
  found: Map<string, Buffer | undefined>,
): Map<string, Buffer | undefined> {
  for (const [name, node] of folder.entries) {
    if (node.type === 'file') found.set(path + name, contentOf(node));
    else if (node.type === 'folder') {
      found.set(`${path}${name}/`, undefined);
      contentsBelow(node, `${path}${name}/`, found);
    }
  }
  return found;
}

function contentOf(file: MemoryFile): Buffer {
  return file.bytes.subarray(0, file.size);
}

/** The tree that these names and bytes make, in new nodes; inode numbers stay, as they do on a disk. */
function rebuild(
  root: MemoryFolder,
  namesOf: (folder: MemoryFolder) => Names,
  bytesOf: (file: MemoryFile) => Buffer,
): MemoryFolder {
  const files = new Map<MemoryFile, MemoryFile>();
  // Two names of one folder can survive (a rename kept by half is excluded, but an add and a rename are not): once.
  const seen = new Set<MemoryFolder>([root]);

  function fileLeft(file: MemoryFile): MemoryFile {
    let found = files.get(file);
    if (found === undefined) {
      const content = bytesOf(file);
      found = {
        type: 'file',
        inode: file.inode,
        bytes: content,
        size: content.length,
        mtime: file.mtime,
        links: 0,
      };
      files.set(file, found);
    }
    found.links += 1;
    return found;
  }

  function folderLeft(folder: MemoryFolder): MemoryFolder {
    const made = newFolder(folder.inode, folder.mtime, folder.born);
    for (const [name, node] of namesOf(folder)) {
      if (node.type === 'file') made.entries.set(name, fileLeft(node));
      else if (node.type !== 'folder') made.entries.set(name, { ...node });
      else if (!seen.has(node)) {
        seen.add(node);
        made.entries.set(name, folderLeft(node));
      }
    }
    return made;
  }
  return folderLeft(root);
}
