import type { BlobStore } from '../blobs/blob-store.ts';
import type { Catalog, Entry } from '../catalog/catalog.ts';
import { isKirokuError, notFound } from '../domain/errors.ts';
import { MIME_OF_THUMB, type Mime, type ThumbExt } from '../domain/format.ts';
import { originalKey, thumbKey } from '../domain/key.ts';
import type { Log } from '../domain/log.ts';
import type { Decoder } from '../media/decoder.ts';
import { isGoing } from './going.ts';
import { createHotThumbs } from './hot-thumbs.ts';
import { readBlob, readWholeBlob } from './read-blob.ts';
import { remakeThumbnail } from './remake.ts';
import type { Files, ServedFile } from './services.ts';
import { MAX_THUMB_BYTES, type ThumbFacts, tellsOf } from './thumb-facts.ts';

export interface FilesDeps {
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  readonly decoder: Decoder;
  readonly sniff: (head: Uint8Array) => Promise<Mime | undefined>;
  readonly log: Log;
  /** Bytes of thumbnails kept in memory. */
  readonly hotBytes?: number;
}

const HOT_BYTES = 64 * 1024 * 1024;

function thumbFile(entry: Entry, ext: ThumbExt, content: Uint8Array, modified: number): ServedFile {
  return {
    mime: MIME_OF_THUMB[ext],
    bytes: content.byteLength,
    etag: `${entry.id}-${entry.thumbV}`,
    modified,
    trashed: entry.status === 'trash',
    content,
    async *stream(start, end) {
      yield content.subarray(start, end + 1);
    },
  };
}

/** Whole and of the right type, or undefined: then it is made again. */
async function readThumb(deps: FilesDeps, entry: Entry, ext: ThumbExt): Promise<ServedFile | undefined> {
  const facts: ThumbFacts = entry.record();
  try {
    const reader = await deps.blobs.open(thumbKey(entry, ext));
    if (reader === undefined) return undefined;
    try {
      if (reader.bytes === 0 || reader.bytes > MAX_THUMB_BYTES) return undefined;
      const content = await readWholeBlob(reader);
      if (content.byteLength !== reader.bytes || !tellsOf(facts, content)) return undefined;
      if ((await deps.sniff(content)) !== MIME_OF_THUMB[ext]) return undefined;
      return thumbFile(entry, ext, content, reader.modified);
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (isKirokuError(error, 'overloaded')) throw error;
    deps.log.warn({ err: error, owner: entry.owner, id: entry.id }, 'a thumbnail cannot be read');
    return undefined;
  }
}

/** Somebody who asked for a thumbnail, from before its record is read. */
interface Asking {
  /** The picture changed on the way: what was fetched is answered, but not kept. */
  stale: boolean;
}

/** Gives out originals and thumbnails, each only under its record's own key. */
export function createFiles(deps: FilesDeps): Files {
  const { blobs, catalog } = deps;
  const hot = createHotThumbs(deps.hotBytes ?? HOT_BYTES);
  const asking = new Map<string, Set<Asking>>();
  /** One fetch of each, for everybody who asks meanwhile. */
  const fetching = new Map<string, Promise<ServedFile | undefined>>();

  catalog.onChange((change) => {
    hot.changed(change);
    for (const one of asking.get(`${change.owner}/${change.id}`) ?? []) one.stale = true;
  });

  const fetch = async (entry: Entry): Promise<ServedFile | undefined> => {
    const stored = entry.thumb === null ? undefined : await readThumb(deps, entry, entry.thumb);
    if (stored !== undefined) return stored;
    const remade = await remakeThumbnail(deps, entry);
    if (remade === undefined) return undefined;
    const { ext, bytes } = remade.thumbnail;
    const stat = await blobs.stat(thumbKey(remade.entry, ext));
    return thumbFile(remade.entry, ext, bytes, stat?.modified ?? entry.createdAt);
  };

  /** The bytes of an original that may go on the way: with its picture, which is no failure. */
  async function* read(entry: Entry, key: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    try {
      yield* readBlob(blobs, key, start, end);
    } catch (error) {
      throw (await isGoing(catalog, entry)) ? notFound() : error;
    }
  }

  const fetchOnce = async (entry: Entry, key: string, mine: Asking): Promise<ServedFile | undefined> => {
    const picture = `${entry.owner}/${entry.id}`;
    const running = fetching.get(picture);
    if (running !== undefined) return running;
    const fetched = fetch(entry);
    fetching.set(picture, fetched);
    try {
      const file = await fetched;
      if (file !== undefined && !file.trashed && !mine.stale) {
        hot.put(entry.owner, entry.id, key, entry.thumbV, file);
      }
      return file;
    } finally {
      fetching.delete(picture);
    }
  };

  /** Told of every change from before the record is read: what comes of a former version is not kept. */
  const ask = async <T>(picture: string, work: (mine: Asking) => Promise<T>): Promise<T> => {
    const mine: Asking = { stale: false };
    const all = asking.get(picture) ?? new Set();
    asking.set(picture, all.add(mine));
    try {
      return await work(mine);
    } finally {
      all.delete(mine);
      if (all.size === 0 && asking.get(picture) === all) asking.delete(picture);
    }
  };

  return {
    async original(owner, kind, id, key) {
      const entry = await catalog.find(owner, kind, id);
      if (entry === undefined || originalKey(entry, entry.ext) !== key) return undefined;
      const record = entry.record();
      const stat = await blobs.stat(key);
      if (stat === undefined || stat.bytes !== record.bytes) {
        if (await isGoing(catalog, entry)) return undefined;
        deps.log.error({ owner, id, missing: stat === undefined }, 'an original is missing or damaged');
        return undefined;
      }
      return {
        mime: record.mime,
        bytes: record.bytes,
        etag: record.sha256,
        modified: stat.modified,
        trashed: entry.status === 'trash',
        content: undefined,
        stream: (start, end) => read(entry, key, start, end),
      };
    },

    async thumbnail(owner, kind, id, key) {
      const kept = hot.peek(key);
      if (kept !== undefined) return kept;
      return ask(`${owner}/${id}`, async (mine) => {
        const entry = await catalog.find(owner, kind, id);
        // a picture whose thumbnail could not be made at first gets another chance under the name it would have had
        if (entry === undefined || thumbKey(entry, entry.thumb ?? 'webp') !== key) return undefined;
        return fetchOnce(entry, key, mine);
      });
    },

    peekThumbnail: (key) => hot.peek(key),
  };
}
