import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { tinyPng } from './png.ts';
import { openSocket } from './raw-socket.ts';
import { ADMIN_TOKEN, type Item, SERVICE_TOKEN, serviceClient } from './rig.ts';
import {
  codeOf,
  filePart,
  filesIn,
  itemOf,
  multipart,
  stored,
  untilNothingStaged,
  useServer,
} from './wire.ts';

/** Quotas of the running server, over the wire only (U8). */
const ROOM = 20;
const server = useServer({ QUOTA_MAX_COUNT: String(ROOM), CRON_QUOTAS: 'off', CRON_PURGE_TRASH: 'off' });

interface Use {
  readonly count: number;
  readonly bytes: number;
  readonly thumb_bytes: number;
}

interface Usage extends Use {
  readonly trash: Use & { readonly over_bytes: number };
  readonly reserved: { readonly count: number; readonly bytes: number };
  readonly state: string;
}

async function usageOf(owner: string): Promise<Usage> {
  const answer = await serviceClient(server.url, owner).call('/usage');
  expect(answer.status).toBe(200);
  const usage: Usage = JSON.parse(await answer.text());
  return usage;
}

/** What really lies in the owner's folder, by status as the sidecars have it. */
async function onDisk(owner: string): Promise<{ active: Use; trash: Use }> {
  const folder = join(server.outputs, 'users', owner);
  const found = {
    active: { count: 0, bytes: 0, thumb_bytes: 0 },
    trash: { count: 0, bytes: 0, thumb_bytes: 0 },
  };
  for (const path of await filesIn(folder)) {
    if (!/\/[0-9a-z]{26}\.json$/.test(path)) continue;
    const sidecar: { status: 'active' | 'trash'; thumb: string } = JSON.parse(
      await readFile(join(folder, path), 'utf8'),
    );
    const use = found[sidecar.status];
    use.count += 1;
    use.bytes += (await stat(join(folder, path.replace(/json$/, 'png')))).size;
    use.thumb_bytes += (await stat(join(folder, path, '..', sidecar.thumb))).size;
  }
  return found;
}

async function override(owner: string, quota: object): Promise<void> {
  await mkdir(join(server.outputs, 'users', owner), { recursive: true });
  await writeFile(join(server.outputs, 'users', owner, 'owner.json'), JSON.stringify({ quota }));
}

async function admin(path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.url}/api/v1/admin/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  expect(answer.status).toBe(200);
  return JSON.parse(await answer.text());
}

