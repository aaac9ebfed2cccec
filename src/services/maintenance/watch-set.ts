import type { FolderWatchFactory } from '../../catalog/manifest/watcher.ts';
import { isErrno } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Storage } from '../../storage/storage.ts';
import type { WatchTarget } from './watch-plan.ts';

/** The folders being watched. */
export interface WatchSet {
  /** True when it was not watched before. */
  add(target: WatchTarget): boolean;
  /** Forgets a folder and everything below it. */
  drop(path: string): void;
  /** Drops this owner's folders that are not among these paths. */
  keepOnly(owner: Owner, paths: ReadonlySet<string>): void;
  size(): number;
  /** Why some folder could not be watched; undefined when all could. */
  failed(): string | undefined;
  close(): Promise<void>;
}

export interface WatchSetDeps {
  readonly storage: Storage;
  readonly log: Log;
  readonly watch: FolderWatchFactory;
  hint(target: WatchTarget, name: string | undefined): void;
  /** The system has no watches left: nothing can be relied on any more. */
  exhausted(error: unknown): void;
}

const EXHAUSTED = ['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'];

export function createWatchSet(deps: WatchSetDeps): WatchSet {
  /** By real path, as the watch tells it. */
  const targets = new Map<string, WatchTarget>();
  let failure: string | undefined;
  let closed = false;
  const failedWith = (error: unknown) => {
    if (closed) return;
    if (isErrno(error, ...EXHAUSTED)) {
      deps.exhausted(error);
      return;
    }
    failure = 'some folders cannot be watched';
    deps.log.warn({ err: error }, 'a folder cannot be watched');
  };
  const watch = deps.watch({
    hint(path, name) {
      const target = targets.get(path);
      if (target !== undefined && !closed) deps.hint(target, name);
    },
    error: failedWith,
  });
  const remove = (real: string) => {
    targets.delete(real);
    watch.remove(real);
  };
  return {
    add(target) {
      const real = deps.storage.localPath(target.path);
      if (real === undefined || targets.has(real) || closed) return false;
      targets.set(real, target);
      try {
        watch.add(real, target.place === undefined ? 'folders' : 'files');
        return true;
      } catch (error) {
        targets.delete(real);
        // ENOENT: it went again at once. The folder above it tells when it is back.
        if (!isErrno(error, 'ENOENT')) failedWith(error);
        return false;
      }
    },
    drop(path) {
      for (const [real, target] of targets) {
        if (target.path === path || target.path.startsWith(`${path}/`)) remove(real);
      }
    },
    keepOnly(owner, paths) {
      for (const [real, target] of targets) {
        if (target.owner === owner && !paths.has(target.path)) remove(real);
      }
    },
    size: () => targets.size,
    failed: () => failure,
    async close() {
      closed = true;
      targets.clear();
      await watch.close();
    },
  };
}
