import type { JsonObject } from '../domain/json.ts';
import type { Owner } from '../domain/owner.ts';
import type { DocumentName, JournalName, StateStore } from './state-store.ts';

/** The state store in memory. Documents go in and out as copies, as through a file. */
export function createMemoryStateStore(): StateStore {
  const owners = new Map<Owner, JsonObject>();
  const documents = new Map<DocumentName, JsonObject>();
  const journals = new Map<JournalName, JsonObject[]>();

  return {
    async readOwner(owner) {
      return structuredClone(owners.get(owner));
    },
    async updateOwner(owner, change) {
      const next = change(structuredClone(owners.get(owner) ?? {}));
      owners.set(owner, structuredClone(next));
      return next;
    },
    async readDocument(name) {
      return structuredClone(documents.get(name));
    },
    async writeDocument(name, document) {
      documents.set(name, structuredClone(document));
    },
    async append(name, entry) {
      const entries = journals.get(name) ?? [];
      entries.push(structuredClone(entry));
      journals.set(name, entries);
    },
    async *readJournal(name) {
      for (const entry of [...(journals.get(name) ?? [])]) yield structuredClone(entry);
    },
  };
}
