import { createRoute } from '@hono/zod-openapi';
import { notFound } from '../../domain/errors.ts';
import { isPictureId } from '../../domain/id.ts';
import type { IngestResult, Inputs } from '../../services/services.ts';
import { type Call, ownerOf } from '../call.ts';
import type { HttpConfig } from '../deps.ts';
import type { Items } from '../item.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { JSON_HEADERS, respond } from '../respond.ts';
import { CopyBody, Item, StoredItem, UploadForm } from '../schemas.ts';
import type { Uploads } from '../upload.ts';
import { answers, body, json, OwnerQuery, UploadHeaders, UploadQuery } from './parts.ts';

export interface UploadRouteDeps {
  readonly uploads: Uploads;
  readonly inputs: Inputs;
  readonly items: Items;
  readonly config: HttpConfig;
}

const request = {
  query: UploadQuery,
  headers: UploadHeaders,
  body: { required: true, content: { 'multipart/form-data': { schema: UploadForm } } },
} as const;

const REPLAYED = 'Stored before: the same idempotency key, or the same bytes with `dedupe`.';
const OK_FIRST = '"ok":true,';

/** Everything that brings new pictures in. */
export function uploadRoutes(kit: Kit, deps: UploadRouteDeps) {
  const { uploads, inputs, items, config } = deps;
  const stored = (call: Call, base: string, result: IngestResult, extra = '') => {
    const created = result.outcome === 'created';
    const { id } = result.entry;
    return respond(call, created ? 201 : 200, items.item(result.entry, extra), {
      ...JSON_HEADERS,
      ETag: `"${result.entry.record().rev}"`,
      ...(created ? { Location: `${config.basePath}/api/v1/${base}/${id}` } : {}),
      ...(result.outcome === 'replayed' ? { 'Idempotency-Replayed': 'true' } : {}),
    });
  };
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/images',
        tags: ['images'],
        summary: 'A pipeline stores a picture; 201 means durable',
        request,
        responses: answers({ 201: json(Item, 'Stored, durably.'), 200: json(Item, REPLAYED) }),
      }),
      { who: 'service', write: true, ownerInBody: true },
      async (c, call) => {
        const target = { kind: 'generated', maxBytes: config.uploadMaxBytes, source: 'api' } as const;
        return stored(call, 'images', await uploads.accept(c.env.incoming, call, target));
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/inputs/upload',
        tags: ['inputs'],
        summary: 'Stores an input picture',
        request,
        responses: answers({ 201: json(StoredItem, 'Stored, durably.'), 200: json(StoredItem, REPLAYED) }),
      }),
      { who: 'owner', write: true, ownerInBody: true },
      async (c, call) => {
        const target = { kind: 'input', maxBytes: config.inputsMaxBytes, source: 'upload' } as const;
        return stored(call, 'inputs', await uploads.accept(c.env.incoming, call, target), OK_FIRST);
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/controls/upload',
        tags: ['controls'],
        summary: 'Stores a control picture',
        request,
        responses: answers({ 201: json(StoredItem, 'Stored, durably.'), 200: json(StoredItem, REPLAYED) }),
      }),
      { who: 'owner', write: true, ownerInBody: true },
      async (c, call) => {
        const target = { kind: 'control', maxBytes: config.controlsMaxBytes, source: 'upload' } as const;
        return stored(call, 'controls', await uploads.accept(c.env.incoming, call, target), OK_FIRST);
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/inputs/copy',
        tags: ['inputs'],
        summary: 'Makes an input of an own generated or control picture',
        request: { query: OwnerQuery, body: body(CopyBody) },
        responses: answers({ 201: json(StoredItem, 'Stored, durably.') }),
      }),
      { who: 'owner', write: true },
      async (c, call) => {
        const { source, id } = await readJson(c.env.incoming, CopyBody);
        if (!isPictureId(id)) throw notFound();
        const from = source === 'controls' ? 'control' : 'generated';
        const entry = await inputs.copy(ownerOf(call), from, id);
        return stored(call, 'inputs', { entry, outcome: 'created' }, OK_FIRST);
      },
    ),
  ] as const;
}
