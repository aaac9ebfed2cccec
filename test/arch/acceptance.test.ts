import { expect, it } from 'vitest';
import { LONGEST } from '../support/longest-first.ts';
import { filesBelow, parseSource, readSource, type Source } from './sources.ts';

/** Proofs from outside speak the wire alone: what they lean on must not share a bug with what they judge. */
const STARTS = filesBelow('test/acceptance', '.ts');

function reached(starts: readonly string[], read: (path: string) => Source): string[] {
  const seen = new Set<string>();
  const queue = [...starts];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (path.startsWith('src/') || !path.endsWith('.ts')) continue;
    queue.push(...read(path).imports.flatMap(({ target }) => target ?? []));
  }
  return [...seen];
}

const inSrc = (paths: readonly string[]) => paths.filter((path) => path.startsWith('src/'));

it('the proofs over the wire import nothing from src, not through others either', () => {
  expect(STARTS.length).toBeGreaterThan(15);
  expect(inSrc(reached(STARTS, readSource))).toEqual([]);
});

it('and an import through another file would be seen', () => {
  const files: Record<string, string> = {
    'test/acceptance/a.test.ts': "import { b } from '../support/b.ts';",
    'test/support/b.ts': "import type { C } from '../../src/domain/c.ts';",
  };
  const read = (path: string) => parseSource(path, files[path] ?? '');
  expect(inSrc(reached(['test/acceptance/a.test.ts'], read))).toEqual(['src/domain/c.ts']);
});

it('what begins before the others is there', () => {
  const tests = filesBelow('test', '.test.ts');
  expect(LONGEST.filter((file) => !tests.includes(file))).toEqual([]);
});
