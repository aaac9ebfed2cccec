import type { Source } from './sources.ts';
import { isCallOf, isNode, placeOf, type SyntaxNode } from './sources.ts';

/**
 * Who may import whom, by folder (or file) of `src`: the direction of the layers. Everything may import itself.
 * `docs/architecture.md` draws the same.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  storage: ['domain'],
  blobs: ['domain', 'storage'],
  catalog: ['domain', 'storage'],
  state: ['domain', 'storage'],
  media: ['domain', 'storage'],
  events: ['domain', 'catalog'],
  services: ['domain', 'storage', 'blobs', 'catalog', 'state', 'media', 'events'],
  config: ['domain'],
  http: ['domain', 'catalog', 'events', 'services', 'config'],
  jobs: ['domain', 'services', 'config'],
  compose: ['*'],
  main: ['domain', 'config', 'compose', 'http'],
};

/** What lies outside of `src`, and who may read it: whoever wires the parts tells them the version. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = { compose: ['package.json'] };

/** Packages and Node modules that only some files may import; everything not named here is free. */
export const ONLY_IN: readonly { readonly what: RegExp; readonly where: RegExp }[] = [
  { what: /^(hono|@hono\/.*|hono\/.*|@fastify\/busboy)$/, where: /^src\/http\// },
  { what: /^(sharp|thumbhash|file-type)$/, where: /^src\/media\// },
  {
    what: /^node:fs(\/promises)?$/,
    where: /^src\/(storage\/node-storage[a-z-]*|(main|compose|config)(-[a-z-]+)?)\.ts$/,
  },
  { what: /^node:sqlite$/, where: /^src\/storage\/node-[a-z-]*\.ts$/ },
  { what: /^node:(child_process|cluster)$/, where: /^src\/media\// },
  { what: /^node:worker_threads$/, where: /^src\/(media\/|storage\/node-storage|catalog\/manifest\/)/ },
  { what: /^node:(net|tls|http|https|http2|dgram)$/, where: /^src\/(http\/|main|compose|config)/ },
];

/** Where time may be read; everything else is given a clock. */
export const CLOCK_FILES = /^src\/(storage\/[a-z]+-storage[a-z-]*|(main|compose)(-[a-z-]+)?)\.ts$/;

/** Round numbers are also sizes and milliseconds: these are statuses only where the line speaks of one. */
const ROUND_NUMBERS = new Set([200, 400, 500]);
const STATUS_NUMBERS = new Set([
  201, 204, 206, 301, 302, 303, 304, 307, 308, 401, 403, 404, 405, 408, 409, 410, 411, 412, 413, 414, 415,
  416, 422, 423, 425, 428, 429, 431, 501, 502, 503, 504, 507,
]);

/** The part of `src` a file belongs to: its first folder, or its own name at the top. */
export function layerOf(path: string): string {
  return /^src\/([a-z]+)/.exec(path)?.[1] ?? path;
}

export function layerBreaches(source: Source): string[] {
  const from = layerOf(source.path);
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) return [`${source.path}: ${from} is no part of the layout`];
  return source.imports
    .filter(({ target }) => target !== undefined)
    .filter(({ target = '' }) => {
      if (!target.startsWith('src/')) return !(OUTSIDE[from] ?? []).includes(target);
      const to = layerOf(target);
      return to !== from && !allowed.includes('*') && !allowed.includes(to);
    })
    .map(({ specifier }) => `${source.path}: ${from} may not import ${specifier}`);
}

export function packageBreaches(source: Source): string[] {
  return source.imports.flatMap(({ specifier }) =>
    ONLY_IN.filter(({ what, where }) => what.test(specifier) && !where.test(source.path)).map(
      () => `${source.path}: may not import ${specifier}`,
    ),
  );
}

/** `Date.now()`, and `new Date()` or `Date()` without an argument. */
export function clockBreaches(source: Source): string[] {
  return source.nodes.filter(readsClock).map((node) => `${placeOf(source, node)}: reads the clock`);
}

function readsClock(node: SyntaxNode): boolean {
  if (node.type === 'MemberExpression') {
    const { object, property } = node;
    return isNamed(object, 'Date') && isNamed(property, 'now');
  }
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const given = node['arguments'];
  return isCallOf(node, 'Date') && Array.isArray(given) && given.length === 0;
}

function isNamed(value: unknown, name: string): boolean {
  return isNode(value) && value.type === 'Identifier' && value['name'] === name;
}

/** Decimal literals only: a file's mode is written in octal. */
export function statusBreaches(source: Source): string[] {
  const lines = source.text.split('\n');
  return source.nodes.filter(isDecimal).flatMap((node) => {
    const value = Number(node['value']);
    const place = placeOf(source, node);
    const line = lines[Number(place.split(':')[1]) - 1] ?? '';
    const round = ROUND_NUMBERS.has(value) && /status|http/i.test(line);
    return round || STATUS_NUMBERS.has(value) ? [`${place}: ${value} looks like an HTTP status`] : [];
  });
}

function isDecimal(node: SyntaxNode): boolean {
  return node.type === 'Literal' && typeof node['value'] === 'number' && /^\d+$/.test(String(node['raw']));
}

/** Ways around the type checker, syntax that Node cannot strip, and instructions to a tool without a reason. */
export function typeBreaches(source: Source): string[] {
  const nodes = source.nodes.flatMap((node) => {
    const why = escapeOf(node);
    return why === undefined ? [] : [`${placeOf(source, node)}: ${why}`];
  });
  const comments = source.comments.filter(
    (comment) => /@ts-(ignore|expect-error|nocheck)/.test(comment) || /biome-ignore[^:]*:\s*$/.test(comment),
  );
  return [...nodes, ...comments.map((comment) => `${source.path}: "${comment.trim()}"`)];
}

function escapeOf(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case 'TSAnyKeyword':
      return 'any';
    case 'TSNonNullExpression':
      return 'a non-null assertion (!)';
    case 'TSEnumDeclaration':
    case 'TSModuleDeclaration':
    case 'TSParameterProperty':
      return `${node.type}: Node cannot strip it`;
    case 'TSAsExpression': {
      const inner = node['expression'];
      const type = isNode(inner) && inner.type === 'TSAsExpression' ? inner['typeAnnotation'] : undefined;
      return isNode(type) && type.type === 'TSUnknownKeyword' ? 'as unknown as' : undefined;
    }
    default:
      return undefined;
  }
}
