import { createRoute, z } from '@hono/zod-openapi';
import type { Entry } from '../../catalog/catalog.ts';
import { notFound } from '../../domain/errors.ts';
import { originalKey, thumbKey } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import { isoOf } from '../../domain/time.ts';
import type { Files, ServedFile } from '../../services/services.ts';
import type { Share, Shares } from '../../services/shares.ts';
import { type Answer, type Call, type Ctx, ownerOf } from '../call.ts';
import { httpDate, isFresh } from '../conditions.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respond, respondJson } from '../respond.ts';
import { sendBytes, sendStream } from '../send-bytes.ts';
import { asksForPage, type PageDeps, pageAnswer } from './pages.ts';
import { answers, body, json, OwnerQuery } from './parts.ts';

export interface ShareDeps extends PageDeps {
  readonly shares: Shares;
  readonly files: Files;
  /** An original without what was embedded in it. */
  readonly stripped: (entry: Entry) => AsyncIterable<Uint8Array>;
  readonly basePath: string;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

const ShareBody = z
  .strictObject({
    ids: z.array(z.string().max(64)).min(1).max(1000),
    expires_in: z.number().int().min(1).max(31_622_400).openapi({ description: 'Seconds.' }),
    name: z.string().max(200).default(''),
    thumbnail_only: z.boolean().default(false),
    show_prompt: z.boolean().default(false),
    strip_metadata: z.boolean().default(true),
  })
  .openapi('ShareRequest');
const ShareAnswer = z
  .object({
    sid: z.string(),
    url: z.string(),
    ids: z.array(z.string()),
    previews: z.array(z.string()).openapi({
      description: 'Which of the first four pictures its visitors see now; none once it has ended.',
    }),
    name: z.string(),
    created_at: z.string(),
    expires_at: z.string(),
    revoked: z.boolean(),
    views: z.number(),
    thumbnail_only: z.boolean(),
    show_prompt: z.boolean(),
    strip_metadata: z.boolean(),
  })
  .openapi('Share');
const ShareList = z.object({ shares: z.array(ShareAnswer) }).openapi('ShareList');
const SharedPage = z
  .object({
    name: z.string(),
    expires_at: z.string(),
    items: z.array(
      z.object({
        id: z.string(),
        url: z.string().nullable(),
        thumb_url: z.string(),
        created_at: z.string(),
        width: z.number().nullable(),
        height: z.number().nullable(),
        thumbhash: z.string().nullable(),
        prompt: z.string().nullable().optional(),
      }),
    ),
  })
  .openapi('SharedPage');
const Token = z.object({ token: z.string() });
const Picture = z.object({ token: z.string(), id: z.string() });
const tags = ['shares'];
const PUBLIC = { who: 'share' } as const;
/** What files are answered with, whole or in part. */
const BYTES = {
  200: { description: 'The bytes.' },
  206: { description: 'A range of them.' },
  304: { description: 'The copy is fresh.' },
} as const;
/** A link is for those who were given it. */
const PAGE_HEADERS = { Vary: 'Accept', 'X-Robots-Tag': 'noindex' };

/** Links that an owner gives to others. */
export function shareRoutes(kit: Kit, { shares, basePath }: ShareDeps) {
  const answer = async ({ share, token }: { share: Share; token: string }) =>
    shareAnswer(share, `${basePath}/s/${token}`, await shares.previews(share));
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/shares',
        tags,
        summary: 'A link by which others see these pictures for a while',
        request: { query: OwnerQuery, body: body(ShareBody) },
        responses: answers({ 201: json(ShareAnswer, 'The link, durably.') }),
      }),
      { who: 'owner', write: true },
      async (c, call) => {
        const asked = await readJson(c.env.incoming, ShareBody);
        const made = await shares.create(ownerOf(call), {
          ids: asked.ids,
          expiresIn: asked.expires_in,
          name: asked.name,
          thumbnailOnly: asked.thumbnail_only,
          showPrompt: asked.show_prompt,
          stripMetadata: asked.strip_metadata,
        });
        return respondJson(call, 201, await answer(made));
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/shares',
        tags,
        summary: 'Your links, newest first',
        request: { query: OwnerQuery },
        responses: answers({ 200: json(ShareList, 'Those that ended in the last 30 days too.') }),
      }),
      { who: 'owner' },
      async (_c, call) => {
        const list = await shares.list(ownerOf(call));
        return respondJson(call, 200, { shares: await Promise.all(list.map(answer)) });
      },
    ),
    kit.serve(
      createRoute({
        method: 'delete',
        path: '/api/v1/shares/{sid}',
        tags,
        summary: 'Ends a link at once',
        request: { params: z.object({ sid: z.string() }), query: OwnerQuery },
        responses: answers({ 200: json(z.object({ ok: z.literal(true) }), 'It opens nothing any more.') }),
      }),
      { who: 'owner', write: true },
      async (c, call) => {
        await shares.revoke(ownerOf(call), c.req.param('sid') ?? '');
        return respondJson(call, 200, { ok: true });
      },
    ),
  ] as const;
}

