import { watch } from 'chokidar';

export interface FolderWatchEvents {
  /** Something about `name` in the watched folder `path` changed; `name` is undefined where the system did not say. */
  hint(path: string, name: string | undefined): void;
  /** A folder cannot be watched (any more); `code` is the system's (`ENOSPC`: no watches left). */
  error(error: unknown): void;
}

/** Watches single folders, never what lies below them. Paths are real and absolute. Its events are hints. */
export interface FolderWatch {
  add(path: string): void;
  remove(path: string): void;
  close(): Promise<void>;
}

export type FolderWatchFactory = (events: FolderWatchEvents) => FolderWatch;

/**
 * Chokidar on single folders. Files are ignored, so that a folder of 20,000 pictures costs one watch and no memory
 * a file; what happens to them arrives as `raw` events, which carry the name. Their form is chokidar's own affair
 * (the version is pinned), and losing them costs time only: reconcile is the truth.
 */
export function createFolderWatch(events: FolderWatchEvents): FolderWatch {
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
  return {
    add(path) {
      watcher.add(path);
    },
    remove(path) {
      watcher.unwatch(path);
    },
    close: () => watcher.close(),
  };
}

function watchedPathOf(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
