// Plain JavaScript without dependencies: this must run on Node 20, before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const OLDEST_BOOTSTRAP = 20;

/** Ends the process with a clear message when even these scripts cannot run on this Node. */
export function requireBootstrapNode() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_BOOTSTRAP) return;
  fail(`Kiroku needs Node ${OLDEST_BOOTSTRAP} or newer to install itself; this is ${process.version}.`);
}

/** Says why on standard error and ends the process with code 1. */
export function fail(message) {
  process.stderr.write(`kiroku: ${message}\n`);
  process.exit(1);
}

/** Says what is being done; on standard error, so that standard output stays the program's own. */
export function say(message) {
  process.stderr.write(`kiroku: ${message}\n`);
}

/**
 * Path of a Node that can run the sources as they are: the one that the install brought along, else the running one
 * when `engines` in package.json admits it. Undefined when there is neither.
 */
export function findNode(root = ROOT) {
  const brought = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = existsSync(brought) ? versionOf(brought) : undefined;
  if (version !== undefined && satisfies(version, engines.node)) return brought;
  return satisfies(process.version, engines.node) ? process.execPath : undefined;
}

/** What `findNode` found, or the end of the process with advice. */
export function requireNode() {
  const node = findNode();
  if (node !== undefined) return node;
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return fail(
    `this machine (${process.platform} ${process.arch}) has Node ${process.version}, and Kiroku runs on ${engines.node}. ` +
      'On Linux x64 and arm64 the install brings one along unless optional packages are left out ' +
      '(omit=optional); elsewhere install a current Node LTS.',
  );
}

/** Runs the binary, because one built for another C library exists and still does not start. */
function versionOf(node) {
  const answer = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

/**
 * True when `version` (`v24.21.0`) lies in `range`: alternatives joined by `||`, each `^a.b.c` or `>=a.b.c`, which is
 * all that our `engines` uses. Anything else is refused with a `RangeError` rather than guessed.
 */
export function satisfies(version, range) {
  const have = numbers(version);
  return range.split('||').some((part) => {
    const match = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(part);
    if (match === null) throw new RangeError(`engines: cannot read "${part.trim()}"`);
    const want = numbers(match[2]);
    if (match[1] === '^' && have[0] !== want[0]) return false;
    return compare(have, want) >= 0;
  });
}

function numbers(version) {
  return version.replace(/^v/, '').split(/[.-]/).slice(0, 3).map(Number);
}

function compare(a, b) {
  for (let index = 0; index < 3; index += 1) if (a[index] !== b[index]) return a[index] - b[index];
  return 0;
}
