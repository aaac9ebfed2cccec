import { errno } from './errno.ts';
import { namesOf } from './path.ts';

/** A tree of files in memory, with the rules of a POSIX file system. Synchronous: a call is one step. */
export interface MemoryTree {
  readonly root: MemoryFolder;
  /** @throws errno `ENOENT`, `ENOTDIR` */
  lookup(path: string, call: string): MemoryNode;
  folder(path: string, call: string): MemoryFolder;
  create(path: string): MemoryFile;
  plant(path: string, type: 'link' | 'other'): void;
  makeFolder(path: string): boolean;
  link(from: string, to: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  removeFolder(path: string): void;
  write(file: MemoryFile, bytes: Uint8Array, position: number): void;
  truncate(file: MemoryFile, length: number): void;
}

export interface MemoryFile {
  readonly type: 'file';
  readonly inode: number;
  /** Capacity; only the first `size` bytes are content, the rest is zero. */
  bytes: Buffer;
  size: number;
  mtime: number;
  links: number;
}

export interface MemoryFolder {
  readonly type: 'folder';
  readonly inode: number;
  /** No two folders of a tree are made at the same moment; inode numbers come back. */
  readonly born: number;
  readonly entries: Map<string, MemoryNode>;
  mtime: number;
  readonly links: number;
}

export interface MemoryOther {
  readonly type: 'link' | 'other';
  readonly inode: number;
  readonly mtime: number;
  links: number;
}

export type MemoryNode = MemoryFile | MemoryFolder | MemoryOther;

/** Told of every change as it happens; the crash driver keeps its durable view by it. */
export interface TreeListener {
  named(folder: MemoryFolder, name: string, node: MemoryNode): void;
  unnamed(folder: MemoryFolder, name: string): void;
  renamed(from: MemoryFolder, name: string, to: MemoryFolder, toName: string, node: MemoryNode): void;
  wrote(file: MemoryFile, bytes: Uint8Array, position: number): void;
  truncated(file: MemoryFile, length: number): void;
}

export interface TreeOptions {
  /** ms since the epoch, for modification times. */
  readonly now: () => number;
  readonly listener?: TreeListener;
  /** A tree to go on with; its inode numbers, and the moments of its folders, lie below `nextInode`. */
  readonly from?: { readonly root: MemoryFolder; readonly nextInode: number };
}

export function newFolder(inode: number, mtime: number, born = 0): MemoryFolder {
  return { type: 'folder', inode, born, entries: new Map(), mtime, links: 2 };
}

/** Makes an empty tree, or goes on with a given one. */
export function createMemoryTree(options: TreeOptions): MemoryTree {
  const { now, listener } = options;
  let nextInode = options.from?.nextInode ?? 2;
  /** Of folders that are gone: the next one is given such a number first, as ext4 and xfs do it. */
  const freed: number[] = [];
  const root = options.from?.root ?? newFolder(1, now());

  function walk(names: readonly string[], call: string, path: string): MemoryNode {
    let node: MemoryNode = root;
    for (const name of names) {
      if (node.type !== 'folder') throw errno(node.type === 'link' ? 'ELOOP' : 'ENOTDIR', call, path);
      const next: MemoryNode | undefined = node.entries.get(name);
      if (next === undefined) throw errno('ENOENT', call, path);
      node = next;
    }
    return node;
  }

  function lookup(path: string, call: string): MemoryNode {
    return walk(namesOf(path, call), call, path);
  }

  function folder(path: string, call: string): MemoryFolder {
    const node = lookup(path, call);
    if (node.type !== 'folder') throw errno('ENOTDIR', call, path);
    return node;
  }

  /** The folder and the last name of a path, whether or not that name is there. */
  function place(path: string, call: string): { readonly at: MemoryFolder; readonly name: string } {
    const names = namesOf(path, call);
    const name = names.at(-1);
    if (name === undefined) throw errno('EBUSY', call, path);
    const at = walk(names.slice(0, -1), call, path);
    if (at.type !== 'folder') throw errno('ENOTDIR', call, path);
    return { at, name };
  }

  function freshPlace(path: string, call: string): { readonly at: MemoryFolder; readonly name: string } {
    const found = place(path, call);
    if (found.at.entries.has(found.name)) throw errno('EEXIST', call, path);
    return found;
  }

  function add(at: MemoryFolder, name: string, node: MemoryNode): void {
    at.entries.set(name, node);
    at.mtime = now();
    listener?.named(at, name, node);
  }

  function drop(at: MemoryFolder, name: string): void {
    at.entries.delete(name);
    at.mtime = now();
    listener?.unnamed(at, name);
  }

  function grow(file: MemoryFile, length: number): void {
    if (length <= file.bytes.length) return;
    const bytes = Buffer.alloc(
      Math.max(length, Math.min(file.bytes.length * 2, file.bytes.length + 1_048_576)),
    );
    file.bytes.copy(bytes, 0, 0, file.size);
    file.bytes = bytes;
  }

  return {
    root,
    lookup,
    folder,
    create(path) {
      const { at, name } = freshPlace(path, 'open');
      const file: MemoryFile = {
        type: 'file',
        inode: nextInode++,
        bytes: Buffer.alloc(0),
        size: 0,
        mtime: now(),
        links: 1,
      };
      add(at, name, file);
      return file;
    },
    plant(path, type) {
      const { at, name } = freshPlace(path, 'mknod');
      add(at, name, { type, inode: nextInode++, mtime: now(), links: 1 });
    },
    makeFolder(path) {
      if (path === '') return false;
      const { at, name } = place(path, 'mkdir');
      const there = at.entries.get(name);
      if (there?.type === 'folder') return false;
      if (there !== undefined) throw errno('EEXIST', 'mkdir', path);
      const inode = freed.pop() ?? nextInode++;
      add(at, name, newFolder(inode, now(), nextInode++));
      return true;
    },
    link(from, to) {
      const node = lookup(from, 'link');
      const { at, name } = freshPlace(to, 'link');
      if (node.type === 'folder') throw errno('EPERM', 'link', from);
      node.links += 1;
      add(at, name, node);
    },
    rename(from, to) {
      const source = place(from, 'rename');
      const node = lookup(from, 'rename');
      const target = place(to, 'rename');
      const replaced = target.at.entries.get(target.name);
      // POSIX: two names of one file: nothing happens, both stay.
      if (replaced === node) return;
      if (replaced !== undefined) refuseReplacing(node, replaced, to);
      if (node.type === 'folder' && `${to}/`.startsWith(`${from}/`)) throw errno('EINVAL', 'rename', to);
      if (replaced !== undefined && replaced.type !== 'folder') replaced.links -= 1;
      source.at.entries.delete(source.name);
      target.at.entries.set(target.name, node);
      source.at.mtime = target.at.mtime = now();
      listener?.renamed(source.at, source.name, target.at, target.name, node);
    },
    unlink(path) {
      const { at, name } = place(path, 'unlink');
      const node = lookup(path, 'unlink');
      if (node.type === 'folder') throw errno('EISDIR', 'unlink', path);
      node.links -= 1;
      drop(at, name);
    },
    removeFolder(path) {
      const { at, name } = place(path, 'rmdir');
      const gone = folder(path, 'rmdir');
      if (gone.entries.size > 0) throw errno('ENOTEMPTY', 'rmdir', path);
      drop(at, name);
      freed.push(gone.inode);
    },
    write(file, bytes, position) {
      if (bytes.length === 0) return;
      grow(file, position + bytes.length);
      file.bytes.set(bytes, position);
      file.size = Math.max(file.size, position + bytes.length);
      file.mtime = now();
      listener?.wrote(file, bytes, position);
    },
    truncate(file, length) {
      grow(file, length);
      if (length < file.size) file.bytes.fill(0, length, file.size);
      file.size = length;
      file.mtime = now();
      listener?.truncated(file, length);
    },
  };
}

function refuseReplacing(node: MemoryNode, replaced: MemoryNode, to: string): void {
  if (replaced.type === 'folder') {
    if (node.type !== 'folder') throw errno('EISDIR', 'rename', to);
    if (replaced.entries.size > 0) throw errno('ENOTEMPTY', 'rename', to);
  } else if (node.type === 'folder') {
    throw errno('ENOTDIR', 'rename', to);
  }
}
