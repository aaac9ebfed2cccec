import { LRUCache } from 'lru-cache';
import type { ListPage, Version } from '../catalog/catalog.ts';
import type { Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { encodeCursor } from '../domain/page.ts';
import type { Gallery } from '../services/services.ts';
import type { Answer, Call, Ctx } from './call.ts';
import { ownerOf } from './call.ts';
import { namesTag } from './conditions.ts';
import type { HttpConfig } from './deps.ts';
import type { Items } from './item.ts';
import { createListParser, listSalt, type ParsedList } from './list-query.ts';
import { respond } from './respond.ts';

export interface Lists {
  /** Answers one list request of this kind. */
  answer(c: Ctx, call: Call, kind: Kind): Answer;
}

interface FinishedPage {
  readonly version: Version;
  /** Undefined for one that this version will be answered otherwise soon. */
  readonly etag: string | undefined;
  readonly body: Buffer<ArrayBuffer>;
}

const LIST_TYPE = 'application/json';
/** Kept by the browser alone, and asked for again each time: that is what the entity tag is for. */
const LIST_CACHE = 'private, no-cache';

/**
 * Lists as one Buffer put together from stored bytes. A finished page is kept until its owner's version changes;
 * while nothing changed, an answer costs a map look-up and no promise.
 */
export function createLists(
  gallery: Gallery,
  items: Items,
  { basePath, pageCacheBytes }: Pick<HttpConfig, 'basePath' | 'pageCacheBytes'>,
): Lists {
  // A cache of nothing would be one without a bound: no page fits into one byte.
  const pages = new LRUCache<string, FinishedPage>({
    maxSize: Math.max(1, pageCacheBytes),
    sizeCalculation: (page, key) => page.body.length + key.length + 200,
  });
  const parsers: Record<Kind, (search: string) => ParsedList> = {
    generated: createListParser(listSalt('generated', basePath)),
    input: createListParser(listSalt('input', basePath)),
    control: createListParser(listSalt('control', basePath)),
  };

  const build = async (owner: Owner, kind: Kind, parsed: ParsedList, key: string): Promise<FinishedPage> => {
    const list = await gallery.list({ owner, kind, ...parsed.query });
    const body = items.page(list.entries, tailOf(list, parsed));
    for (const entry of list.entries) entry.release?.();
    if (list.provisional === true) return { version: list.version, etag: undefined, body };
    const page = { version: list.version, etag: etagOf(list.version, parsed), body };
    if (key.length <= 600) pages.set(key, page);
    return page;
  };

  return {
    answer(c, call, kind) {
      const owner = ownerOf(call);
      const asked = c.env.incoming.headers['if-none-match'];
      const version = gallery.peekVersion(owner);
      const key = `${kind}${owner}${call.search}`;
      if (version !== undefined) {
        const page = pages.get(key);
        if (page !== undefined && same(page.version, version)) return send(call, page, asked);
      }
      const parsed = parsers[kind](call.search);
      if (asked !== undefined && version !== undefined && namesTag(asked, etagOf(version, parsed))) {
        return notModified(call, etagOf(version, parsed));
      }
      return build(owner, kind, parsed, key).then((page) => send(call, page, asked));
    },
  };
}

function same(a: Version, b: Version): boolean {
  return a.seq === b.seq && a.epoch === b.epoch;
}

/** Without quotes. */
function etagOf(version: Version, parsed: ParsedList): string {
  return `${version.epoch}-${version.seq}-${parsed.hash}`;
}

function send(call: Call, page: FinishedPage, asked: string | undefined): Response {
  const { etag, body } = page;
  if (etag === undefined) {
    return respond(call, 200, body, {
      'Content-Type': LIST_TYPE,
      'Cache-Control': 'private, no-store',
      Vary: 'Cookie, Authorization, X-User-Id',
    });
  }
  if (asked !== undefined && namesTag(asked, etag)) return notModified(call, etag);
  return respond(call, 200, body, {
    'Content-Type': LIST_TYPE,
    'Cache-Control': LIST_CACHE,
    ETag: `"${etag}"`,
    Vary: 'Cookie, Authorization, X-User-Id',
  });
}

function notModified(call: Call, etag: string): Response {
  return respond(call, 304, null, {
    'Cache-Control': LIST_CACHE,
    ETag: `"${etag}"`,
    Vary: 'Cookie, Authorization, X-User-Id',
  });
}

/** Everything after the items. A cursor's place has no number, so `page` is null there. */
function tailOf(list: ListPage, parsed: ParsedList): string {
  const next = list.next === null ? 'null' : `"${encodeCursor(list.next)}"`;
  const pages = Math.ceil(list.total / parsed.query.size);
  return `],"page":${parsed.page},"size":${parsed.query.size},"total":${list.total},"total_relation":"${list.totalRelation}","total_pages":${pages},"next_cursor":${next}}`;
}
