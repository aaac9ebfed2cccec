import { describe, expect, it } from 'vitest';
import {
  CLOCK_FILES,
  clockBreaches,
  layerBreaches,
  layerOf,
  MAY_IMPORT,
  packageBreaches,
  statusBreaches,
  typeBreaches,
} from './rules.ts';
import { filesBelow, parseSource, readSource } from './sources.ts';

/** Fewer would mean that this test looks in the wrong place. */
const FEWEST_SOURCES = 60;

const src = filesBelow('src', '.ts').map(readSource);
const others = [...filesBelow('test', '.ts'), ...filesBelow('scripts', '.ts')].map(readSource);

describe('the sources', () => {
  it('are all found, in every part of the layout', () => {
    expect(src.length).toBeGreaterThanOrEqual(FEWEST_SOURCES);
    const found = new Set(src.map(({ path }) => layerOf(path)));
    expect([...found].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('import in one direction only', () => {
    expect(src.flatMap(layerBreaches)).toEqual([]);
  });

  it('keep each package to its layer', () => {
    expect(src.flatMap(packageBreaches)).toEqual([]);
  });

  it('read the clock only behind the storage port and at the top', () => {
    expect(src.filter(({ path }) => !CLOCK_FILES.test(path)).flatMap(clockBreaches)).toEqual([]);
  });

  it('know HTTP status numbers only in src/http', () => {
    expect(src.filter(({ path }) => layerOf(path) !== 'http').flatMap(statusBreaches)).toEqual([]);
  });

  it('do not step around the type checker', () => {
    expect([...src, ...others].flatMap(typeBreaches)).toEqual([]);
  });

  it('stay short: at most 350 lines a file', () => {
    const long = [...src, ...others].filter(({ text }) => text.split('\n').length > 351);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

describe('each rule', () => {
  const breach = (path: string, text: string) => parseSource(path, text);

  it.each([
    ['src/domain/a.ts', "import { x } from '../storage/b.ts';"],
    ['src/domain/a.ts', "import type { x } from '../storage/b.ts';"],
    ['src/catalog/a.ts', "export * from '../blobs/b.ts';"],
    ['src/services/a.ts', "const x = await import('../http/b.ts');"],
    ['src/events/a.ts', "import { x } from '../services/b.ts';"],
    ['src/media/a.ts', "type X = import('../services/b.ts').X;"],
    ['src/media/a.ts', "const child = new URL('../http/b.ts', import.meta.url);"],
    ['src/http/a.ts', "import { x } from '../../test/b.ts';"],
    ['src/http/a.ts', "import x from '../../package.json' with { type: 'json' };"],
    ['src/elsewhere/a.ts', ''],
  ])('sees a wrong direction in %s: %s', (path, text) => {
    expect(layerBreaches(breach(path, text))).toHaveLength(1);
  });

  it('lets the right direction pass', () => {
    const text =
      "import { x } from '../catalog/b.ts'; import { y } from '../http/c.ts'; import z from 'zod';";
    expect(layerBreaches(breach('src/http/a.ts', text))).toEqual([]);
  });

  it.each([
    'hono',
    '@hono/zod-openapi',
    'hono/cookie',
    'sharp',
    'node:fs',
    'node:fs/promises',
    'node:sqlite',
  ])('sees %s in a service', (name) => {
    expect(packageBreaches(breach('src/services/a.ts', `import x from '${name}';`))).toHaveLength(1);
  });

  it.each(['Date.now()', 'new Date()', 'Date()', 'const now = Date.now;'])('sees the clock in %s', (text) => {
    expect(clockBreaches(breach('src/services/a.ts', text))).toHaveLength(1);
  });

  it('knows the clock from a conversion and from a word', () => {
    const text = "new Date(5); Date.parse('x'); const s = 'Date.now()'; // Date.now()";
    expect(clockBreaches(breach('src/services/a.ts', text))).toEqual([]);
  });

  it('sees a status number', () => {
    expect(statusBreaches(breach('src/services/a.ts', "throw refuse(404, '404');"))).toHaveLength(1);
    expect(statusBreaches(breach('src/services/a.ts', 'answer.status = 400;'))).toHaveLength(1);
    expect(statusBreaches(breach('src/services/a.ts', 'const MS = 400; const MODE = 0o640;'))).toEqual([]);
  });

  it.each([
    'let x: any;',
    'x as unknown as string;',
    'x!.y;',
    'enum X { a }',
    'namespace X { const a = 1; }',
    'class X { constructor(private y: string) {} }',
    '// @ts-ignore',
    '// @ts-expect-error because',
    '// biome-ignore lint/a/b:',
  ])('sees the way around the checker in %s', (text) => {
    expect(typeBreaches(breach('src/services/a.ts', text))).toHaveLength(1);
  });
});
