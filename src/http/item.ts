import type { Entry } from '../catalog/catalog.ts';
import { originalKey, thumbKey } from '../domain/key.ts';
import { purgeAt, type Retention } from '../domain/retention.ts';
import { isoOf } from '../domain/time.ts';
import { createItemHeads } from './item-head.ts';

/** Turns catalog entries into the items of the wire, as bytes: no record is parsed or serialized again. */
export interface Items {
  /** `{"id","url","thumb_url","created_at","meta"}`; `extra` is put in front of it, such as `"ok":true,`. */
  item(entry: Entry, extra?: string): Buffer<ArrayBuffer>;
  /** The whole list answer. */
  page(entries: readonly Entry[], tail: string): Buffer<ArrayBuffer>;
  url(entry: Entry): string;
  /** The item's `thumb_url`: also where there is no thumbnail yet, which is made when it is asked for. */
  thumbUrl(entry: Entry): string;
}

const LIST_OPEN = '{"items":[';
const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;

/**
 * @param basePath PUBLIC_URL's path, in front of every URL.
 * @param retention what `purge_at` of a trashed picture follows from: it stands in no record
 */
export function createItems(basePath: string, retention: Retention): Items {
  const heads = createItemHeads(basePath);
  /** Put in place of the last brace of a record; active pictures have none, and pay for none. */
  const endOf = (entry: Entry): string => {
    if (entry.status === 'active') return '';
    const time = purgeAt(entry.record(), retention);
    return `,"purge_at":${time === null ? 'null' : `"${isoOf(time)}"`}}`;
  };
  const lengthOf = (entry: Entry): number => {
    const end = endOf(entry);
    const length = heads.lengthOf(entry) + entry.publicJson.length + 1;
    return end === '' ? length : length + end.length - 1;
  };
  const put = (entry: Entry, body: Buffer, from: number): number => {
    const at = heads.put(entry, body, from);
    body.set(entry.publicJson, at);
    let end = at + entry.publicJson.length;
    const more = endOf(entry);
    if (more !== '') end += body.write(more, end - 1, 'latin1') - 1;
    body[end] = CLOSE;
    return end + 1;
  };
  return {
    url: (entry) => `${basePath}/outputs/${originalKey(entry, entry.ext)}`,
    thumbUrl: (entry) => `${basePath}/outputs/${thumbKey(entry, entry.thumb ?? 'webp')}?v=${entry.thumbV}`,
    item(entry, extra = '') {
      const size = extra.length + lengthOf(entry);
      const body = Buffer.allocUnsafe(size);
      put(entry, body, extra.length);
      // over the item's own brace, which now stands in front of all
      body[0] = OPEN;
      body.write(extra, 1, 'latin1');
      return body;
    },
    page(entries, tail) {
      let size = LIST_OPEN.length + tail.length;
      for (const entry of entries) size += lengthOf(entry) + 1;
      const body = Buffer.allocUnsafe(size);
      let at = body.write(LIST_OPEN, 0, 'latin1');
      for (const entry of entries) {
        if (at > LIST_OPEN.length) body[at++] = COMMA;
        at = put(entry, body, at);
      }
      at += body.write(tail, at, 'latin1');
      return body.subarray(0, at);
    },
  };
}
