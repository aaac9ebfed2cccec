/**
 * Remembers folders whose name, and every name above, was synced. A folder is known by its path and inode together,
 * so that one made again by somebody else is proved again. Bounded: forgetting costs a sync, never safety.
 */
export interface FolderProofs {
  has(path: string, inode: string): boolean;
  add(path: string, inode: string): void;
  forget(path: string): void;
}

const MOST_REMEMBERED = 20_000;

export function createFolderProofs(): FolderProofs {
  const proved = new Map<string, string>();
  return {
    has: (path, inode) => proved.get(path) === inode,
    add(path, inode) {
      if (proved.size >= MOST_REMEMBERED) proved.clear();
      proved.set(path, inode);
    },
    forget(path) {
      proved.delete(path);
    },
  };
}
