import type { ListPage } from '../catalog/catalog.ts';
import type { Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { encodeCursor } from '../domain/page.ts';
import type { Gallery } from '../services/services.ts';
import type { Answer, Call, Ctx } from './call.ts';
import { ownerOf } from './call.ts';
import { namesTag } from './conditions.ts';
import type { HttpConfig } from './deps.ts';
import type { Items } from './item.ts';
import { type KeptAnswer, type KeptAnswers, notModified, sendKept, versionTag } from './kept.ts';
import { createListParser, listSalt, type ParsedList } from './list-query.ts';

export interface Lists {
  /** Answers one list request of this kind. */
  answer(c: Ctx, call: Call, kind: Kind): Answer;
}

/**
 * Lists as one Buffer put together from stored bytes. A finished page is kept until its owner's version changes;
 * while nothing changed, an answer costs a map look-up and no promise.
 */
export function createLists(
  gallery: Gallery,
  items: Items,
  kept: KeptAnswers,
  { basePath, retention }: Pick<HttpConfig, 'basePath' | 'retention'>,
): Lists {
  const salt = (kind: Kind) => listSalt(kind, basePath, retention);
  const parsers: Record<Kind, (search: string) => ParsedList> = {
    generated: createListParser(salt('generated')),
    input: createListParser(salt('input')),
    control: createListParser(salt('control')),
  };

  const build = async (owner: Owner, kind: Kind, parsed: ParsedList, key: string): Promise<KeptAnswer> => {
    const list = await gallery.list({ owner, kind, ...parsed.query });
    const body = items.page(list.entries, tailOf(list, parsed));
    for (const entry of list.entries) entry.release?.();
    if (list.provisional === true) return { version: list.version, etag: undefined, body };
    const page = { version: list.version, etag: versionTag(list.version, parsed.hash), body };
    kept.set(key, page);
    return page;
  };

  return {
    answer(c, call, kind) {
      const owner = ownerOf(call);
      const asked = c.env.incoming.headers['if-none-match'];
      const version = gallery.peekVersion(owner);
      const key = `${kind}${owner}${call.search}`;
      if (version !== undefined) {
        const page = kept.get(key, version);
        if (page !== undefined) return sendKept(call, page, asked);
      }
      const parsed = parsers[kind](call.search);
      if (asked !== undefined && version !== undefined) {
        const etag = versionTag(version, parsed.hash);
        if (namesTag(asked, etag)) return notModified(call, etag);
      }
      return build(owner, kind, parsed, key).then((page) => sendKept(call, page, asked));
    },
  };
}

/** Everything after the items. A cursor's place has no number, so `page` is null there. */
function tailOf(list: ListPage, parsed: ParsedList): string {
  const next = list.next === null ? 'null' : `"${encodeCursor(list.next)}"`;
  const pages = Math.ceil(list.total / parsed.query.size);
  return `],"page":${parsed.page},"size":${parsed.query.size},"total":${list.total},"total_relation":"${list.totalRelation}","total_pages":${pages},"next_cursor":${next}}`;
}
