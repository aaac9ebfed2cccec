// Plain JavaScript without dependencies: this must run on Node 20, before anything is installed.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, ROOT, say } from './node.mjs';

const PROGRESS_MS = 2_000;

/**
 * Installs what package-lock.json asks for, and only when node_modules holds something else. `dev: false` is content
 * without the development packages. Ends the process when the install fails.
 */
export async function ensureInstalled({ dev }) {
  const missing = missingPackages(ROOT, { dev });
  if (missing.length === 0) return;
  say(`installing: ${missing.length} packages are missing or of another version (first: ${missing[0]}).`);
  const began = Date.now();
  const code = await runNpmCi({ dev });
  if (code !== 0) fail(`"npm ci" failed with code ${code}; its output is above.`);
  const left = missingPackages(ROOT, { dev });
  if (left.length > 0) fail(`"npm ci" ended well, but ${left.join(', ')} is still missing.`);
  say(`installed in ${Math.round((Date.now() - began) / 1000)} s.`);
}

/**
 * Names of packages that package-lock.json wants here and that node_modules does not hold in that version. npm writes
 * `node_modules/.package-lock.json` as the last step of an install, which makes it the marker of a finished one.
 */
export function missingPackages(root, { dev }) {
  const wanted = Object.entries(readLock(join(root, 'package-lock.json')) ?? {});
  const present = readLock(join(root, 'node_modules', '.package-lock.json')) ?? {};
  return (
    wanted
      // the others are the project itself and its own packages
      .filter(
        ([path, entry]) =>
          path.startsWith('node_modules/') && !entry.link && (dev || !entry.dev) && isWanted(entry),
      )
      .filter(
        ([path, entry]) =>
          present[path]?.version !== entry.version ||
          present[path]?.integrity !== entry.integrity ||
          !existsSync(join(root, path, 'package.json')),
      )
      .map(([path]) => path.slice('node_modules/'.length))
  );
}

function isThere(name) {
  return existsSync(join(ROOT, 'node_modules', name, 'package.json'));
}

function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/**
 * npm leaves out optional packages of another system (`os`, `cpu` and `libc` are its own fields) together with what
 * only they need. An optional package that names no system is such a one, or a convenience: not asked for.
 */
function isWanted({ os, cpu, libc, optional }) {
  if (!optional) return true;
  if (os === undefined) return false;
  return allows(os, process.platform) && allows(cpu, process.arch) && allows(libc, libcFamily());
}

function allows(names, value) {
  if (names === undefined) return true;
  const list = [names].flat();
  if (list.some((item) => item === `!${value}`)) return false;
  return list.every((item) => item.startsWith('!')) || list.includes(value);
}

function libcFamily() {
  if (process.platform !== 'linux') return undefined;
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

/** The flags undo what a user's own npm settings would leave out or refuse. */
async function runNpmCi({ dev }) {
  const cache = writableCache();
  const args = ['ci', '--no-audit', '--no-fund', '--include=optional', '--engine-strict=false'];
  args.push(dev ? '--include=dev' : '--omit=dev', '--loglevel=error', '--ignore-scripts', '--no-progress');
  if (cache.temporary) args.push('--cache', cache.path);
  const progress = setInterval(() => {
    const absent = missingPackages(ROOT, { dev }).filter((name) => !isThere(name));
    say(absent.length > 0 ? `installing, ${absent.length} packages to go …` : 'installing, nearly done …');
  }, PROGRESS_MS);
  try {
    return await run(npmCommand(), args);
  } finally {
    clearInterval(progress);
    if (cache.temporary) rmSync(cache.path, { recursive: true, force: true });
  }
}

/** The npm that started us, else the one on the PATH. */
function npmCommand() {
  const starter = process.env.npm_execpath ?? '';
  return starter.endsWith('npm-cli.js') ? [process.execPath, starter] : ['npm'];
}

/** npm stops when it cannot write its cache, as with a read-only home: then it gets one of its own for this run. */
function writableCache() {
  const path = process.env.npm_config_cache ?? join(homedir(), '.npm');
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK);
    return { path, temporary: false };
  } catch {
    return { path: mkdtempSync(join(tmpdir(), 'kiroku-npm-')), temporary: true };
  }
}

function run([command, ...first], args) {
  return new Promise((resolve) => {
    const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: ['ignore', 2, 2] });
    child.on('error', (error) => {
      say(`cannot run npm: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? `${signal}`));
  });
}
