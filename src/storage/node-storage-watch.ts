import { watch } from 'node:fs';

export interface NodeFolderWatchEvents {
  /** `name` in the folder was made, changed, renamed or removed; undefined where the system does not say which. */
  hint(name: string | undefined): void;
  error(error: unknown): void;
}

/**
 * One inotify watch on one folder: no listing, no stat, whatever the folder holds. Lost events are not told of
 * (inotify(7), IN_Q_OVERFLOW; libuv drops it). A folder that is removed falls silent. Does not keep the process alive.
 * @param path real and absolute
 * @returns the way to end it
 * @throws the operating system's error: `ENOSPC` when there are no watches left, `EMFILE`, `ENOENT`
 */
export function watchNodeFolder(path: string, events: NodeFolderWatchEvents): () => void {
  const watcher = watch(path, { persistent: false }, (_event, name) => {
    events.hint(name ?? undefined);
  });
  watcher.on('error', (error) => {
    events.error(error);
  });
  return () => {
    watcher.close();
  };
}
