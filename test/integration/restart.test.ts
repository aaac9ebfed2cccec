import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Item, ServiceClient } from '../acceptance/rig.ts';
import { jpegPicture, pngPicture, webpPicture } from '../support/pictures.ts';
import { type RunningTree, startTree, type TreeOptions } from '../support/tree.ts';

const OWNERS = ['anna', 'anon-0123456789abcdef0123456789abcdef'];
const bytes = (buffer: Buffer) => new Uint8Array(buffer);
const pictures = await Promise.all([
  pngPicture({ width: 300, height: 200 }),
  jpegPicture({ width: 200, height: 300 }),
  webpPicture({ width: 64, height: 64 }),
]);

let outputDir = '';
let running: RunningTree | undefined;
beforeEach(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'kiroku-restart-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await rm(outputDir, { recursive: true, force: true });
});

async function start(options: Partial<TreeOptions> = {}): Promise<RunningTree> {
  running = await startTree({ outputDir, ...options });
  return running;
}

async function created(answer: Response): Promise<Item> {
  expect(answer.status).toBe(201);
  return (await answer.json()) as Item;
}

/** Pictures of several days, kinds and types; some edited, some thrown away, some brought back. */
async function fill(tree: RunningTree): Promise<void> {
  for (const owner of OWNERS) {
    const client = tree.client(owner);
    const items: Item[] = [];
    for (let index = 0; index < 9; index += 1) {
      const created_at = `2024-0${(index % 3) + 1}-1${index % 2}T0${index}:00:00Z`;
      const picture = pictures[index % 3] ?? Buffer.alloc(0);
      items.push(await created(await client.upload(bytes(picture), { created_at, prompt: `猫 ${index}` })));
    }
    const [first, second, third] = items;
    await client.patch(first?.id ?? '', { tags: ['a', '日本'], favorite: true, rating: 3 });
    await client.trash(second?.id ?? '');
    await client.trash(third?.id ?? '');
    await client.restore(third?.id ?? '');
    const copy = { source: 'generated', id: first?.id };
    const headers = { 'content-type': 'application/json' };
    const answer = await client.call('/inputs/copy', { method: 'POST', headers, body: JSON.stringify(copy) });
    expect(answer.status).toBe(201);
  }
}

/** Every list of an owner as the wire gives it, byte for byte. */
async function lists(client: ServiceClient): Promise<string[]> {
  const paths = [
    '/images',
    '/images?status=trash',
    '/images?order=oldest',
    '/images?page=2&size=3',
    '/images?favorite=true',
    '/inputs',
    '/controls',
  ];
  return Promise.all(
    paths.map(async (path) => {
      const answer = await client.call(path);
      expect(answer.status, path).toBe(200);
      return answer.text();
    }),
  );
}

async function everything(tree: RunningTree): Promise<string[][]> {
  return Promise.all(OWNERS.map((owner) => lists(tree.client(owner))));
}

async function removeBelow(folder: string, drop: (path: string) => boolean): Promise<number> {
  let count = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !drop(path)) continue;
    await rm(path);
    count += 1;
  }
  return count;
}

const isManifest = (path: string) => path.endsWith('manifest.jsonl');
const isThumb = (path: string) => path.includes('/thumb/');

describe('a restart', () => {
  it('gives the same lists and the same bytes', async () => {
    const first = await start();
    await fill(first);
    const before = await everything(first);
    expect(before[0]?.[0]).toContain('"total":8');
    expect(before[0]?.[1]).toContain('"total":1');
    await first.stop();
    const second = await start();
    expect(await everything(second)).toEqual(before);
    for (const owner of OWNERS) {
      const client = second.client(owner);
      for (const item of await client.all('active')) {
        const original = await client.bytes(item.url);
        expect(pictures.some((picture) => picture.equals(original))).toBe(true);
      }
    }
  });

  it('keeps the epoch of a list’s ETag, so that a client’s copy stays good', async () => {
    const first = await start();
    await fill(first);
    const etag = (await first.client('anna').call('/images')).headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    await first.stop();
    const second = await start();
    const again = await second.client('anna').call('/images', { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it.each([
    ['the manifests', isManifest, 2],
    ['all thumbnails', isThumb, 20],
    ['the manifests and all thumbnails', (path: string) => isManifest(path) || isThumb(path), 22],
  ])('without %s gives the same lists', async (_name, drop, count) => {
    const first = await start();
    await fill(first);
    const before = await everything(first);
    const thumbs = await Promise.all(
      (await first.client('anna').all('active')).map((item) => first.client('anna').bytes(item.thumb_url)),
    );
    await first.stop();
    expect(await removeBelow(join(outputDir, 'users'), drop)).toBe(count);
    const second = await start();
    expect(await everything(second)).toEqual(before);
    const client = second.client('anna');
    const again = await Promise.all((await client.all('active')).map((item) => client.bytes(item.thumb_url)));
    expect(again).toEqual(thumbs);
    expect(await everything(second)).toEqual(before);
    const inputs = (await (await client.call('/inputs')).json()) as { items: Item[] };
    for (const item of inputs.items)
      expect((await client.bytes(item.thumb_url)).byteLength).toBeGreaterThan(0);
  });

  it('leaves a clean run behind, and nothing staged', async () => {
    const first = await start();
    await fill(first);
    await first.stop();
    expect(JSON.parse(await readFile(join(outputDir, '.kiroku/run.json'), 'utf8'))).toMatchObject({
      clean: true,
    });
    expect(await readdir(join(outputDir, '.kiroku/staging'))).toEqual([]);
  });

  it('knows its retries again', async () => {
    const first = await start();
    const body = bytes(pictures[0] ?? Buffer.alloc(0));
    const item = await created(await first.client('anna').upload(body, {}, { 'idempotency-key': 'key-1' }));
    await first.stop();
    const second = await start();
    const replay = await second.client('anna').upload(body, {}, { 'idempotency-key': 'key-1' });
    expect(replay.status).toBe(200);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    expect(await replay.json()).toEqual(item);
    const other = bytes(pictures[1] ?? Buffer.alloc(0));
    const mismatch = await second.client('anna').upload(other, {}, { 'idempotency-key': 'key-1' });
    expect(mismatch.status).toBe(422);
  });

  it('makes one picture of 20 retries of one key', async () => {
    const client = (await start()).client('anna');
    const body = bytes(pictures[0] ?? Buffer.alloc(0));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.upload(body, {}, { 'idempotency-key': 'same' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 19 }, () => 200),
      201,
    ]);
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Item).id));
    expect(new Set(ids).size).toBe(1);
    expect(await client.all('active')).toHaveLength(1);
    expect(await readdir(join(outputDir, '.kiroku/staging'))).toEqual([]);
  });
});
