import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, ROOT, readSource } from './sources.ts';

/** In-memory drivers serve tests and short-lived tools: a test must reach them, the server need not. */
const MEMORY_DRIVER = /^src\/(storage|blobs|catalog|state)\/(.*\/)?memory[a-z/-]*\.ts$/;

const sources = new Map(
  ['src', 'test', 'scripts'].flatMap((folder) =>
    filesBelow(folder, '.ts').map((path) => [path, readSource(path)]),
  ),
);

/** Every file that these lead to, through imports of any kind. */
function reachedFrom(starts: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const queue = starts.filter((path) => sources.has(path));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    queue.push(...(sources.get(path)?.imports ?? []).flatMap(({ target }) => target ?? []));
  }
  return reached;
}

const src = [...sources.keys()].filter((path) => path.startsWith('src/'));
const tests = [...sources.keys()].filter((path) => path.endsWith('.test.ts'));

describe('every source file', () => {
  it('imports only files that exist', () => {
    const broken = [...sources.values()].flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target !== undefined && !existsSync(join(ROOT, target)))
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(broken).toEqual([]);
  });

  it('is reached from the server or an operator command', () => {
    const starts = [...sources.keys()].filter(
      (path) => path === 'src/main.ts' || /^scripts\/[a-z-]+\.ts$/.test(path),
    );
    const reached = reachedFrom(starts);
    expect(reached.size).toBeGreaterThan(starts.length);
    expect(src.filter((path) => !reached.has(path) && !MEMORY_DRIVER.test(path))).toEqual([]);
  });

  it('is reached from a test', () => {
    const reached = reachedFrom(tests);
    // What only runs as a process of its own is tested from outside.
    const outside = (path: string) => path === 'src/main.ts' || /-child\.ts$/.test(path);
    expect(src.filter((path) => !reached.has(path) && !outside(path))).toEqual([]);
  });
});

describe('every unit test', () => {
  it('lies where the source it tests lies', () => {
    const unit = tests.filter((path) => path.startsWith('test/unit/'));
    expect(unit.length).toBeGreaterThan(10);
    const orphans = unit.filter((path) => !isMirror(path));
    expect(orphans).toEqual([]);
  });
});

/**
 * `test/unit/blobs/fs-blob-faults.test.ts` tests `src/blobs/fs-blob-*.ts`: the same folder, and a name that begins with
 * the source's own. Test support that is worth testing has its tests where the driver it stands in for has them.
 */
function isMirror(path: string): boolean {
  const [, folder = '', name = ''] = /^test\/unit\/(?:(.*)\/)?([^/.]+)[^/]*\.test\.ts$/.exec(path) ?? [];
  const words = name.split('-');
  const beginnings = words.map((_, index) => words.slice(0, words.length - index).join('-'));
  if (folder === 'web' || folder.startsWith('web/')) {
    const inWeb = beginnings.map((begin) => `web/src/${folder.slice(4)}/${begin}*.{ts,tsx}`);
    return inWeb.some((pattern) => globSync(pattern, { cwd: ROOT }).length > 0);
  }
  const patterns = beginnings.flatMap((begin) => [
    `src/${folder}/${begin}*.ts`,
    `src/${begin}*.ts`,
    `test/support/**/${begin}.ts`,
  ]);
  return patterns.some((pattern) => globSync(pattern, { cwd: ROOT }).length > 0);
}
