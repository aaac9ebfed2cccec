import type { Entry } from '../catalog/catalog.ts';
import { notFound } from '../domain/errors.ts';
import { ownerFolder, type ParsedKey, parseKey } from '../domain/key.ts';
import type { Log } from '../domain/log.ts';
import type { AuditViews } from '../services/audit-views.ts';
import type { Moved } from '../services/moved.ts';
import type { Files, Gallery, ServedFile } from '../services/services.ts';
import { type Answer, type Call, type Ctx, sessionOf } from './call.ts';
import { httpDate, isFresh } from './conditions.ts';
import { contentDisposition } from './content-disposition.ts';
import { flag } from './flag.ts';
import { respond } from './respond.ts';
import { sendBytes, sendStream } from './send-bytes.ts';

export interface FileRoutes {
  /** Answers GET and HEAD of `/outputs/…`. */
  answer(c: Ctx, call: Call): Answer;
}

export interface FileDeps {
  readonly files: Files;
  /** An original without what was embedded in it. */
  readonly stripped: (entry: Entry) => AsyncIterable<Uint8Array>;
  readonly gallery: Gallery;
  readonly moved: Moved;
  readonly auditViews: AuditViews;
  /** PUBLIC_URL's path. */
  readonly basePath: string;
  readonly log: Log;
}

const PREFIX = '/outputs/';
/** A year: what never changes under its URL. */
const IMMUTABLE = 'private, max-age=31536000, immutable';
const REVALIDATE = 'private, no-cache';
const NEVER = 'no-store';
const VARY = 'Cookie, Authorization, X-User-Id';
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
    if (file === undefined) return redirectMoved(call, key, text);
    if (call.role === 'admin' && key.role === 'original') {
      await deps.auditViews.seen({ session: sessionOf(call), owner: key.at.owner, what: 'original' });
    }
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
      Vary: VARY,
    };
    if (c.env.incoming.method === 'HEAD') return respond(call, 200, null, headers);
    return sendStream(c, call, 200, headers, stripped(entry), log);
  };

  /** An old address of somebody's who was moved, for those who may see the new one. @throws KirokuError `not_found` */
  const redirectMoved = async (call: Call, { at }: PictureKey, text: string): Promise<Response> => {
    const owner = await deps.moved.resolve(at.owner);
    if (owner === at.owner || (call.role !== 'admin' && owner !== call.owner)) throw notFound();
    const rest = text.slice(ownerFolder(at.owner).length);
    const path = `${deps.basePath}${PREFIX}${ownerFolder(owner)}${rest}${call.search}`;
    return respond(call, 308, null, { Location: path, 'Cache-Control': REVALIDATE, Vary: VARY });
  };

  return {
    answer(c, call) {
      const text = call.path.slice(PREFIX.length);
      const key = parseKey(text);
      if (key === undefined || key.role === 'sidecar') throw notFound();
      if (call.role !== 'admin' && key.at.owner !== call.owner) return redirectMoved(call, key, text);
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
    Vary: VARY,
  };
  if (isFresh(incoming.headers, file.etag, file.modified)) return respond(call, 304, null, headers);
  headers['Content-Type'] = file.mime;
  headers['Accept-Ranges'] = 'bytes';
  if (downloadAs !== undefined) headers['Content-Disposition'] = contentDisposition('attachment', downloadAs);
  else headers['Content-Disposition'] = INLINE.includes(file.mime) ? 'inline' : 'attachment';

  return sendBytes(c, call, { ...file, lastModified, headers }, log);
}

/** Trashed bytes are kept by nobody; a thumbnail is final under the version its URL names. */
function cacheControl(key: PictureKey, file: ServedFile, search: string): string {
  if (file.trashed) return NEVER;
  if (key.role === 'original') return IMMUTABLE;
  const version = file.etag.slice(file.etag.lastIndexOf('-') + 1);
  return search === `?v=${version}` ? IMMUTABLE : REVALIDATE;
}
