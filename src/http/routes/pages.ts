import { createRoute, z } from '@hono/zod-openapi';
import { type KirokuError, notFound } from '../../domain/errors.ts';
import { IDENTITY_COOKIE } from '../../services/identity.ts';
import type { Answer, Call, Ctx } from '../call.ts';
import { namesTag } from '../conditions.ts';
import type { FirstThumbs } from '../first-thumbs.ts';
import type { Kit } from '../kit.ts';
import { codingFor, type PageFile, type Pages } from '../pages.ts';
import { type HeaderMap, respond, respondProblem } from '../respond.ts';
import { answers } from './parts.ts';

export interface PageDeps {
  readonly pages: Pages;
  /** Random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  readonly firstThumbs: FirstThumbs;
}

const PUBLIC = { who: 'public' } as const;
const tags = ['gallery'];
const HTML = { 'text/html': { schema: z.string() } };
/** Every page is the same document; which one it shows, it reads from its own address. */
const PAGES = ['/', '/inputs', '/trash', '/shares', '/you', '/admin', '/admin/{page}'] as const;
const FILES = ['/icon.svg', '/manifest.webmanifest', '/icons/{file}', '/assets/{file}'] as const;
const NOT_BUILT =
  'The gallery is not built here. Run "npm run build" in the folder of Kiroku and start it again.\n' +
  'The API works all the same: see docs below this address.\n';
/** What somebody may have mistyped: words, outside of what programs ask for. */
const LIKE_PAGE = /^\/(?!(?:api|outputs|s|assets|icons)(?:\/|$))[\w/-]*$/;
const YEAR = 31_536_000;

/** The gallery: its pages and the files they load. */
export function pageRoutes(kit: Kit, deps: PageDeps) {
  const pages = PAGES.map((path) =>
    kit.serve(
      createRoute({
        method: 'get',
        path,
        tags,
        summary: 'A page of the gallery',
        ...(path.includes('{') ? { request: { params: z.object({ page: z.string() }) } } : {}),
        responses: answers({
          200: { description: 'The page.', content: HTML },
          503: { description: 'The gallery was not built here.' },
        }),
      }),
      PUBLIC,
      (c, call) => answerPage(c, call, deps),
    ),
  );
  const files = FILES.map((path) =>
    kit.serve(
      createRoute({
        method: 'get',
        path,
        tags,
        summary: 'What the pages are made of',
        ...(path.includes('{') ? { request: { params: z.object({ file: z.string() }) } } : {}),
        responses: answers({
          200: { description: 'The bytes.' },
          304: { description: 'The copy is fresh.' },
        }),
      }),
      PUBLIC,
      (c, call) => {
        const file = deps.pages.file(call.path.slice(1));
        if (file === undefined) throw notFound();
        return answerFile(c, call, file);
      },
    ),
  );
  return [...pages, ...files];
}

/** Whether somebody in front of a browser asks: programs that fetch say something else, or anything. */
export function asksForPage(c: Ctx): boolean {
  return c.env.incoming.headers.accept?.includes('text/html') === true;
}

/** The document, with a nonce of its own and everything else forbidden; undefined where the gallery is not built. */
export function pageAnswer(
  call: Call,
  { pages, random }: Pick<PageDeps, 'pages' | 'random'>,
  more: HeaderMap = {},
  { first, status = 200 }: { readonly first?: readonly string[] | undefined; readonly status?: number } = {},
): Answer | undefined {
  const nonce = Buffer.from(random(16)).toString('base64url');
  const document = pages.document(nonce, first);
  if (document === undefined) return undefined;
  return respond(call, status, document, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': policy(nonce),
    'Cross-Origin-Opener-Policy': 'same-origin',
    ...more,
  });
}

/** Where nothing is: in front of a browser a page that says so and leads on, for everybody else the problem. */
export function answerNowhere(c: Ctx, call: Call, deps: PageDeps, error: KirokuError): Answer {
  const isRead = c.env.incoming.method === 'GET' || c.env.incoming.method === 'HEAD';
  const isPage = isRead && error.code === 'not_found' && LIKE_PAGE.test(call.path) && asksForPage(c);
  const headers = { Vary: 'Accept', 'Cache-Control': 'no-store' };
  const page = isPage ? pageAnswer(call, deps, headers, { status: 404 }) : undefined;
  if (page === undefined) return respondProblem(call, error);
  call.error = error;
  return page;
}

async function answerPage(c: Ctx, call: Call, deps: PageDeps): Promise<Response> {
  const first = showsAll(call) && isKnown(c) ? await deps.firstThumbs(c.env.incoming) : undefined;
  // it names pictures of this browser's owner
  const own = first === undefined ? {} : { 'Cache-Control': 'private, no-cache' };
  return (
    pageAnswer(call, deps, { Vary: 'Cookie', ...own }, { first }) ??
    respond(call, 503, NOT_BUILT, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
    })
  );
}

/** Whether the page begins with all pictures of an owner. */
function showsAll({ path, search }: Call): boolean {
  return path === '/' && search === '';
}

/** Whether this browser has been here: the first call of one that has not is to be its only one, as it brings the cookie. */
function isKnown(c: Ctx): boolean {
  return c.env.incoming.headers.cookie?.includes(`${IDENTITY_COOKIE}=`) === true;
}

/** The nonce is for the few styles that React Aria writes; no script is ever inline. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function answerFile(c: Ctx, call: Call, file: PageFile): Answer {
  const { headers } = c.env.incoming;
  const coding = codingFor(headers['accept-encoding']?.toString(), file);
  const coded = file.codings[coding];
  if (coded === undefined) throw notFound();
  const own: Record<string, string> = {
    'Content-Type': file.mime,
    'Cache-Control': file.immutable ? `public, max-age=${YEAR}, immutable` : 'no-cache',
    ETag: `"${coded.etag}"`,
    Vary: 'Accept-Encoding',
  };
  if (coding !== 'identity') own['Content-Encoding'] = coding;
  if (namesTag(headers['if-none-match'] ?? '', coded.etag)) return respond(call, 304, null, own);
  own['Content-Length'] = String(coded.bytes.length);
  return respond(call, 200, c.env.incoming.method === 'HEAD' ? null : coded.bytes, own);
}
