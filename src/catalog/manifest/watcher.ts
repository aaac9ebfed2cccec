import { watch } from 'chokidar';
import { watchNodeFolder } from '../../storage/node-storage-watch.ts';

export interface FolderWatchEvents {
  /** Something about `name` in the watched folder `path` changed; `name` is undefined where the system did not say. */
  hint(path: string, name: string | undefined): void;
  /** A folder cannot be watched (any more); `code` is the system's (`ENOSPC`: no watches left). */
  error(error: unknown): void;
}

/** Watches single folders, never what lies below them. Paths are real and absolute. Its events are hints. */
export interface FolderWatch {
  /**
   * @param holds what matters in it: a few folders, or any number of files
   * @throws the operating system's error, where it shows at once
   */
  add(path: string, holds: 'folders' | 'files'): void;
  remove(path: string): void;
  close(): Promise<void>;
}

export type FolderWatchFactory = (events: FolderWatchEvents) => FolderWatch;

/**
 * Chokidar for folders of folders (owners, years, months), which may be taken away and made again. For folders of
 * files (days) a bare watch: chokidar lists a folder and stats every file of it after each change, which at 20,000
 * files costs more than the change (docs/decisions/0007).
 *
 * Names arrive by chokidar's `raw` events. Their form is its own affair (the version is pinned), and losing them
 * costs time only: reconcile is the truth.
 */
export function createFolderWatch(events: FolderWatchEvents): FolderWatch {
  const days = new Map<string, () => void>();
  const watcher = watch([], {
    backend: 'native',
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
    persistent: false,
    ignored: (_path, stats) => stats !== undefined && !stats.isDirectory(),
  });
  watcher.on('raw', (_event, name, details) => {
    const path = watchedPathOf(details);
    if (path !== undefined) events.hint(path, name ?? undefined);
  });
  watcher.on('error', (error) => {
    events.error(error);
  });

  function addDay(path: string): void {
    days.get(path)?.();
    days.delete(path);
    const end = watchNodeFolder(path, {
      hint: (name) => events.hint(path, name),
      error: (error) => events.error(error),
    });
    days.set(path, end);
  }

  return {
    add(path, holds) {
      if (holds === 'files') addDay(path);
      else watcher.add(path);
    },
    remove(path) {
      const end = days.get(path);
      if (end === undefined) watcher.unwatch(path);
      else end();
      days.delete(path);
    },
    async close() {
      for (const end of days.values()) end();
      days.clear();
      await watcher.close();
    },
  };
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