const listed = json(SharedPage, 'What is there and not in the trash.');
const sharedPage = { ...listed, content: { ...listed.content, 'text/html': { schema: z.string() } } };

/** What whoever has a link can open. */
export function sharedRoutes(kit: Kit, deps: ShareDeps) {
  const { shares, files, basePath, now } = deps;
  const open = async (c: Ctx) => {
    const token = c.req.param('token') ?? '';
    return { token, share: await shares.open(token) };
  };
  return [
    kit.serve(
      createRoute({
        method: 'get',
        path: '/s/{token}',
        tags,
        summary: 'The shared pictures',
        request: { params: Token },
        description:
          'A browser that asks for `text/html` gets the page that shows them, whatever the token; only the JSON counts as a view.',
        responses: answers({ 200: sharedPage }),
      }),
      PUBLIC,
      async (c, call) => {
        const page = asksForPage(c) ? pageAnswer(call, deps, PAGE_HEADERS) : undefined;
        if (page !== undefined) return page;
        const { token, share } = await open(c);
        const entries = await shares.pictures(share);
        if (c.env.incoming.method === 'GET') await shares.viewed(share);
        const items = entries.map((entry) => itemOf(entry, share, `${basePath}/s/${token}`));
        const list = { name: share.name, expires_at: isoOf(share.expires), items };
        return respondJson(call, 200, list, { 'Cache-Control': 'no-store', Vary: 'Accept' });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/s/{token}/{id}',
        tags,
        summary: 'An original, as far as the link shows it',
        request: { params: Picture },
        responses: answers(BYTES),
      }),
      PUBLIC,
      async (c, call) => {
        const { share } = await open(c);
        const entry = await shares.picture(share, c.req.param('id') ?? '');
        if (share.thumbnailOnly) throw notFound();
        if (share.stripMetadata) return sendStripped(deps, c, call, entry, share);
        const key = originalKey(entry, entry.ext);
        return sendFile(deps, c, call, await files.original(entry.owner, entry.kind, entry.id, key), share);
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/s/{token}/{id}/thumb',
        tags,
        summary: 'A thumbnail',
        request: { params: Picture },
        responses: answers(BYTES),
      }),
      PUBLIC,
      async (c, call) => {
        const { share } = await open(c);
        const { owner, kind, id, ...entry } = await shares.picture(share, c.req.param('id') ?? '');
        const key = thumbKey({ owner, kind, id, day: entry.day }, entry.thumb ?? 'webp');
        return sendFile(deps, c, call, await files.thumbnail(owner, kind, id, key), share);
      },
    ),
  ] as const;

  /** Never longer than the link lives. */
  function cacheControl(share: Share): string {
    return `private, max-age=${Math.max(0, Math.min(3600, Math.floor((share.expires - now()) / 1000)))}`;
  }

  function sendFile(
    { log }: ShareDeps,
    c: Ctx,
    call: Call,
    file: ServedFile | undefined,
    share: Share,
  ): Answer {
    if (file === undefined || file.trashed) throw notFound();
    const lastModified = httpDate(file.modified);
    const headers = {
      'Cache-Control': cacheControl(share),
      ETag: `"${file.etag}"`,
      'Last-Modified': lastModified,
      'Accept-Ranges': 'bytes',
      'Content-Type': file.mime,
      'Content-Disposition': 'inline',
    };
    if (isFresh(c.env.incoming.headers, file.etag, file.modified)) return respond(call, 304, null, headers);
    return sendBytes(c, call, { ...file, lastModified, headers }, log);
  }

  /** Its length is not known before it is taken apart: sent without one, and in one piece. */
  function sendStripped(
    { stripped, log }: ShareDeps,
    c: Ctx,
    call: Call,
    entry: Entry,
    share: Share,
  ): Answer {
    const headers = {
      'Cache-Control': cacheControl(share),
      'Content-Type': entry.record().mime,
      'Content-Disposition': 'inline',
    };
    if (c.env.incoming.method === 'HEAD') return respond(call, 200, null, headers);
    return sendStream(c, call, 200, headers, stripped(entry), log);
  }
}

function shareAnswer(share: Share, url: string, previews: readonly string[]) {
  const { sid, ids, name, created, expires, revoked, views } = share;
  return {
    sid,
    url,
    ids,
    previews,
    name,
    created_at: isoOf(created),
    expires_at: isoOf(expires),
    revoked,
    views,
    thumbnail_only: share.thumbnailOnly,
    show_prompt: share.showPrompt,
    strip_metadata: share.stripMetadata,
  };
}

function itemOf(entry: Entry, share: Share, url: string) {
  const { width, height, thumbhash, prompt } = entry.record();
  return {
    id: entry.id,
    url: share.thumbnailOnly ? null : `${url}/${entry.id}`,
    thumb_url: `${url}/${entry.id}/thumb`,
    created_at: isoOf(entry.createdAt),
    width,
    height,
    thumbhash,
    ...(share.showPrompt ? { prompt: prompt ?? null } : {}),
  };
}
