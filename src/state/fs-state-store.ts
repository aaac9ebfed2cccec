import { fromErrno, volumeMissing } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { ownerFolder } from '../domain/key.ts';
import { type Log, silentLog } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import { ensureFolder, type FolderSync, replaceFile } from '../storage/durable.ts';
import { parentOf } from '../storage/path.ts';
import type { Storage } from '../storage/storage.ts';
import { encodeDocument, readDocumentFile } from './fs-document.ts';
import { createFsJournal, type FsJournal } from './fs-journal.ts';
import { createLasting } from './fs-lasting.ts';
import { createLanes } from './lanes.ts';
import type { DocumentName, JournalName, StateStore } from './state-store.ts';

export interface FsStateStoreDeps {
  readonly storage: Storage;
  /** The one of the whole tree. */
  readonly folders: FolderSync;
  readonly log?: Log;
  /**
   * Whether the volume is still the one that was opened: nothing is written beside it, and without it nothing is said
   * to be missing. Taken for granted when absent.
   */
  readonly present?: () => Promise<boolean>;
  /** Whether the run before this one was killed (`fs-lasting.ts`); it was not when absent. */
  readonly unclean?: () => boolean;
}

const SECRET_PERMISSIONS = 0o600;

/**
 * The state store on a tree of files: `users/{owner}/owner.json`, `.kiroku/{document}.json` (`secrets.json` for the
 * server's own user alone) and `.kiroku/state/{journal}.jsonl`. An owner's folder is made with its first document.
 * @throws KirokuError from its methods; `volume_missing` from those that write, or find nothing;
 *   `tree_unreadable` for a document that is there and holds no JSON object
 */
export function createFsStateStore(deps: FsStateStoreDeps): StateStore {
  const { storage, folders, log = silentLog, present = async () => true, unclean = () => false } = deps;
  const lasting = createLasting({ storage, folders, unclean });
  const lanes = createLanes();
  const journals = new Map<JournalName, FsJournal>();

  async function replace(path: string, document: JsonObject, permissions?: number): Promise<void> {
    if (!(await present())) throw volumeMissing();
    try {
      await ensureFolder(storage, folders, parentOf(path));
      const stagingName = `state.${path.replaceAll('/', '.')}`;
      await replaceFile(storage, folders, path, stagingName, encodeDocument(document), permissions);
    } catch (error) {
      throw fromErrno(error);
    }
  }

  function journalOf(name: JournalName): FsJournal {
    const known = journals.get(name);
    if (known !== undefined) return known;
    const journal = createFsJournal({ storage, folders, log, present, path: journalPath(name) });
    journals.set(name, journal);
    return journal;
  }

  return {
    async readOwner(owner) {
      const document = await readDocumentFile(storage, ownerPath(owner), present);
      if (document !== undefined) await lasting.folder(ownerFolder(owner));
      return document;
    },
    updateOwner: (owner, change) =>
      lanes.run(ownerPath(owner), async () => {
        const current = (await readDocumentFile(storage, ownerPath(owner), present)) ?? {};
        const next = change(current);
        await replace(ownerPath(owner), next);
        return next;
      }),
    readDocument: (name) => readDocumentFile(storage, documentPath(name), present),
    writeDocument: (name, document) =>
      lanes.run(documentPath(name), () =>
        replace(documentPath(name), document, name === 'secrets' ? SECRET_PERMISSIONS : undefined),
      ),
    append: (name, entry) => lanes.run(name, () => journalOf(name).append(entry)),
    async *readJournal(name) {
      await lasting.journal(journalPath(name));
      yield* journalOf(name).read();
    },
  };
}

function ownerPath(owner: Owner): string {
  return `${ownerFolder(owner)}/owner.json`;
}

function journalPath(name: JournalName): string {
  return `.kiroku/state/${name}.jsonl`;
}

function documentPath(name: DocumentName): string {
  return `.kiroku/${name}.json`;
}
