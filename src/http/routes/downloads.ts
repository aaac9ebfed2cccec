import { createRoute, z } from '@hono/zod-openapi';
import { notFound } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { isoOf } from '../../domain/time.ts';
import type { Downloads } from '../../services/downloads.ts';
import type { ZipStream } from '../../services/zip/zip-stream.ts';
import { type Answer, type Call, type Ctx, ownerOf } from '../call.ts';
import { httpDate } from '../conditions.ts';
import { contentDisposition } from '../content-disposition.ts';
import { goneSignal } from '../gone.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { respondJson } from '../respond.ts';
import { sendBytes } from '../send-bytes.ts';
import { answers, body, json, OwnerQuery } from './parts.ts';

export interface DownloadDeps {
  readonly downloads: Downloads;
  readonly log: Log;
  readonly basePath: string;
}

const FILE = 'kiroku.zip';
const ZipBody = z.strictObject({ ids: z.array(z.string().max(64)).min(1).max(2000) }).openapi('ZipRequest');
const Link = z.object({ url: z.string(), bytes: z.number(), expires_at: z.string() }).openapi('DownloadLink');
const tags = ['downloads'];

/** Many originals in one file. */
export function downloadRoutes(kit: Kit, { downloads, log, basePath }: DownloadDeps) {
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/images/zip',
        tags,
        summary: 'A ZIP of these originals, streamed; `?link=1` gives a URL that can be resumed instead',
        request: {
          query: OwnerQuery.extend({ link: z.enum(['0', '1']).optional() }),
          body: body(ZipBody),
        },
        responses: answers({
          200: { description: 'The archive.', content: { 'application/zip': { schema: z.any() } } },
          201: json(Link, 'Where the archive can be fetched, and resumed with `Range`, for an hour.'),
        }),
      }),
      // it changes nothing: but it is a POST, and a cookie must not be enough for another site to start it
      { who: 'owner', write: true },
      async (c, call) => {
        const { ids } = await readJson(c.env.incoming, ZipBody);
        const request = { owner: ownerOf(call), kind: 'generated', ids } as const;
        if (new URLSearchParams(call.search).get('link') !== '1') {
          return send(c, call, await downloads.zip(request, goneSignal(c)), log);
        }
        const { token, expires, bytes } = await downloads.keep(request, goneSignal(c));
        const url = `${basePath}/api/v1/downloads/${token}`;
        return respondJson(call, 201, { url, bytes, expires_at: isoOf(expires) }, { Location: url });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/downloads/{token}',
        tags,
        summary: 'An archive asked for before; takes `Range`',
        request: { params: z.object({ token: z.string() }), query: OwnerQuery },
        responses: answers({
          200: { description: 'The archive.', content: { 'application/zip': { schema: z.any() } } },
          206: { description: 'A range of it.' },
        }),
      }),
      { who: 'owner' },
      async (c, call) => {
        const request = downloads.find(ownerOf(call), c.req.param('token') ?? '');
        if (request === undefined) throw notFound();
        return send(c, call, await downloads.zip(request, goneSignal(c)), log);
      },
    ),
  ] as const;
}

function send(c: Ctx, call: Call, zip: ZipStream, log: Log): Answer {
  const lastModified = httpDate(0);
  const headers = {
    'Content-Type': 'application/zip',
    'Content-Disposition': contentDisposition('attachment', FILE),
    'Cache-Control': 'private, no-store',
    'Accept-Ranges': 'bytes',
    ETag: `"${zip.etag}"`,
    Vary: 'Cookie, Authorization, X-User-Id',
  };
  return sendBytes(c, call, { ...zip, lastModified, content: undefined, headers }, log);
}
