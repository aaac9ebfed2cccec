import { createRoute } from '@hono/zod-openapi';
import type { Kind } from '../../domain/kind.ts';
import type { Bulk, Gallery, Trash } from '../../services/services.ts';
import { type Call, type Ctx, ownerOf } from '../call.ts';
import { namesTag, revisionOf } from '../conditions.ts';
import type { Items } from '../item.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { ListParams } from '../list-query.ts';
import type { Lists } from '../lists.ts';
import { JSON_HEADERS, respond, respondJson } from '../respond.ts';
import { BulkAnswer, BulkBody, Item, Ok, Page, Patch } from '../schemas.ts';
import { answers, body, bulkAction, IdParam, idOf, json, OwnerQuery } from './parts.ts';

export interface PictureDeps {
  readonly gallery: Gallery;
  readonly trash: Trash;
  readonly bulk: Bulk;
  readonly lists: Lists;
  readonly items: Items;
}

const READ = { who: 'owner' } as const;
const WRITE = { who: 'owner', write: true } as const;

/** The calls that every family of pictures has. A family sees its own kind only. */
export function pictureRoutes<const B extends 'images' | 'inputs' | 'controls'>(
  kit: Kit,
  deps: PictureDeps,
  base: B,
  kind: Kind,
) {
  const { gallery, trash, bulk, lists, items } = deps;
  const tags = [base];
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: `/api/v1/${base}`,
        tags,
        summary: 'A page, newest first',
        request: { query: ListParams.extend(OwnerQuery.shape) },
        responses: answers({
          200: json(Page, 'A page.'),
          304: { description: 'Nothing changed (If-None-Match).' },
        }),
      }),
      READ,
      (c, call) => lists.answer(c, call, kind),
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: `/api/v1/${base}/{id}`,
        tags,
        summary: 'One picture',
        request: { params: IdParam, query: OwnerQuery },
        responses: answers({ 200: json(Item, 'The picture.'), 304: { description: 'Nothing changed.' } }),
      }),
      READ,
      async (c, call) => {
        const entry = await gallery.get(ownerOf(call), kind, idOf(c));
        // when a trashed one goes follows from a setting too, which no revision tells
        const ifNew = entry.status === 'active' ? c : undefined;
        return itemAnswer(call, items.item(entry), entry.record().rev, ifNew);
      },
    ),
    kit.serve(
      createRoute({
        method: 'patch',
        path: `/api/v1/${base}/{id}`,
        tags,
        summary: 'Tags, favourite, rating; If-Match guards the edit',
        request: { params: IdParam, query: OwnerQuery, body: body(Patch) },
        responses: answers({ 200: json(Item, 'The picture as it is now.') }),
      }),
      WRITE,
      async (c, call) => {
        const id = idOf(c);
        const rev = revisionOf(c.env.incoming.headers['if-match']);
        const { tags: newTags, favorite, rating } = await readJson(c.env.incoming, Patch);
        const patch = {
          ...(newTags === undefined ? {} : { tags: newTags }),
          ...(favorite === undefined ? {} : { favorite }),
          ...(rating === undefined ? {} : { rating }),
        };
        const entry = await gallery.edit(ownerOf(call), kind, id, patch, rev);
        return itemAnswer(call, items.item(entry), entry.record().rev);
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: `/api/v1/${base}/{id}/delete`,
        tags,
        summary: 'Into the trash',
        request: { params: IdParam, query: OwnerQuery },
        responses: answers({ 200: json(Ok, 'It is in the trash.') }),
      }),
      WRITE,
      async (c, call) => {
        await trash.trash(ownerOf(call), kind, idOf(c));
        return respondJson(call, 200, { ok: true });
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: `/api/v1/${base}/{id}/restore`,
        tags,
        summary: 'Out of the trash',
        request: { params: IdParam, query: OwnerQuery },
        responses: answers({ 200: json(Ok, 'It is active again.') }),
      }),
      WRITE,
      async (c, call) => {
        await trash.restore(ownerOf(call), kind, idOf(c));
        return respondJson(call, 200, { ok: true });
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: `/api/v1/${base}/bulk`,
        tags,
        summary: 'One change to many pictures',
        request: { query: OwnerQuery, body: body(BulkBody) },
        responses: answers({ 200: json(BulkAnswer, 'One result per id, in the order given.') }),
      }),
      WRITE,
      async (c, call) => {
        const asked = await readJson(c.env.incoming, BulkBody);
        const results = await bulk.apply(ownerOf(call), kind, asked.ids, bulkAction(asked));
        return respondJson(call, 200, { results });
      },
    ),
  ] as const;
}

/** The entity tag is the revision, which is what If-Match takes. */
function itemAnswer(call: Call, bytes: Buffer<ArrayBuffer>, rev: number, c?: Ctx): Response {
  const headers = { ...JSON_HEADERS, ETag: `"${rev}"` };
  const asked = c?.env.incoming.headers['if-none-match'];
  if (asked !== undefined && namesTag(asked, String(rev))) return respond(call, 304, null, headers);
  return respond(call, 200, bytes, headers);
}
