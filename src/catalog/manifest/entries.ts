import { fromErrno } from '../../domain/errors.ts';
import type { Entry } from '../catalog.ts';
import type { RowSnapshot } from './line-entry.ts';
import { ManifestChangedError } from './log-file.ts';
import { readEntries } from './read-lines.ts';
import type { OwnerStore } from './store.ts';

/** Answers are read again this often when the manifest turns out not to be what the index says. */
const ATTEMPTS = 3;

/** Repairs the owner's manifest after a read has shown that it must be. */
export type Heal = (store: OwnerStore, why: string) => Promise<void>;

/** For readers that must not repair: a rebuild itself, or what comes before one. @throws ManifestChangedError */
export const refuseToHeal: Heal = async (_, why) => {
  throw new ManifestChangedError(why);
};

/** The entries of some rows when all of them are at hand. */
export function ready(store: OwnerStore, rows: readonly number[]): Entry[] | undefined {
  const entries: Entry[] = [];
  for (const row of rows) {
    const entry = store.ready(row);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries;
}

/**
 * Entries of the rows that `pick` chooses. What the index says and what is read belong together: where the lines are,
 * and in which file, is taken in one step with the choice; should the file be replaced before it is opened, all of it
 * is done again.
 */
export async function entriesOf<T extends { readonly rows: readonly number[] }>(
  store: OwnerStore,
  heal: Heal,
  pick: () => T,
): Promise<{ readonly picked: T; readonly entries: readonly Entry[] }> {
  for (let attempt = 1; ; attempt++) {
    const picked = pick();
    const entries = ready(store, picked.rows);
    if (entries !== undefined) return { picked, entries };
    const { file } = store;
    try {
      return { picked, entries: await readRows(store, picked.rows) };
    } catch (error) {
      if (!(error instanceof ManifestChangedError) || attempt === ATTEMPTS) throw fromErrno(error);
      if (store.file === file) await heal(store, String(error.details['why']));
    }
  }
}

/** @throws ManifestChangedError */
async function readRows(store: OwnerStore, rows: readonly number[]): Promise<Entry[]> {
  const { file, index } = store;
  const entries: (Entry | undefined)[] = [];
  const missing: RowSnapshot[] = [];
  for (const row of rows) {
    const entry = store.ready(row);
    entries.push(entry);
    if (entry === undefined) missing.push(store.snapshot(row));
  }
  if (file === undefined) throw new ManifestChangedError('gone');
  const read = await readEntries(file, store.owner, missing, true);
  const isSame = store.index === index;
  let next = 0;
  for (let i = 0; i < entries.length; i++) {
    if (entries[i] !== undefined) continue;
    const entry = read[next++];
    entries[i] = entry;
    if (isSame && entry !== undefined) store.keep(rows[i] ?? -1, entry);
  }
  return entries.filter((entry) => entry !== undefined);
}
