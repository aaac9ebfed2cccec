import { fromErrno, isErrno } from '../domain/errors.ts';
import type { FolderSync } from '../storage/durable.ts';
import { parentOf } from '../storage/path.ts';
import type { Storage, StorageFile } from '../storage/storage.ts';

/**
 * After an unclean stop what is read may be what a killed process had only written. Whoever answers on it tells of it, so it
 * is made durable first, once: else a power cut could still take it back.
 */
export interface Lasting {
  /** The lines of a journal, and its name. Of one that is not there nothing is told. @throws KirokuError */
  journal(path: string): Promise<void>;
  /** Names in a folder that documents are renamed into. @throws KirokuError */
  folder(path: string): Promise<void>;
}

export interface LastingDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  /** Whether the run before this one was killed: nothing is synced after a clean stop. */
  readonly unclean: () => boolean;
}

/** Forgetting costs a sync, never safety. */
const MOST_REMEMBERED = 20_000;

export function createLasting({ storage, folders, unclean }: LastingDeps): Lasting {
  /** With those that failed: the kernel may have dropped the lines, and a second sync would not tell (D4). */
  const journals = new Map<string, Promise<void>>();
  const synced = new Set<string>();

  async function syncJournal(file: StorageFile, path: string): Promise<void> {
    await file.datasync();
    await folders.sync(parentOf(path));
  }

  async function proveJournal(path: string): Promise<void> {
    const file = await storage.open(path, 'read');
    try {
      const known = journals.get(path) ?? syncJournal(file, path);
      journals.set(path, known);
      await known;
    } finally {
      await file.close();
    }
  }

  return {
    async journal(path) {
      if (!unclean()) return;
      try {
        await (journals.get(path) ?? proveJournal(path));
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw fromErrno(error);
      }
    },
    async folder(path) {
      if (!unclean() || synced.has(path)) return;
      try {
        await folders.sync(path);
      } catch (error) {
        throw fromErrno(error);
      }
      if (synced.size >= MOST_REMEMBERED) synced.clear();
      synced.add(path);
    },
  };
}
