import { z } from '@hono/zod-openapi';
import { ERROR_CODES } from '../domain/errors.ts';
import { KINDS, STATUSES } from '../domain/kind.ts';
import { SavedParams } from './list-query.ts';

/** Shapes of the wire: what bodies are checked against, and what the OpenAPI document is made of. */

export const MAX_BULK_IDS = 1000;

const rating = z.number().int().min(0).max(5).nullable();
const tags = z.array(z.string()).max(1000);

export const Patch = z
  .strictObject({ tags: tags.optional(), favorite: z.boolean().optional(), rating: rating.optional() })
  .openapi('PicturePatch');

const ids = z.array(z.string().max(64)).min(1).max(MAX_BULK_IDS);

export const BulkBody = z
  .discriminatedUnion('action', [
    z.strictObject({ action: z.enum(['delete', 'restore', 'favorite', 'unfavorite']), ids }),
    z.strictObject({ action: z.enum(['tag', 'untag']), ids, tags }),
    z.strictObject({ action: z.literal('rate'), ids, rating }),
  ])
  .openapi('Bulk');

export const CopyBody = z
  .strictObject({ source: z.enum(['generated', 'controls']), id: z.string().max(64) })
  .openapi('InputCopy');

const text = z.string().nullable().optional();
const number = z.number().nullable().optional();

/** What a picture was made with; a member is absent where nobody said it. */
const recipe = {
  prompt: text,
  negative_prompt: text,
  model: text,
  loras: z
    .array(z.looseObject({ name: z.unknown(), weight: z.unknown() }))
    .optional()
    .openapi({
      description: 'As the pipeline describes them: mostly a `name`, a text, and a `weight`, a number.',
    }),
  seed: text.openapi({ description: 'Decimal digits: seeds go to 2^64 − 1.' }),
  sampler: text,
  scheduler: text,
  steps: number,
  cfg: number,
  workflow_id: text,
  aspect_ratio: text,
  generator: text,
  job_id: text,
  parents: z.array(z.object({ kind: z.enum(KINDS), id: z.string(), role: z.string() })).optional(),
  from: z
    .record(z.string(), z.string())
    .optional()
    .openapi({ description: 'Who said a member, where not the job.' }),
};

export const Meta = z
  .looseObject({
    v: z.number(),
    rev: z.number(),
    id: z.string(),
    owner: z.string(),
    kind: z.string(),
    status: z.enum(STATUSES),
    created_at: z.string(),
    updated_at: z.string(),
    trashed_at: z.string().nullable(),
    purge_at: z.string().nullable().optional().openapi({
      description:
        'In the trash only: from when it may be removed for good; null for never. Earlier where the trash is above its own limit.',
    }),
    original_filename: z.string(),
    mime: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    width: z.number().nullable(),
    height: z.number().nullable(),
    thumbhash: z.string().nullable(),
    thumb_crc32: z.string().optional(),
    tags: z.array(z.string()),
    favorite: z.boolean(),
    rating: z.number().nullable(),
    source: z.string(),
    ...recipe,
  })
  .openapi('Meta', { description: 'The record. Unknown members are kept and given back.' });

const itemShape = {
  id: z.string(),
  url: z.string(),
  thumb_url: z.string(),
  created_at: z.string(),
  meta: Meta,
};
export const Item = z.object(itemShape).openapi('Item');
export const StoredItem = z.object({ ok: z.literal(true), ...itemShape }).openapi('StoredItem');

/** As an admin sees it, who sees everybody's. */
export const AdminItem = z
  .object({ status: z.enum(STATUSES), owner: z.string(), ...itemShape })
  .openapi('AdminItem');

const place = {
  page: z.number().nullable().openapi({ description: 'Null when the place was given as a cursor.' }),
  size: z.number(),
  total: z.number(),
  total_relation: z.enum(['eq', 'gte']),
  total_pages: z.number(),
  next_cursor: z.string().nullable(),
};

export const Page = z.object({ items: z.array(Item), ...place }).openapi('Page');
export const AdminPage = z.object({ items: z.array(AdminItem), ...place }).openapi('AdminPage');

const FacetValues = z
  .object({
    values: z
      .array(z.object({ value: z.string(), count: z.number() }))
      .openapi({ description: 'The most frequent first.' }),
    distinct: z.number().openapi({ description: 'Values in all, also those that were cut off.' }),
  })
  .openapi('FacetValues');

