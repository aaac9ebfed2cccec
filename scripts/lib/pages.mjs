// Plain JavaScript without dependencies: this must run on Node 20.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, say } from './node.mjs';
import { endLike, runNode } from './run.mjs';

/** What the built pages are made of, and in `web/` what they are not. */
const SOURCES = ['package-lock.json', 'web'];
const NOT_SOURCES = ['dist', 'node_modules'];
/** In the built folder: the digest of what it was built from. */
const STAMP = '.source';

/**
 * Builds the gallery's pages into `web/dist` where they are missing or were built from other sources. `node` is the
 * one to build with. Resolves with whether there are pages now; without development packages whatever is there stays.
 */
export async function ensurePages(node, root = ROOT) {
  const dist = join(root, 'web', 'dist');
  const isThere = existsSync(join(dist, 'index.html'));
  if (!existsSync(join(root, 'web', 'src'))) return isThere;
  const source = digestOf(root);
  if (isThere && stampOf(dist) === source) return true;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  if (!existsSync(vite)) {
    if (!isThere)
      say('the pages are not built, and what builds them is not installed: run "npm run build" where it is.');
    return isThere;
  }
  return build({ node, vite, root, dist, source });
}

/** Into a folder of its own first, so that nobody is served half of the old and half of the new. */
async function build({ node, vite, root, dist, source }) {
  const began = performance.now();
  const cache = join(root, 'node_modules', '.cache');
  const fresh = join(cache, `pages-${process.pid}`);
  mkdirSync(cache, { recursive: true });
  const args = [vite, 'build', 'web', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'];
  const { code, signal } = await runNode(node, args, { cwd: root, env: { NODE_ENV: 'production' } });
  if (code !== 0 || signal !== null) {
    rmSync(fresh, { recursive: true, force: true });
    // whoever stopped the build meant the whole
    if (signal !== null) endLike({ code, signal });
    say('the pages could not be built; the messages are above.');
    return false;
  }
  writeFileSync(join(fresh, STAMP), source);
  replace(fresh, dist, `${fresh}-before`);
  say(`built the pages in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  return true;
}

/** Two builds at once make the same: whoever is last finds the other's in its place, and leaves it. */
function replace(fresh, dist, before) {
  try {
    if (existsSync(dist)) renameSync(dist, before);
    renameSync(fresh, dist);
  } catch (error) {
    if (!existsSync(join(dist, 'index.html'))) throw error;
  } finally {
    for (const folder of [before, fresh]) rmSync(folder, { recursive: true, force: true });
  }
}

function stampOf(dist) {
  const path = join(dist, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Over names and contents: times would say "changed" after each checkout. */
function digestOf(root) {
  const hash = createHash('sha256');
  for (const path of SOURCES.flatMap((name) => filesOf(join(root, name)))) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  let entries;
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return [path];
  }
  return entries
    .filter(({ name }) => !NOT_SOURCES.includes(name) && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)]));
}
