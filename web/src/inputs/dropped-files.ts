import type { DirectoryDropItem, DropItem, FileDropItem } from 'react-aria-components/useDragAndDrop';

/** More at once than anybody means: a home folder that slipped. */
export const MOST_FILES = 1_000;

type Entry = FileDropItem | DirectoryDropItem;

/** The files of what was dropped, those in folders too, at most one more than `MOST_FILES`. Texts and links are left out. */
export async function filesOf(items: readonly DropItem[]): Promise<readonly File[]> {
  const files: File[] = [];
  for (const item of items) if (item.kind !== 'text') await collect(item, files);
  return files;
}

async function collect(item: Entry, files: File[]): Promise<void> {
  if (files.length > MOST_FILES) return;
  if (item.kind === 'file') {
    files.push(await item.getFile());
    return;
  }
  for await (const entry of item.getEntries()) {
    // .DS_Store and the like
    if (!entry.name.startsWith('.')) await collect(entry, files);
    if (files.length > MOST_FILES) return;
  }
}
