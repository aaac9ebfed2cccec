import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyPng } from './png.ts';
import { type Item, SERVICE_TOKEN } from './rig.ts';

/**
 * What several proofs over the wire need, and no test runner: `npm run proof` uses them too. Imports nothing from `src`.
 */

/** Limits that a test client would meet long before it proves anything are off unless a test wants them. */
export const CALM = {
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_PER_OWNER: '0',
  RATE_LIMIT_NEW_IDENTITIES: '0',
};

export interface Part {
  readonly name: string;
  /** Put between the quotes as it is. */
  readonly filename?: string | undefined;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

const BOUNDARY = '----kiroku-wire-boundary';

/** A multipart body, byte for byte as written here: nothing is escaped, so that anything can be sent. */
export function multipart(parts: readonly Part[], boundary = BOUNDARY): { body: Buffer; type: string } {
  const chunks = parts.flatMap(({ name, filename, type, body }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${typed}\r\n`;
    return [Buffer.from(head), Buffer.from(body), Buffer.from('\r\n')];
  });
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}

/** A part with a picture. */
export function filePart(bytes: Uint8Array, filename = 'picture.png', type = 'image/png'): Part {
  return { name: 'file', filename, type, body: bytes };
}

export interface UploadCall {
  readonly parts: readonly Part[];
  readonly path?: string;
  readonly owner?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Uploads as a pipeline, with these very parts. */
export function uploadParts(base: string, call: UploadCall): Promise<Response> {
  const { body, type } = multipart(call.parts);
  const url = new URL((call.path ?? '/api/v1/images') || '/', base);
  if (call.owner !== undefined) url.searchParams.set('owner', call.owner);
  return fetch(url, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { authorization: `Bearer ${SERVICE_TOKEN}`, 'content-type': type, ...call.headers },
  });
}

/** One good picture of this owner. */
export async function stored(base: string, owner: string, bytes: Uint8Array = tinyPng(1)): Promise<Item> {
  const answer = await uploadParts(base, { parts: [filePart(bytes)], owner });
  if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  return itemOf(answer);
}

export async function itemOf(answer: Response): Promise<Item> {
  const item: Item = JSON.parse(await answer.text());
  return item;
}

export async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}

export interface Visitor {
  readonly owner: string;
  /** `anon_id=…`, as a browser sends it back. */
  readonly cookie: string;
}

/** A browser's first visit. */
export async function visit(base: string): Promise<Visitor> {
  const answer = await fetch(`${base}/api/v1/me`);
  if (answer.status !== 200) throw new Error(`me: ${answer.status} ${await answer.text()}`);
  const { owner }: { owner: string } = JSON.parse(await answer.text());
  return { owner, cookie: cookieOf(answer) };
}

/** The cookie that an answer sets, without its attributes. */
export function cookieOf(answer: Response): string {
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  if (!/^anon_id=./.test(cookie)) throw new Error(`no cookie: ${cookie}`);
  return cookie;
}

/** Every file below a folder, by its path in it, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** A file of an owner, as it must lie: nothing else may ever appear. */
const OURS =
  /^(manifest\.jsonl|owner\.json|(inputs\/|controls\/)?\d{4}\/\d\d\/\d\d\/(thumb\/[0-9a-z]{26}\.(webp|jpg)|[0-9a-z]{26}\.(png|jpg|webp|json)))$/;

/**
 * Files in the tree that are none of ours.
 * @param owners what the folders of those who were named are called
 */
export async function strangers(
  outputs: string,
  owners = /^users\/(?:u|anon)-[a-z0-9-]+\//,
): Promise<string[]> {
  return (await filesIn(outputs)).filter((path) => {
    return !path.startsWith('.kiroku/') && !(owners.test(path) && OURS.test(path.replace(owners, '')));
  });
}

/** Waits until nothing is staged. The deadline says that something stays, and nothing else. */
export async function untilStagingEmpty(outputs: string, withinMs = 15_000): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    const left = await readdir(join(outputs, '.kiroku/staging'));
    if (left.length === 0) return;
    if (performance.now() > until) throw new Error(`still staged: ${left.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Descriptors that the server holds. */
export async function descriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/** The most memory that the server ever held in pages of its own and of files, bytes (proc(5), VmHWM). */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

/** The problem's code, and that the answer is a problem as RFC 9457 has it. */
export async function codeOf(answer: Response): Promise<string> {
  const text = await answer.text();
  const type = answer.headers.get('content-type');
  if (type !== 'application/problem+json') throw new Error(`no problem but ${type}: ${text}`);
  const problem: { code: string; status: number } = JSON.parse(text);
  if (problem.status !== answer.status) throw new Error(`${answer.status} says ${text}`);
  return problem.code;
}

/** mulberry32: a small seeded generator, so that a failing seed can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs `work` over all, this many at a time. */
export async function inParallel<T>(
  all: readonly T[],
  atOnce: number,
  work: (one: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lanes = Array.from({ length: atOnce }, async () => {
    while (next < all.length) {
      const index = next;
      next += 1;
      await work(all[index] as T, index);
    }
  });
  await Promise.all(lanes);
}
