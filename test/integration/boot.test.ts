import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { ADMIN_TOKEN, type RunningServer, SERVICE_TOKEN, startServer } from '../acceptance/rig.ts';
import { pngPicture } from '../support/pictures.ts';
import { failureOf } from '../support/services.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';
import { type RunningTree, startTree } from '../support/tree.ts';

const png = new Uint8Array(await pngPicture({ width: 300, height: 200 }));

let parent = '';
let outputDir = '';
let running: RunningTree | undefined;
let server: RunningServer | undefined;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kiroku-boot-'));
  outputDir = join(parent, 'outputs');
  await mkdir(outputDir);
});
afterEach(async () => {
  await running?.stop();
  await server?.kill();
  running = undefined;
  server = undefined;
  await rm(parent, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startTree>[0]> = {}): Promise<RunningTree> {
  running = await startTree({ outputDir, ...options });
  return running;
}

const staged = () => readdir(join(outputDir, '.kiroku/staging'));

describe('the volume (D11)', () => {
  it('that is not there stops the start', async () => {
    await rm(outputDir, { recursive: true });
    expect(await failureOf(start())).toMatchObject({ code: 'volume_missing' });
    expect(await readdir(parent)).toEqual([]);
  });

  it('that is full of other things stops the start, and nothing is written to it', async () => {
    await writeFile(join(outputDir, 'holiday.jpg'), 'x');
    expect(await failureOf(start())).toMatchObject({ code: 'volume_missing' });
    expect(await readdir(outputDir)).toEqual(['holiday.jpg']);
  });

  it('that is an empty mount point stops the start when the volume is named', async () => {
    const first = await start();
    const env = { VOLUME_ID: first.server.engine.tree.volumeId };
    await first.stop();
    await rename(outputDir, join(parent, 'unplugged'));
    await mkdir(outputDir);
    expect(await failureOf(start({ env }))).toMatchObject({ code: 'volume_missing' });
    expect(await readdir(outputDir)).toEqual([]);
    await rm(outputDir, { recursive: true });
    await rename(join(parent, 'unplugged'), outputDir);
    expect((await start({ env })).server.engine.tree.isNew).toBe(false);
  });

  it('that goes away while the server runs is told, and nothing is written in its place', async () => {
    const tree = await start();
    expect((await tree.client('anna').upload(png)).status).toBe(201);
    await rename(outputDir, join(parent, 'unplugged'));
    await mkdir(outputDir);
    const refused = await tree.client('anna').upload(png);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'volume_missing' });
    const health = await fetch(`${tree.url}/healthz`);
    expect(await health.json()).toMatchObject({ components: { volume: { status: 'failing' } } });
    expect((await fetch(`${tree.url}/readyz`)).status).toBe(503);
    expect(await readdir(outputDir)).toEqual([]);
    await rm(outputDir, { recursive: true });
    await rename(join(parent, 'unplugged'), outputDir);
    expect((await tree.client('anna').upload(png)).status).toBe(201);
  });

  it('of the earlier system is adopted and marked', async () => {
    await mkdir(join(outputDir, 'users/anna/2024/01/02'), { recursive: true });
    expect((await start()).server.engine.tree).toMatchObject({ isNew: true, adopted: true });
    expect((await stat(join(outputDir, '.kiroku/volume.json'))).isFile()).toBe(true);
  });
});

describe('one writer a tree (D10)', () => {
  it('refuses a second server, also from another process, until the first is gone', async () => {
    const first = await start();
    expect(await failureOf(startTree({ outputDir }))).toMatchObject({ code: 'tree_locked' });
    const failure = await failureOf(startServer({ outputDir }));
    expect(String(failure)).toContain('Another Kiroku server is running on this OUTPUT_DIR');
    await first.stop();
    server = await startServer({ outputDir });
    expect(await failureOf(startTree({ outputDir }))).toMatchObject({ code: 'tree_locked' });
    await server.kill();
    await start();
  });
});

describe('secrets', () => {
  it('are generated, kept for the server’s user alone, named in the log and never told', async () => {
    server = await startServer({ outputDir, env: { COOKIE_SECRET: '' } });
    const path = join(outputDir, '.kiroku/secrets.json');
    const kept = JSON.parse(await readFile(path, 'utf8')) as { cookie: string };
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(kept.cookie).toHaveLength(43);
    expect(server.output()).toContain(`COOKIE_SECRET (as cookie); they are in ${path}`);
    for (const secret of [kept.cookie, SERVICE_TOKEN, ADMIN_TOKEN])
      expect(server.output()).not.toContain(secret);
  });

  it('that are weak stop the start, with every other problem', async () => {
    const env = { ADMIN_TOKEN: 'admin', PORT: 'http', THUMB_SIZE: '1' };
    const failure = String(await failureOf(startServer({ outputDir, env })));
    expect(failure).toContain('ADMIN_TOKEN');
    expect(failure).toContain('PORT');
    expect(failure).toContain('THUMB_SIZE');
    expect(await readdir(outputDir)).toEqual([]);
  });
});

