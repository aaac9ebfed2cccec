import { createHash } from 'node:crypto';

/** Files of the built gallery by their path below its folder (`assets/index-CeqWrGro.js`), with what was compressed beforehand. */
export type BuiltPages = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

export type Encoding = 'br' | 'gzip' | 'identity';

/** One file, ready to be sent in each coding that there is of it. */
export interface PageFile {
  readonly mime: string;
  /** True where the name changes with the content. */
  readonly immutable: boolean;
  readonly codings: Readonly<Partial<Record<Encoding, Coded>>>;
}

interface Coded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Strong, without quotes. */
  readonly etag: string;
}

export interface Pages {
  /**
   * Undefined where the gallery is not built.
   * @param nonce of this answer alone
   * @param first addresses of the newest thumbnails, where the browser asks for them and their list at once, before any
   * script has come
   */
  document(nonce: string, first?: readonly string[]): string | undefined;
  file(path: string): PageFile | undefined;
}

const MIMES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webmanifest: 'application/manifest+json',
};
const SUFFIXES = { br: '.br', gzip: '.gz' } as const;
const BASE = '<base href="/" />';
const NONCE = '<meta property="csp-nonce" />';
/** The build writes it (`web/early-entry.ts`). */
const FIRST_CALL = / *<link rel="preload" as="fetch"[^>]*>\n/;

/** The built gallery as it is served below PUBLIC_URL's path. @throws Error for a document of another build */
export function createPages(built: BuiltPages, basePath: string): Pages {
  const files = new Map<string, PageFile>();
  for (const path of built.keys()) {
    const file = fileOf(built, path);
    if (file !== undefined) files.set(path, file);
  }
  const page = built.get('index.html');
  const parts = page === undefined ? undefined : partsOf(Buffer.from(page).toString('utf8'), basePath);
  const silent = parts?.map((part) => part.replace(FIRST_CALL, ''));
  return {
    document(nonce, first) {
      const shown = first === undefined ? silent : parts?.map((part) => withThumbs(part, first));
      return shown?.join(`<meta property="csp-nonce" nonce="${nonce}" content="${nonce}" />`);
    },
    file: (path) => files.get(path),
  };
}

/** What stands before and after the nonce. */
function partsOf(page: string, basePath: string): string[] {
  const base = `<base href="${quoted(basePath)}/" />`;
  const parts = page.replace(BASE, () => base).split(NONCE);
  if (!page.includes(BASE) || parts.length !== 2)
    throw new Error('index.html has no place for base or nonce');
  return parts;
}

/** Behind all that the page itself needs: with few connections (HTTP/1.1 has six) the rest would wait for the pictures. */
function withThumbs(part: string, thumbs: readonly string[]): string {
  const links = thumbs.map((url) => `<link rel="preload" as="image" href="${quoted(url)}" />\n`);
  return part.replace('</head>', (end) => links.join('') + end);
}

function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

function fileOf(built: BuiltPages, path: string): PageFile | undefined {
  const bytes = built.get(path);
  const mime = MIMES[path.slice(path.lastIndexOf('.') + 1)];
  if (bytes === undefined || mime === undefined) return undefined;
  const codings: Partial<Record<Encoding, Coded>> = { identity: coded(bytes) };
  for (const [coding, suffix] of [['br', SUFFIXES.br] as const, ['gzip', SUFFIXES.gzip] as const]) {
    const packed = built.get(path + suffix);
    if (packed !== undefined) codings[coding] = coded(packed);
  }
  return { mime, immutable: path.startsWith('assets/'), codings };
}

function coded(bytes: Uint8Array<ArrayBuffer>): Coded {
  return { bytes, etag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22) };
}

/** The best of our codings that a client takes (RFC 9110 §12.5.3); what it names with `q=0` it does not take. */
export function codingFor(header: string | undefined, file: PageFile): Encoding {
  const taken = new Map<string, number>();
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2);
    taken.set(name, weight === undefined ? 1 : Number(weight));
  }
  const takes = (name: Encoding) => (taken.get(name) ?? taken.get('*') ?? 0) > 0;
  for (const name of ['br', 'gzip'] as const)
    if (file.codings[name] !== undefined && takes(name)) return name;
  return 'identity';
}