describe('a quota', () => {
  it('lets exactly so many of 50 uploads at once pass as there is room for', async () => {
    const client = serviceClient(server.url, 'u-many');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => client.upload(tinyPng(i + 1))));
    const taken = answers.filter(({ status }) => status === 201);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'quota_exceeded']);
    }
    expect(taken).toHaveLength(ROOM);
    expect(await usageOf('u-many')).toMatchObject({ count: ROOM, state: 'full', reserved: { count: 0 } });
    await untilNothingStaged(server);
  });

  it('is the same after kill -9 amid uploads: the count is what lies on the disk, and nothing stays reserved', async () => {
    const owner = 'u-killed';
    for (const cycle of [0, 1, 2]) {
      const client = serviceClient(server.url, owner);
      let answered = 0;
      const flood = Array.from({ length: 30 }, async (_, i) => {
        const answer = await client.upload(tinyPng(cycle * 100 + i)).catch(() => undefined);
        if (answer?.status === 201) answered += 1;
      });
      await vi.waitUntil(() => answered >= 2, { timeout: 20_000, interval: 1 });
      await server.running.kill();
      await Promise.all(flood);
      await server.restart();
      const usage = await usageOf(owner);
      expect(usage).toMatchObject((await onDisk(owner)).active);
      expect(usage.count).toBeGreaterThanOrEqual(answered);
      expect(usage.count).toBeLessThanOrEqual(ROOM);
      expect(usage.reserved).toEqual({ count: 0, bytes: 0 });
      // room for the next cycle; thrown away is not counted
      const again = serviceClient(server.url, owner);
      for (const { id } of (await again.all('active')).slice(3)) await again.trash(id);
    }
    const { active, trash } = await onDisk(owner);
    expect(await usageOf(owner)).toMatchObject({ ...active, trash });
    expect(active.count).toBe(3);
  });

  it('is refused before a byte of the body is read where the owner is known', async () => {
    const owner = 'u-full';
    for (let i = 0; i < ROOM; i += 1) await stored(server.url, owner, tinyPng(i + 1));
    const { body, type } = multipart([filePart(tinyPng(99))]);
    const socket = await openSocket(server.url);
    try {
      socket.send(
        `POST /api/v1/images?owner=${owner} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SERVICE_TOKEN}\r\n` +
          `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      const answer = await socket.answer();
      expect(answer?.status).toBe(403);
      expect(answer?.body.toString()).toContain('quota_exceeded');
    } finally {
      socket.cut();
    }
  });

  it('gives the room back when the caller goes away', async () => {
    const owner = 'u-away';
    const { body, type } = multipart([filePart(tinyPng(7, 64))]);
    const socket = await openSocket(server.url);
    socket.send(
      `POST /api/v1/images?owner=${owner} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SERVICE_TOKEN}\r\n` +
        `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.send(body.subarray(0, body.length / 2));
    const reserved = async (count: number) =>
      vi.waitFor(async () => expect((await usageOf(owner)).reserved.count).toBe(count), {
        timeout: 15_000,
        interval: 10,
      });
    await reserved(1);
    socket.cut();
    await reserved(0);
    await untilNothingStaged(server);
  });

  it('holds for a restore, and a repeated upload is answered all the same', async () => {
    const client = serviceClient(server.url, 'u-restore');
    const first = await itemOf(await client.upload(tinyPng(1), {}, { 'Idempotency-Key': 'first' }));
    const thrown = await itemOf(await client.upload(tinyPng(2)));
    await client.trash(thrown.id);
    for (let i = 3; i < ROOM + 2; i += 1) expect((await client.upload(tinyPng(i))).status).toBe(201);
    expect(await codeOf(await client.restore(thrown.id))).toBe('quota_exceeded');
    const again = await client.upload(tinyPng(1), {}, { 'Idempotency-Key': 'first' });
    expect([again.status, (await itemOf(again)).id]).toEqual([200, first.id]);
    expect((await client.upload(tinyPng(50))).status).toBe(403);
  });

  it('lets the job throw the oldest away where the policy says so, and the purge trim the trash', async () => {
    const owner = 'u-oldest';
    const client = serviceClient(server.url, owner);
    const items: Item[] = [];
    for (let i = 1; i <= 12; i += 1) items.push(await stored(server.url, owner, tinyPng(i)));
    await client.patch(items[0]?.id ?? '', { favorite: true });
    await override(owner, { max_count: 5, policy: 'trash_oldest', trash_max_bytes: 6000 });
    expect(await admin('jobs/quotas/run')).toMatchObject({ ok: true, result: { trashed: 7 } });
    const kept = (await client.all('active')).map(({ id }) => id).sort();
    expect(kept).toEqual([0, 8, 9, 10, 11].map((i) => items[i]?.id));
    const before = await usageOf(owner);
    expect(before).toMatchObject({ count: 5, trash: { count: 7 } });
    expect(before.trash.over_bytes).toBe(before.trash.bytes + before.trash.thumb_bytes - 6000);
    expect(before.trash.over_bytes).toBeGreaterThan(0);
    expect(await admin('jobs/purge-trash/run')).toMatchObject({ ok: true });
    const after = await usageOf(owner);
    expect(after).toMatchObject({ count: 5, trash: { over_bytes: 0 } });
    expect(after).toMatchObject({ trash: (await onDisk(owner)).trash });
    expect(after.trash.count).toBeGreaterThan(0);
    // what was in it for longest went
    const left = (await client.all('trash')).map(({ id }) => id);
    expect(left.sort()).toEqual(items.slice(8 - after.trash.count, 8).map(({ id }) => id));
    // a new picture makes its own room
    expect((await client.upload(tinyPng(60))).status).toBe(201);
    expect(await usageOf(owner)).toMatchObject({ count: 5, state: 'warn' });
  });
});
