import { dayFolder } from '../../domain/key.ts';
import type { DayPlace } from './reconcile-types.ts';

/** What an earlier look at one folder left behind. Lost at a restart: everything in it only saves work. */
export interface FolderMemory {
  /** Start of the last whole look that came to its end, ms; undefined before the first. */
  lookedAt: number | undefined;
  /** Files already taken in, by `adoptionKey`; undefined until it was asked for. */
  adopted: Promise<Map<string, string>> | undefined;
  /** Identity of dropped files that will not be tried again until they change, by name. */
  readonly refused: Map<string, string>;
  /** Failed attempts by name and identity, for failures that may be the decoder's own. */
  readonly attempts: Map<string, number>;
}

export interface ReconcileMemory {
  of(place: DayPlace): FolderMemory;
  /** The same without making one. */
  peek(place: DayPlace): FolderMemory | undefined;
}

const FOLDERS = 2_000;

/** Remembers the folders looked at last, a bounded number of them. */
export function createReconcileMemory(): ReconcileMemory {
  const folders = new Map<string, FolderMemory>();
  return {
    of(place) {
      const key = dayFolder(place.owner, place.kind, place.day);
      const memory = folders.get(key) ?? {
        lookedAt: undefined,
        adopted: undefined,
        refused: new Map(),
        attempts: new Map(),
      };
      folders.delete(key);
      folders.set(key, memory);
      if (folders.size > FOLDERS) {
        const oldest = folders.keys().next();
        if (oldest.done !== true) folders.delete(oldest.value);
      }
      return memory;
    },
    peek: (place) => folders.get(dayFolder(place.owner, place.kind, place.day)),
  };
}
