/**
 * Remembers folders whose name, and every name above, was synced. A folder is known by its path and identity together,
 * so that one made again by somebody else is proved again. Bounded: forgetting costs a sync, never safety.
 */
export interface FolderProofs {
  has(path: string, identity: string): boolean;
  add(path: string, identity: string): void;
  forget(path: string): void;
}

const MOST_REMEMBERED = 20_000;

export function createFolderProofs(): FolderProofs {
  const proved = new Map<string, string>();
  return {
    has: (path, identity) => proved.get(path) === identity,
    add(path, identity) {
      if (proved.size >= MOST_REMEMBERED) proved.clear();
      proved.set(path, identity);
    },
    forget(path) {
      proved.delete(path);
    },
  };
}
