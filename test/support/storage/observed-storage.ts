import type { Storage, StorageFile } from '../../../src/storage/storage.ts';

/** Calls that change something on disk or make it durable: between any two of them a crash leaves another state. */
export type Changing =
  | 'create'
  | 'makeFolder'
  | 'link'
  | 'rename'
  | 'unlink'
  | 'removeFolder'
  | 'syncFolder'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'datasync';

/** The same storage, telling `before` of every changing call just before it is made; what it throws is the call's failure. */
export function observeStorage(inner: Storage, before: (call: Changing) => void): Storage {
  const told = async <T>(call: Changing, work: () => Promise<T>): Promise<T> => {
    before(call);
    return work();
  };
  const observe = (file: StorageFile): StorageFile => ({
    read: (target, offset, length, position) => file.read(target, offset, length, position),
    write: (bytes, position) => told('write', () => file.write(bytes, position)),
    truncate: (length) => told('truncate', () => file.truncate(length)),
    sync: () => told('sync', () => file.sync()),
    datasync: () => told('datasync', () => file.datasync()),
    stat: () => file.stat(),
    close: () => file.close(),
  });
  return {
    async open(path, mode, permissions) {
      if (mode === 'create') before('create');
      return observe(await inner.open(path, mode, permissions));
    },
    makeFolder: (path) => told('makeFolder', () => inner.makeFolder(path)),
    readFolder: (path) => inner.readFolder(path),
    stat: (path) => inner.stat(path),
    link: (from, to) => told('link', () => inner.link(from, to)),
    rename: (from, to) => told('rename', () => inner.rename(from, to)),
    unlink: (path) => told('unlink', () => inner.unlink(path)),
    removeFolder: (path) => told('removeFolder', () => inner.removeFolder(path)),
    syncFolder: (path) => told('syncFolder', () => inner.syncFolder(path)),
    space: () => inner.space(),
    lock: (path) => inner.lock(path),
    localPath: (path) => inner.localPath(path),
    now: () => inner.now(),
  };
}
