import type { JsonObject } from '../domain/json.ts';
import type { Owner } from '../domain/owner.ts';

/**
 * The state port: durable truth that no sidecar holds. Drivers: file system, memory (Postgres later).
 * Everything is durable when its promise resolves; documents are replaced whole and atomically.
 * What is not found on a volume that is away is not missing: KirokuError `volume_missing`.
 */
export interface StateStore {
  /** `owner.json`; undefined before the first update. */
  readOwner(owner: Owner): Promise<JsonObject | undefined>;
  /** Read, change, write, one at a time per owner. Unknown members are kept by spreading them. */
  updateOwner(owner: Owner, change: (current: JsonObject) => JsonObject): Promise<JsonObject>;
  /** A server-wide document of `.kiroku/` (`volume`, `run`, `secrets`, …). */
  readDocument(name: DocumentName): Promise<JsonObject | undefined>;
  writeDocument(name: DocumentName, document: JsonObject): Promise<void>;
  /** Appends one entry to `state/{journal}.jsonl`. A torn last line is cut before the first append. */
  append(journal: JournalName, entry: JsonObject): Promise<void>;
  /** Oldest first; lines that do not parse are skipped and counted in the log. */
  readJournal(journal: JournalName): AsyncIterable<JsonObject>;
}

export const DOCUMENTS = ['volume', 'run', 'secrets'] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

export const JOURNALS = ['findings', 'shares', 'audit', 'jobs', 'placements', 'transfers'] as const;
export type JournalName = (typeof JOURNALS)[number];
