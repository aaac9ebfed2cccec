import { errno } from '../../../src/storage/errno.ts';
import type { Storage, StorageFile } from '../../../src/storage/storage.ts';

export type StorageCall =
  | 'open'
  | 'makeFolder'
  | 'readFolder'
  | 'stat'
  | 'link'
  | 'rename'
  | 'unlink'
  | 'removeFolder'
  | 'syncFolder'
  | 'space'
  | 'lock'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'datasync'
  | 'fstat'
  | 'close';

/** All but these leave the disk as the call before them did: dying at one of those is dying at the next of these. */
export const CHANGING_CALLS: readonly StorageCall[] = [
  ...(['open', 'makeFolder', 'link', 'rename', 'unlink', 'removeFolder'] as const),
  ...(['syncFolder', 'write', 'truncate', 'sync', 'datasync'] as const),
];

/** What goes wrong, and when. */
export interface FaultPlan {
  /** 1 is the first call that matches. */
  readonly at: number;
  /** Only these calls count; all without. */
  readonly only?: readonly StorageCall[];
  /** Only calls with such a path (either of two) count. */
  readonly path?: RegExp;
  readonly fault: Fault;
}

export type Fault =
  /** Fails with this code without reaching the driver (a `close` does reach it); once, or from then on. */
  | { readonly fail: string; readonly forever?: boolean }
  /** A `write` takes only so many bytes, and says so (at least 1). Other calls pass. */
  | { readonly short: number; readonly forever?: boolean }
  /** As kill -9: this call and every later one throws `KilledError`; nothing more reaches the driver. */
  | {
      readonly kill: true;
      /** Half the bytes of a `write` still arrive. */
      readonly torn?: boolean;
    };

/** Not an error of the port: the process is dead and its code only runs on because tests share it. */
export class KilledError extends Error {
  override readonly name = 'KilledError';
}

export interface FaultStorage extends Storage {
  /** Calls made since the plan was set, matching or not, in order: `write users/…`. */
  readonly trace: readonly string[];
  /** The fault has happened at least once. */
  hit(): boolean;
  /** Starts counting anew; without a plan nothing goes wrong. */
  arm(plan?: FaultPlan): void;
}

/** Wraps a storage and lets one thing go wrong, at a counted call. */
export function createFaultStorage(inner: Storage, firstPlan?: FaultPlan): FaultStorage {
  let plan = firstPlan;
  let matched = 0;
  let dead = false;
  let happened = false;
  const trace: string[] = [];

  /** The fault for this call, if it is its turn. */
  function next(call: StorageCall, paths: readonly string[]): Fault | undefined {
    if (dead) throw new KilledError(call);
    trace.push(`${call} ${paths.join(' ')}`);
    if (plan === undefined || (plan.only !== undefined && !plan.only.includes(call))) return undefined;
    const { path, fault } = plan;
    if (path !== undefined && !paths.some((one) => path.test(one))) return undefined;
    matched += 1;
    const lasting = 'forever' in fault && fault.forever === true;
    if (matched !== plan.at && !(lasting && matched > plan.at)) return undefined;
    happened = true;
    return fault;
  }

  function strike(fault: Fault | undefined, call: StorageCall, path: string): void {
    if (fault === undefined) return;
    if ('fail' in fault) throw errno(fault.fail, call, path);
    if ('kill' in fault) {
      dead = true;
      throw new KilledError(call);
    }
  }

  async function through<T>(call: StorageCall, paths: readonly string[], work: () => Promise<T>): Promise<T> {
    strike(next(call, paths), call, paths[0] ?? '');
    return await work();
  }

  async function write(
    file: StorageFile,
    path: string,
    bytes: Uint8Array,
    position: number,
  ): Promise<number> {
    const fault = next('write', [path]);
    if (fault !== undefined && 'short' in fault) {
      return await file.write(bytes.subarray(0, Math.max(1, Math.min(fault.short, bytes.length))), position);
    }
    if (fault !== undefined && 'kill' in fault && fault.torn === true) {
      await file.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), position);
    }
    strike(fault, 'write', path);
    return await file.write(bytes, position);
  }

  function wrap(file: StorageFile, path: string): StorageFile {
    return {
      read: (target, offset, length, position) =>
        through('read', [path], () => file.read(target, offset, length, position)),
      write: (bytes, position) => write(file, path, bytes, position),
      truncate: (length) => through('truncate', [path], () => file.truncate(length)),
      sync: () => through('sync', [path], () => file.sync()),
      datasync: () => through('datasync', [path], () => file.datasync()),
      stat: () => through('fstat', [path], () => file.stat()),
      async close() {
        // The descriptor is gone whatever close answers; also a dead process has none left.
        let failure: unknown;
        try {
          strike(next('close', [path]), 'close', path);
        } catch (error) {
          failure = error;
        }
        await file.close();
        if (failure !== undefined) throw failure;
      },
    };
  }

  return {
    trace,
    hit: () => happened,
    arm(fresh) {
      plan = fresh;
      matched = 0;
      dead = false;
      happened = false;
      trace.length = 0;
    },
    open: (path, mode, permissions) =>
      through('open', [path], async () => wrap(await inner.open(path, mode, permissions), path)),
    makeFolder: (path) => through('makeFolder', [path], () => inner.makeFolder(path)),
    readFolder: (path) => through('readFolder', [path], () => inner.readFolder(path)),
    stat: (path) => through('stat', [path], () => inner.stat(path)),
    link: (from, to) => through('link', [from, to], () => inner.link(from, to)),
    rename: (from, to) => through('rename', [from, to], () => inner.rename(from, to)),
    unlink: (path) => through('unlink', [path], () => inner.unlink(path)),
    removeFolder: (path) => through('removeFolder', [path], () => inner.removeFolder(path)),
    syncFolder: (path) => through('syncFolder', [path], () => inner.syncFolder(path)),
    space: () => through('space', [], () => inner.space()),
    lock: (path) => through('lock', [path], () => inner.lock(path)),
    localPath: (path) => inner.localPath(path),
    now: () => inner.now(),
  };
}
