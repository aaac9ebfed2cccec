import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';

/** A folder of its own under the system's temporary one, removed by `dispose`. */
export interface TempTree extends AsyncDisposable {
  readonly root: string;
  path(...names: readonly string[]): string;
}

export async function createTempTree(): Promise<TempTree> {
  const root = await mkdtemp(join(tmpdir(), 'kiroku-drop-'));
  return {
    root,
    path: (...names) => join(root, ...names),
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Tries until it gives something, or gives up after `limit` ms with what `describe` says. */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
  limit = 20_000,
): Promise<T> {
  const end = performance.now() + limit;
  for (;;) {
    const found = await attempt();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`did not happen within ${limit} ms: ${what}`);
    await pause(15);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Makes the folder with all its parents and the file in it, at once. */
export async function dropInto(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** Sets a file's time so many seconds back. */
export async function age(path: string, seconds: number): Promise<void> {
  const at = Date.now() / 1000 - seconds;
  await utimes(path, at, at);
}

export async function readJson(path: string): Promise<JsonObject> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isJsonObject(value)) throw new Error(`${path} is not an object`);
  return value;
}

/**
 * Writes many copies of `source` as `burst {n}.png` from another process, which ends when all are there. Between them
 * it writes to two other files in turn, so that the kernel has more to tell than its queue holds (16,384 events).
 */
export async function burst(folder: string, source: string, count: number): Promise<void> {
  const program = `
    const { copyFileSync, mkdirSync, appendFileSync, rmSync } = require('node:fs');
    const [folder, source, count] = process.argv.slice(1);
    mkdirSync(folder, { recursive: true });
    for (let n = 0; n < Number(count); n++) {
      copyFileSync(source, folder + '/burst ' + n + '.png');
      for (let m = 0; m < 40; m++) appendFileSync(folder + '/noise ' + (m % 2) + '.part', 'x');
    }
    for (const m of [0, 1]) rmSync(folder + '/noise ' + m + '.part');
  `;
  await run(process.execPath, ['-e', program, folder, source, String(count)]);
}

/** Runs a program to its end. @throws Error with its standard error when it ends badly */
export function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${command} ended with ${code}: ${err}`));
    });
  });
}

/** One of everything that is not a regular file of ours. Resolves with the names, and the way to take them away. */
export async function plantForeign(folder: string): Promise<{ names: string[]; release(): Promise<void> }> {
  await mkdir(join(folder, 'a folder'), { recursive: true });
  await symlink('/etc/hostname', join(folder, 'a link.png'));
  await symlink('nowhere', join(folder, 'dangling.png'));
  await run('mkfifo', [join(folder, 'a fifo.png')]);
  const socket = await listenOn(join(folder, 's.png'));
  return {
    names: ['a folder', 'a link.png', 'dangling.png', 'a fifo.png', 's.png'],
    release: () =>
      new Promise((resolve) => {
        socket.close(() => resolve());
      }),
  };
}

function listenOn(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(path, () => resolve(server));
  });
}
