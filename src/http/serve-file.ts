import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Entry } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import { type ParsedKey, parseKey } from '../domain/key.ts';
import type { Log } from '../domain/log.ts';
import type { Files, Gallery, ServedFile } from '../services/services.ts';
import type { Answer, Call, Ctx } from './call.ts';
import { httpDate, isFresh } from './conditions.ts';
import { contentDisposition } from './content-disposition.ts';
import { flag } from './flag.ts';
import { ifRangeHolds, parseRange } from './range.ts';
import { respond, respondProblem, withOwnHeaders } from './respond.ts';

export interface FileRoutes {
  /** Answers GET and HEAD of `/outputs/…`. */
  answer(c: Ctx, call: Call): Answer;
}

export interface FileDeps {
  readonly files: Files;
  /** An original without what was embedded in it. */
  readonly stripped: (entry: Entry) => AsyncIterable<Uint8Array>;
  readonly gallery: Gallery;
  readonly log: Log;
}

const PREFIX = '/outputs/';
/** A year: what never changes under its URL. */
const IMMUTABLE = 'private, max-age=31536000, immutable';
const REVALIDATE = 'private, no-cache';
const NEVER = 'no-store';
const INLINE = ['image/png', 'image/jpeg', 'image/webp'];

type PictureKey = Exclude<ParsedKey, { role: 'sidecar' }>;

/**
 * The only way to a picture's bytes. The path is taken apart as it was sent and nothing is decoded, so there is one
 * spelling for each file and no client text ever reaches the disk (docs/security.md, S2, S3).
 */
export function createFileRoutes(deps: FileDeps): FileRoutes {
  const { files, gallery, stripped, log } = deps;
  const locate = (key: PictureKey, text: string) =>
    key.role === 'thumb'
      ? files.thumbnail(key.at.owner, key.at.kind, key.at.id, text)
      : files.original(key.at.owner, key.at.kind, key.at.id, text);

  const load = async (c: Ctx, call: Call, key: PictureKey, text: string): Promise<Response> => {
    const strip = key.role === 'original' && flag(call.search, 'strip');
    const download = flag(call.search, 'download');
    const file = await locate(key, text);
    if (file === undefined) throw notFound();
    if (strip) return serveStripped(c, call, key, file);
    if (!download) return serve(c, call, key, file, undefined, log);
    const entry = await gallery.get(key.at.owner, key.at.kind, key.at.id);
    return serve(c, call, key, file, entry.record().original_filename, log);
  };

  /** Its length is not known before it is taken apart: sent without one, and in one piece. */
  const serveStripped = async (c: Ctx, call: Call, key: PictureKey, file: ServedFile): Promise<Response> => {
    const entry = await gallery.get(key.at.owner, key.at.kind, key.at.id);
    const headers = {
      'Cache-Control': file.trashed ? NEVER : REVALIDATE,
      'Content-Type': file.mime,
      'Content-Disposition': contentDisposition('attachment', entry.record().original_filename),
      Vary: 'Cookie, Authorization, X-User-Id',
    };
    if (c.env.incoming.method === 'HEAD') return respond(call, 200, null, headers);
    return stream(c, call, 200, headers, stripped(entry), log);
  };

  return {
    answer(c, call) {
      const text = call.path.slice(PREFIX.length);
      const key = parseKey(text);
      if (key === undefined || key.role === 'sidecar') throw notFound();
      if (call.role !== 'admin' && key.at.owner !== call.owner) throw notFound();
      if (key.role === 'thumb' && !call.search.includes('download=')) {
        const hot = files.peekThumbnail(text);
        if (hot !== undefined) return serve(c, call, key, hot, undefined, log);
      }
      return load(c, call, key, text);
    },
  };
}

function serve(
  c: Ctx,
  call: Call,
  key: PictureKey,
  file: ServedFile,
  downloadAs: string | undefined,
  log: Log,
): Response | Promise<Response> {
  const { incoming } = c.env;
  const lastModified = httpDate(file.modified);
  const headers: Record<string, string> = {
    'Cache-Control': cacheControl(key, file, call.search),
    ETag: `"${file.etag}"`,
    'Last-Modified': lastModified,
    Vary: 'Cookie, Authorization, X-User-Id',
  };
  if (isFresh(incoming.headers, file.etag, file.modified)) return respond(call, 304, null, headers);
  headers['Content-Type'] = file.mime;
  headers['Accept-Ranges'] = 'bytes';
  if (downloadAs !== undefined) headers['Content-Disposition'] = contentDisposition('attachment', downloadAs);
  else headers['Content-Disposition'] = INLINE.includes(file.mime) ? 'inline' : 'attachment';

  const asked = incoming.method === 'GET' ? incoming.headers.range : undefined;
  const range =
    asked === undefined || !ifRangeHolds(headerText(incoming.headers['if-range']), file.etag, lastModified)
      ? ({ kind: 'whole' } as const)
      : parseRange(asked, file.bytes);
  if (range.kind === 'unsatisfiable') {
    const error = new KirokuError('range_not_satisfiable', 'The file has no such bytes.');
    return respondProblem(call, error, { 'Content-Range': `bytes */${file.bytes}` });
  }
  const start = range.kind === 'part' ? range.start : 0;
  const end = range.kind === 'part' ? range.end : file.bytes - 1;
  headers['Content-Length'] = String(end - start + 1);
  if (range.kind === 'part') headers['Content-Range'] = `bytes ${start}-${end}/${file.bytes}`;
  const status = range.kind === 'part' ? 206 : 200;
  if (incoming.method === 'HEAD') return respond(call, status, null, headers);
  if (file.content !== undefined) {
    // A cache's own bytes: a Node buffer, never shared memory, which is all that the wider type would add.
    const bytes = file.content.subarray(start, end + 1) as Uint8Array<ArrayBuffer>;
    return respond(call, status, bytes, headers);
  }
  return stream(c, call, status, headers, file.stream(start, end), log);
}

/**
 * Writes to the socket itself: back pressure reaches the disk, a client that leaves closes the descriptor at once, and
 * a read that fails half way cuts the connection, so that no half file looks whole.
 */
async function stream(
  c: Ctx,
  call: Call,
  status: number,
  headers: Readonly<Record<string, string>>,
  chunks: AsyncIterable<Uint8Array>,
  log: Log,
): Promise<Response> {
  const { outgoing } = c.env;
  const iterator = chunks[Symbol.asyncIterator]();
  // The first bytes are read before the status goes out: a file that cannot be read is still an honest error.
  const first = await iterator.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
  }
  try {
    outgoing.writeHead(status, withOwnHeaders(call, headers));
    await pipeline(Readable.from(all(), { objectMode: true, highWaterMark: 2 }), outgoing);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
      log.warn({ req: call.id, err: error }, 'a file could not be sent to its end');
    }
    outgoing.destroy();
  } finally {
    // Not in the generator above: of a client that is gone already the pipeline reads nothing, and would close nothing.
    await iterator.return?.();
  }
  return RESPONSE_ALREADY_SENT;
}

/** Trashed bytes are kept by nobody; a thumbnail is final under the version its URL names. */
function cacheControl(key: PictureKey, file: ServedFile, search: string): string {
  if (file.trashed) return NEVER;
  if (key.role === 'original') return IMMUTABLE;
  const version = file.etag.slice(file.etag.lastIndexOf('-') + 1);
  return search === `?v=${version}` ? IMMUTABLE : REVALIDATE;
}

function headerText(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}
