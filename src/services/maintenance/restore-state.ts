import type { JournalName, StateStore } from '../../state/state-store.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { decodeDocument, decodeJournal } from './backup-document.ts';
import { BACKUP_SECRETS, statePath } from './backup-format.ts';

export interface RestoreStateDeps {
  /** The backup. */
  readonly source: Storage;
  readonly state: StateStore;
}

/** Merged entry by entry; the others tell of one machine's runs and go only where there are none. */
const MERGED = ['shares', 'audit', 'transfers'] as const;
const IF_NONE = ['jobs', 'findings'] as const;

/**
 * Truth that no sidecar holds, as far as the tree has none of its own.
 * @returns what of it is damaged in the backup: the lines of a journal that can be read are taken, secrets are not
 * @throws KirokuError when the tree fails; the operating system's error
 */
export async function restoreState(deps: RestoreStateDeps): Promise<('state_damaged' | 'secrets_damaged')[]> {
  const sound: boolean[] = [];
  for (const journal of MERGED) sound.push(await restoreJournal(deps, journal, () => true));
  // a history of its own is not mixed with another's; the beginning of this very one is what a kill left
  for (const journal of IF_NONE) {
    const may = (known: ReadonlySet<string>, saved: ReadonlySet<string>): boolean =>
      [...known].every((entry) => saved.has(entry));
    sound.push(await restoreJournal(deps, journal, may));
  }
  const secrets = await restoreSecrets(deps);
  return [...sound.flatMap((one) => (one ? [] : ['state_damaged' as const])), ...secrets];
}

/** Appends what is not there yet, if `may`; false when the backup's journal is not what was written. */
async function restoreJournal(
  { source, state }: RestoreStateDeps,
  journal: JournalName,
  may: (known: ReadonlySet<string>, saved: ReadonlySet<string>) => boolean,
): Promise<boolean> {
  const bytes = await readWhole(source, statePath(journal));
  if (bytes === undefined) return true;
  const { entries, intact } = decodeJournal(bytes);
  const known = new Set<string>();
  for await (const entry of state.readJournal(journal)) known.add(JSON.stringify(entry));
  if (!may(known, new Set(entries.map((entry) => JSON.stringify(entry))))) return intact;
  for (const entry of entries) if (!known.has(JSON.stringify(entry))) await state.append(journal, entry);
  return intact;
}

async function restoreSecrets({ source, state }: RestoreStateDeps): Promise<'secrets_damaged'[]> {
  const bytes = await readWhole(source, BACKUP_SECRETS);
  if (bytes === undefined) return [];
  const read = decodeDocument(bytes);
  // one wrong character, and no browser is known any more: nobody should find out that way
  if (read?.intact !== true) return ['secrets_damaged'];
  if ((await state.readDocument('secrets')) === undefined)
    await state.writeDocument('secrets', read.document);
  return [];
}
