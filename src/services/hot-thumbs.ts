import { LRUCache } from 'lru-cache';
import type { Change } from '../catalog/catalog.ts';
import type { PictureId } from '../domain/id.ts';
import type { Owner } from '../domain/owner.ts';
import type { ServedFile } from './services.ts';

/** Thumbnails asked for lately, whole and ready to send, bounded in bytes. Active pictures' only. */
export interface HotThumbs {
  /** At once; undefined when it must be fetched. */
  peek(key: string): ServedFile | undefined;
  put(owner: Owner, id: PictureId, key: string, version: number, file: ServedFile): void;
  /** Forgets what a change made stale. */
  changed(change: Change): void;
}

interface Hot {
  readonly file: ServedFile;
  readonly picture: string;
  readonly version: number;
}

/** What an entry costs beside its bytes. */
const OVERHEAD_BYTES = 512;

/** @param maxBytes bound over all thumbnails kept */
export function createHotThumbs(maxBytes: number): HotThumbs {
  const keyOfPicture = new Map<string, string>();
  const cache = new LRUCache<string, Hot>({
    maxSize: maxBytes,
    maxEntrySize: Math.max(1, Math.floor(maxBytes / 16)),
    sizeCalculation: (hot) => hot.file.bytes + OVERHEAD_BYTES,
    dispose: (hot, key) => {
      if (keyOfPicture.get(hot.picture) === key) keyOfPicture.delete(hot.picture);
    },
    noDisposeOnSet: true,
  });
  return {
    peek: (key) => cache.get(key)?.file,
    put(owner, id, key, version, file) {
      const picture = `${owner}/${id}`;
      const former = keyOfPicture.get(picture);
      if (former !== undefined && former !== key) cache.delete(former);
      cache.set(key, { file, picture, version });
      if (cache.has(key)) keyOfPicture.set(picture, key);
    },
    changed({ owner, id, entry }) {
      const key = keyOfPicture.get(`${owner}/${id}`);
      if (key === undefined) return;
      const hot = cache.peek(key);
      if (entry?.status !== 'active' || hot?.version !== entry.thumbV) cache.delete(key);
    },
  };
}
