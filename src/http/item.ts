import type { Entry } from '../catalog/catalog.ts';
import { originalKey, thumbKey } from '../domain/key.ts';

/** Turns catalog entries into the items of the wire, as bytes: no record is parsed or serialized again. */
export interface Items {
  /** `{"id","url","thumb_url","created_at","meta"}`; `extra` is put in front of it, such as `"ok":true,`. */
  item(entry: Entry, extra?: string): Buffer<ArrayBuffer>;
  /** The whole list answer. */
  page(entries: readonly Entry[], tail: string): Buffer<ArrayBuffer>;
  url(entry: Entry): string;
}

const LIST_OPEN = '{"items":[';
const CLOSE = 125;
const COMMA = 44;

/** @param basePath PUBLIC_URL's path, in front of every URL. */
export function createItems(basePath: string): Items {
  const heads = new WeakMap<Entry, string>();
  const urlOf = (entry: Entry) => `${basePath}/outputs/${originalKey(entry, entry.ext)}`;
  const headOf = (entry: Entry) => {
    let head = heads.get(entry);
    if (head === undefined) {
      head = makeHead(entry, urlOf(entry), basePath);
      heads.set(entry, head);
    }
    return head;
  };
  return {
    url: urlOf,
    item(entry, extra = '') {
      const head = headOf(entry);
      return Buffer.concat([
        Buffer.from(extra === '' ? head : `{${extra}${head.slice(1)}`, 'latin1'),
        entry.publicJson,
        Buffer.of(CLOSE),
      ]);
    },
    page(entries, tail) {
      const size = entries.reduce(
        (sum, entry) => sum + headOf(entry).length + entry.publicJson.length + 2,
        0,
      );
      const body = Buffer.allocUnsafe(LIST_OPEN.length + size + tail.length);
      let at = body.write(LIST_OPEN, 0, 'latin1');
      for (const entry of entries) {
        if (at > LIST_OPEN.length) body[at++] = COMMA;
        at += body.write(headOf(entry), at, 'latin1');
        body.set(entry.publicJson, at);
        at += entry.publicJson.length;
        body[at++] = CLOSE;
      }
      at += body.write(tail, at, 'latin1');
      return body.subarray(0, at);
    },
  };
}

/**
 * ASCII by construction: ids, owners, keys and the base path are. `thumb_url` is there even while no thumbnail is:
 * it is made when it is asked for.
 */
function makeHead(entry: Entry, url: string, basePath: string): string {
  const thumb = thumbKey(entry, entry.thumb ?? 'webp');
  const createdAt = new Date(entry.createdAt).toISOString();
  return `{"id":"${entry.id}","url":"${url}","thumb_url":"${basePath}/outputs/${thumb}?v=${entry.thumbV}","created_at":"${createdAt}","meta":`;
}
