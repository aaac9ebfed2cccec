import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createHeartbeat, type Heartbeat } from './node-storage-heartbeat.ts';
import type { StorageLock } from './storage.ts';

/**
 * File systems on which byte-range locks are known to hold between all processes that see the file (`statfs(2)`
 * magic numbers). Anything else (NFS, SMB, FUSE …) is also watched by a heartbeat.
 */
const LOCAL_FILE_SYSTEMS = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
  0x2fc12fc1, // zfs
  0xf2f52010, // f2fs
]);

export interface NodeLockOptions {
  /** Watch a heartbeat also where the file system's own locks can be trusted; decided by the file system without. */
  readonly heartbeat?: boolean;
  /** ms between two beats. A lock is only given after three of them without a foreign one. */
  readonly beatEvery?: number;
}

const BEAT_EVERY_MS = 2_000;

/**
 * An exclusive lock on a file, by an exclusive transaction of SQLite on it: the operating system drops it when the
 * process dies, however it dies, and it means the same inside and outside of containers (a pid does not).
 * @param path real path of the lock file; its folder must exist
 * @returns undefined when another process (or another lock of this one) holds it
 * @throws the operating system's or SQLite's error when the file cannot be made
 */
export async function lockNodeFile(
  path: string,
  now: () => number,
  options: NodeLockOptions = {},
): Promise<StorageLock | undefined> {
  const database = openExclusive(path);
  if (database === undefined) return undefined;
  let heartbeat: Heartbeat | undefined;
  try {
    if (options.heartbeat ?? !(await isLocal(dirname(path)))) {
      const nonce = randomBytes(8).toString('hex');
      heartbeat = await createHeartbeat(`${path}.beat`, nonce, options.beatEvery ?? BEAT_EVERY_MS, now);
      if (heartbeat === undefined) {
        database.close();
        return undefined;
      }
    }
  } catch (error) {
    database.close();
    throw error;
  }
  let held = true;
  return {
    async release() {
      if (!held) return;
      held = false;
      await heartbeat?.stop();
      database.close();
    },
  };
}

function openExclusive(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // No journal file beside it, and nothing is ever written: the transaction is the lock.
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

/** SQLITE_BUSY (5), with any extension in the upper bits (https://sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}

function isLocal(folder: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    statfs(folder, (error, found) => {
      if (error) reject(error);
      else resolve(LOCAL_FILE_SYSTEMS.has(found.type));
    });
  });
}