export const Facets = z
  .object({
    total: z.number(),
    facets: z.object({
      tag: FacetValues,
      workflow: FacetValues,
      model: FacetValues,
      lora: FacetValues,
      ratio: FacetValues,
      generator: FacetValues,
    }),
  })
  .openapi('Facets');

export const Timeline = z
  .object({
    days: z
      .array(z.object({ date: z.string(), count: z.number() }))
      .openapi({ description: 'Days of `tz` that have any, oldest first.' }),
    total: z.number(),
  })
  .openapi('Timeline');

const Axis = z.object({ name: z.string(), values: z.array(z.string()) }).openapi('Axis');

export const Relations = z
  .object({
    parents: z
      .array(
        z.object({ kind: z.enum(KINDS), id: z.string(), role: z.string(), item: z.union([Item, z.null()]) }),
      )
      .openapi({ description: 'What it was made from; `item` is null where that is not there.' }),
    children: z.array(Item).openapi({ description: 'Made from it, newest first, at most 100.' }),
    children_total: z.number(),
    recipe: z
      .string()
      .nullable()
      .openapi({ description: '`q=recipe:…` lists every picture of this recipe. Null without a prompt.' }),
    truncated: z
      .boolean()
      .openapi({ description: 'Only the 500 newest pictures of the recipe were compared.' }),
    varying: z
      .array(z.object({ name: z.string(), total: z.number() }))
      .openapi({ description: 'Numbers over which there is a stack, and its size.' }),
    stack: z
      .object({ varies: z.string(), total: z.number(), items: z.array(Item) })
      .nullable()
      .openapi({ description: 'Alike in every number but one; newest first, at most 100.' }),
    grid: z
      .object({
        x: Axis,
        y: Axis,
        cells: z.array(z.object({ x: z.number(), y: z.number(), id: z.string() })),
      })
      .nullable()
      .openapi({ description: 'Alike in every number but two; `x` and `y` of a cell count from 0.' }),
  })
  .openapi('Relations');

const searchName = z.string().min(1).max(400);
/** Members that a list does not know would be lost on the way: they are refused. */
const SavedQuery = z.strictObject(SavedParams.shape).openapi('SavedQuery');

export const NewSearch = z.strictObject({ name: searchName, query: SavedQuery }).openapi('NewSearch');
export const SearchPatch = z
  .strictObject({ name: searchName.optional(), query: SavedQuery.optional() })
  .openapi('SearchPatch');

export const SavedSearch = z
  .object({
    id: z.string(),
    name: z.string(),
    query: SavedQuery,
    created_at: z.string(),
    updated_at: z.string(),
  })
  .openapi('SavedSearch');
export const SavedSearchList = z.object({ searches: z.array(SavedSearch) }).openapi('SavedSearches');

export const Ok = z.object({ ok: z.literal(true) }).openapi('Ok');

export const BulkAnswer = z
  .object({
    results: z.array(
      z.object({
        id: z.string(),
        ok: z.boolean(),
        code: z.string().optional(),
        rev: z.number().optional(),
      }),
    ),
  })
  .openapi('BulkAnswer');

export const Me = z
  .object({
    owner: z.string(),
    kind: z.enum(['guest', 'member']),
    claimable: z.number().openapi({
      description: 'Pictures that this browser stored as a guest, and that the member can claim.',
    }),
  })
  .openapi('Me');

export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    code: z.enum(ERROR_CODES),
    field: z.string().optional(),
    at: z.number().optional().openapi({ description: 'Where in the field: characters from 0.' }),
  })
  .openapi('Problem');

export const Health = z
  .object({
    status: z.enum(['ok', 'degraded', 'failing']),
    components: z.record(
      z.string(),
      z.object({ status: z.enum(['ok', 'degraded', 'failing']), detail: z.string().optional() }),
    ),
  })
  .openapi('Health');

/** A multipart upload, for the document; the body itself is parsed as a stream. */
export const UploadForm = z
  .object({
    file: z.any().openapi({ type: 'string', format: 'binary', description: 'PNG, JPEG or WebP.' }),
    owner: z
      .string()
      .optional()
      .openapi({ description: 'With a service token, instead of ?owner= or X-User-Id.' }),
    meta: z
      .string()
      .optional()
      .openapi({ description: 'A JSON object of descriptive members, tags, favorite, rating.' }),
  })
  .openapi('Upload');
