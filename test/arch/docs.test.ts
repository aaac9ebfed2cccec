import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, ROOT } from './sources.ts';

const pages = ['README.md', 'AGENTS.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')];

/** `src/http/app.ts`, `test/unit/`, `docs/decisions/*.md`, `src/blobs/{fs,memory}-blob-store.ts`. */
const PATH = /`((?:src|test|scripts|docs|web|\.ci)\/[\w./*{},-]*)`/g;
const LINK = /\]\((?!https?:|#|mailto:)([^)\s#]+)/g;

function pathsIn(text: string): string[] {
  return [...text.matchAll(PATH)].map((match) => match[1] ?? '');
}

function isThere(pattern: string): boolean {
  const name = pattern.replace(/\/$/, '');
  if (!/[*{]/.test(name)) return existsSync(join(ROOT, name));
  return expand(name).every((one) => globSync(one, { cwd: ROOT }).length > 0);
}

/** Each alternative of `{a,b}` must exist, not only one of them. */
function expand(pattern: string): string[] {
  const match = /^(.*?)\{([^}]*)\}(.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', inside = '', after = ''] = match;
  return inside.split(',').flatMap((one) => expand(`${before}${one}${after}`));
}

describe('the documents', () => {
  it('are there', () => {
    for (const page of [
      'architecture',
      'storage-format',
      'api',
      'operations',
      'security',
      'glossary',
      'benchmarks',
    ]) {
      expect(pages).toContain(`docs/${page}.md`);
    }
  });

  it.each(pages)('%s names only paths that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    expect(pathsIn(text).filter((path) => !isThere(path))).toEqual([]);
  });

  it.each(pages)('%s links only to pages that exist', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(LINK)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it('mention most of the layout between them', () => {
    const named = new Set(pages.flatMap((page) => pathsIn(readFileSync(join(ROOT, page), 'utf8'))));
    expect(named.size).toBeGreaterThan(30);
  });

  it('name no path of a machine they were written on', () => {
    const found = pages.filter((page) =>
      /\/(work|tmp|root|home)\/\w/.test(readFileSync(join(ROOT, page), 'utf8')),
    );
    expect(found).toEqual([]);
  });
});

describe('the check of paths', () => {
  it('sees one that is missing', () => {
    expect(isThere('src/nowhere.ts')).toBe(false);
    expect(isThere('src/domain/{id,nowhere}.ts')).toBe(false);
    expect(isThere('src/nowhere/*.ts')).toBe(false);
  });

  it('finds those that exist', () => {
    expect(
      ['src/domain/', 'src/domain/{id,day}.ts', 'src/domain/*.ts'].filter((path) => !isThere(path)),
    ).toEqual([]);
  });
});