describe('a full disk (D5)', () => {
  it.each([
    ['below the reserve', { DISK_RESERVE_MB: '1000000' }, undefined],
    [
      'at a write',
      {},
      { at: 1, only: ['write'], path: /incoming/, fault: { fail: 'ENOSPC', forever: true } },
    ],
    ['at a sync', {}, { at: 1, only: ['sync'], path: /incoming/, fault: { fail: 'EDQUOT', forever: true } }],
    [
      'at the sidecar',
      {},
      { at: 1, only: ['write'], path: /staging.*json/, fault: { fail: 'ENOSPC', forever: true } },
    ],
    [
      'at the manifest',
      {},
      { at: 1, only: ['write'], path: /manifest/, fault: { fail: 'ENOSPC', forever: true } },
    ],
  ] as const)('%s refuses uploads, keeps nothing, and lets go on', async (_name, env, plan) => {
    const storage = createFaultStorage(createNodeStorage(outputDir));
    const tree = await start({ storage });
    const client = tree.client('anna');
    expect((await client.upload(png)).status).toBe(201);
    await tree.stop();
    const second = await start({ storage, env });
    storage.arm(plan);
    const refused = await second.client('anna').upload(png);
    expect(refused.status).toBe(507);
    expect(await refused.json()).toMatchObject({ code: 'disk_full' });
    expect(await staged()).toEqual([]);
    expect(await second.client('anna').all('active')).toHaveLength(1);
    storage.arm();
    const [kept] = await second.client('anna').all('active');
    expect((await second.client('anna').trash(kept?.id ?? '')).status).toBe(200);
    if (plan !== undefined) expect((await second.client('anna').upload(png)).status).toBe(201);
    const day = join(outputDir, 'users/anna', (kept?.url ?? '').split('/').slice(4, 7).join('/'));
    const originals = (await readdir(day)).filter((name) => name.endsWith('.png'));
    expect(originals).toHaveLength(plan === undefined ? 1 : 2);
  });
});

describe('an I/O error (D4)', () => {
  it('at a sync fails the upload, not the server, and is told when it goes on', async () => {
    const storage = createFaultStorage(createNodeStorage(outputDir));
    const tree = await start({ storage });
    storage.arm({ at: 1, only: ['syncFolder'], path: /users/, fault: { fail: 'EIO', forever: true } });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const answer = await tree.client('anna').upload(png);
      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({ code: 'io_error' });
    }
    const health = (await (await fetch(`${tree.url}/healthz`)).json()) as { components: object };
    expect(health.components).toMatchObject({ writes: { status: 'failing' } });
    storage.arm();
    expect((await tree.client('anna').upload(png)).status).toBe(201);
    expect(await tree.client('anna').all('active')).toHaveLength(1);
  });
});

describe('errors on single files (D7)', () => {
  it('an original that cannot be read fails alone', async () => {
    const storage = createFaultStorage(createNodeStorage(outputDir));
    const tree = await start({ storage });
    const client = tree.client('anna');
    for (let count = 0; count < 2; count += 1) expect((await client.upload(png)).status).toBe(201);
    const [bad, good] = await client.all('active');
    const name = new RegExp(`/${bad?.id}\\.png$`);
    storage.arm({ at: 1, only: ['open', 'stat'], path: name, fault: { fail: 'EIO', forever: true } });
    const refused = await client.call(bad?.url ?? '');
    expect(refused.status).toBe(500);
    expect(await refused.text()).not.toContain(outputDir);
    expect(Buffer.from(png).equals(await client.bytes(good?.url ?? ''))).toBe(true);
    expect(await client.all('active')).toHaveLength(2);
    storage.arm();
    expect(Buffer.from(png).equals(await client.bytes(bad?.url ?? ''))).toBe(true);
  });

  it('a disk that became read-only refuses writes and goes on being read', async () => {
    const storage = createFaultStorage(createNodeStorage(outputDir));
    const tree = await start({ storage });
    const client = tree.client('anna');
    const item = (await (await client.upload(png)).json()) as { id: string; url: string; thumb_url: string };
    const writes = ['makeFolder', 'link', 'rename', 'write', 'truncate'] as const;
    storage.arm({ at: 1, only: writes, fault: { fail: 'EROFS', forever: true } });
    for (const refused of [await client.upload(png), await client.trash(item.id)]) {
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ code: 'read_only' });
      expect(refused.headers.get('retry-after')).not.toBeNull();
    }
    expect(Buffer.from(png).equals(await client.bytes(item.url))).toBe(true);
    expect((await client.bytes(item.thumb_url)).byteLength).toBeGreaterThan(0);
    expect(await client.all('active')).toHaveLength(1);
    storage.arm();
    expect((await client.upload(png)).status).toBe(201);
    expect((await client.trash(item.id)).status).toBe(200);
  });
});
