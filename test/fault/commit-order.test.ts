import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tinyPng } from '../acceptance/png.ts';
import { type Item, type RunningServer, serviceClient, startServer } from '../acceptance/rig.ts';
import { hasTool } from '../support/tools.ts';
import { descriptorPath, parseStrace, quotedPaths, type SystemCall } from './strace.ts';

/**
 * The promise "201 means durable", audited on the real binary: for each 201, every byte and every name of the
 * picture was on stable storage before the first byte of the status line left (docs/storage-format.md, "Writing"; docs/security.md, D1).
 */
const OWNER = 'anon-00112233445566778899aabbccddeeff';
const TRACED =
  'trace=write,pwrite64,writev,pwritev,fsync,fdatasync,link,linkat,rename,renameat,renameat2,mkdir,mkdirat';

let folder: string | undefined;
let server: RunningServer | undefined;

afterEach(async () => {
  await server?.kill();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const isWrite = (call: SystemCall) => /^p?writev?(64)?$/.test(call.name);
const isSync = (call: SystemCall) => call.name === 'fsync' || call.name === 'fdatasync';
const isLink = (call: SystemCall) => call.name === 'link' || call.name === 'linkat';
const isRename = (call: SystemCall) => call.name.startsWith('rename');
const succeeded = (call: SystemCall) => !call.result.startsWith('-1');

/** What the log must show for one picture: each step wholly over before the next begins. */
class Audit {
  readonly calls: readonly SystemCall[];
  readonly #from: number;
  readonly answered: number;

  constructor(calls: readonly SystemCall[], from: number, answered: number) {
    this.calls = calls.filter(succeeded);
    this.#from = from;
    this.answered = answered;
  }

  /** The first call that matches and began after `after`; it must be over before the answer. */
  first(what: string, after: number, matches: (call: SystemCall) => boolean): SystemCall {
    const found = this.calls.find((call) => call.begin > Math.max(after, this.#from) && matches(call));
    if (found === undefined || found.end >= this.answered) {
      throw new Error(`${what}: not done between line ${after} and the answer on line ${this.answered}`);
    }
    return found;
  }

  lastWrite(path: string, before: number): SystemCall {
    const writes = this.calls.filter((call) => isWrite(call) && descriptorPath(call) === path);
    const last = writes.filter((call) => call.begin < before && call.begin > this.#from).at(-1);
    if (last === undefined) throw new Error(`nothing was written to ${path}`);
    return last;
  }
}

/** Original or thumbnail: written, synced, linked, and the folder that gained its name synced. */
function auditBlob(audit: Audit, tree: string, key: string): number {
  const path = join(tree, key);
  const link = audit.first(`link of ${key}`, -1, (call) => isLink(call) && quotedPaths(call).at(-1) === path);
  const staged = quotedPaths(link)[0] ?? '';
  const id = key.split('/').at(-1) ?? '';
  const write = audit.calls
    .filter((call) => isWrite(call) && stagedFor(descriptorPath(call), tree, key) && call.begin < link.begin)
    .at(-1);
  if (write === undefined) throw new Error(`no write to a staging file of ${id} before ${staged} was linked`);
  const sync = audit.first(
    `sync of ${staged}`,
    write.end,
    (call) => isSync(call) && stagedFor(descriptorPath(call), tree, key),
  );
  expect(sync.end, `${key}: synced before it is linked`).toBeLessThan(link.begin);
  // The staged name leads recovery to whatever is linked from it, so it must outlive the link.
  const staging = join(tree, '.kiroku/staging');
  const named = audit.first(`rename to ${staged}`, -1, (call) => {
    return isRename(call) && quotedPaths(call).at(-1) === staged;
  });
  const kept = audit.first('sync of the staging folder', named.end, (call) => {
    return call.name === 'fsync' && descriptorPath(call) === staging;
  });
  expect(kept.end, `${staged}: durable before it is linked`).toBeLessThan(link.begin);
  const parent = path.slice(0, path.lastIndexOf('/'));
  return audit.first(
    `sync of the folder of ${key}`,
    link.end,
    (call) => call.name === 'fsync' && descriptorPath(call) === parent,
  ).end;
}

/** True for a staging file of this original or thumbnail, under its provisional name or its key's. */
function stagedFor(path: string, tree: string, key: string): boolean {
  if (!path.startsWith(join(tree, '.kiroku/staging/'))) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const [id = '', ext = ''] = (key.split('/').at(-1) ?? '').split('.');
  return name.endsWith(`.${id}.${ext}`) && name.includes('thumb') === key.includes('/thumb/');
}

/** Every folder made on the way is durable in its parent before the commit point. */
function auditFolders(audit: Audit, tree: string, key: string, commit: number): void {
  const made = audit.calls.filter((call) => call.name.startsWith('mkdir'));
  for (const call of made) {
    const path = quotedPaths(call)[0] ?? '';
    if (!join(tree, key).startsWith(`${path}/`) || path === tree) continue;
    const parent = path.slice(0, path.lastIndexOf('/'));
    const sync = audit.first(
      `sync of ${parent} after ${path} was made`,
      call.end,
      (later) => later.name === 'fsync' && descriptorPath(later) === parent,
    );
    expect(sync.end, `${path} durable before the commit point`).toBeLessThan(commit);
  }
}

function auditPicture(calls: readonly SystemCall[], tree: string, item: Item, status: number): void {
  const original = item.url.replace(/^\/outputs\//, '');
  const thumb = item.thumb_url.replace(/^\/outputs\//, '').replace(/\?.*$/, '');
  const sidecar = original.replace(/\.\w+$/, '.json');
  const audit = new Audit(calls, -1, status);
  const published = Math.max(auditBlob(audit, tree, original), auditBlob(audit, tree, thumb));

  const manifest = join(tree, 'users', OWNER, 'manifest.jsonl');
  const named = audit.first('the manifest has its name', -1, (call) => {
    return isRename(call) && quotedPaths(call).at(-1) === manifest;
  });
  const kept = audit.first('sync of the owner folder', named.end, (call) => {
    return call.name === 'fsync' && descriptorPath(call) === dirname(manifest);
  });
  const line = audit.first('the manifest line', published, (call) => {
    return isWrite(call) && call.args.includes(item.id) && descriptorPath(call) === manifest;
  });
  const commit = audit.first('sync of the manifest', line.end, (call) => {
    return isSync(call) && descriptorPath(call) === manifest;
  });
  expect(kept.end, 'the manifest is named before a line of it counts').toBeLessThan(commit.begin);
  auditFolders(audit, tree, original, commit.begin);

  const rename = audit.first('rename of the sidecar', commit.end, (call) => {
    return isRename(call) && quotedPaths(call).at(-1) === join(tree, sidecar);
  });
  const staged = quotedPaths(rename)[0] ?? '';
  const written = audit.lastWrite(staged, rename.begin);
  const synced = audit.first('sync of the sidecar', written.end, (call) => {
    return isSync(call) && descriptorPath(call) === staged;
  });
  expect(synced.end, 'sidecar synced before it gets its name').toBeLessThan(rename.begin);
  const day = join(tree, sidecar.slice(0, sidecar.lastIndexOf('/')));
  audit.first('sync of the day folder after the sidecar', rename.end, (call) => {
    return call.name === 'fsync' && descriptorPath(call) === day;
  });
}

/** The lines on which a 201 began to leave, in order. */
function answers(calls: readonly SystemCall[]): number[] {
  return calls.filter((call) => isWrite(call) && /"HTTP\/1\.1 201/.test(call.args)).map((call) => call.begin);
}

describe.skipIf(!hasTool('strace'))('the order of every 201', () => {
  it('bytes, names and folders are durable before the answer leaves', { timeout: 120_000 }, async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiroku-order-'));
    const tree = join(folder, 'outputs');
    await mkdir(tree);
    const log = join(folder, 'strace.log');
    // -D: strace is the server's grandchild, so that the server itself gets our signals.
    const prefix = ['strace', '-D', '-f', '-y', '-s', '4096', '-e', TRACED, '-o', log];
    server = await startServer({ outputDir: tree, prefix, readyWithinMs: 60_000 });
    const client = serviceClient(server.url, OWNER);
    const items: Item[] = [];
    // The first picture ever, the next of the same day, and one for a day of its own.
    for (const [seed, meta] of [
      [1, {}],
      [2, { prompt: 'second' }],
      [3, { created_at: '2024-02-29T23:59:59.999Z' }],
    ] as const) {
      const answer = await client.upload(tinyPng(seed), meta);
      expect(answer.status).toBe(201);
      items.push((await answer.json()) as Item);
    }
    const pid = server.process.pid;
    await server.stop();
    // strace pads short process ids.
    const ended = new RegExp(`^${pid} +\\+\\+\\+ exited with 0`, 'm');
    await vi.waitUntil(() => ended.test(readFileSync(log, 'utf8')), 20_000);

    const calls = parseStrace(readFileSync(log, 'utf8'));
    const sent = answers(calls);
    expect(sent).toHaveLength(items.length);
    items.forEach((item, index) => {
      auditPicture(calls, tree, item, sent[index] ?? 0);
    });
  });
});
