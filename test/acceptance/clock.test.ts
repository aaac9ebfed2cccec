import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hasTool } from '../support/tools.ts';
import { tinyPng } from './png.ts';
import {
  ADMIN_TOKEN,
  type Item,
  type RunningServer,
  type ServiceClient,
  serviceClient,
  startServer,
} from './rig.ts';

/** Preloaded itself: the `faketime` command would stand between us and the server's signals. */
const LIBRARY = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0];
const OWNER = 'member-clock';

let outputDir: string | undefined;
let server: RunningServer | undefined;

afterEach(async () => {
  await server?.kill();
  if (outputDir !== undefined) await rm(outputDir, { recursive: true, force: true });
  outputDir = undefined;
  server = undefined;
});

/** The server on the same tree, with its clock beginning at this local time of Seoul (UTC+9) and going on from there. */
async function startAt(seoulTime: string): Promise<ServiceClient> {
  await server?.stop();
  outputDir ??= await mkdtemp(join(tmpdir(), 'kiroku-clock-'));
  const env = {
    TZ: 'Asia/Seoul',
    LD_PRELOAD: LIBRARY ?? '',
    FAKETIME: `@${seoulTime}`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  server = await startServer({ outputDir, env });
  return serviceClient(server.url, OWNER);
}

async function upload(client: ServiceClient, seed: number): Promise<Item> {
  const answer = await client.upload(tinyPng(seed));
  expect(answer.status, server?.output()).toBe(201);
  const item: Item = JSON.parse(await answer.text());
  return item;
}

/** A server and its first picture, made before midnight of UTC: a slow machine gets a longer way to it. */
async function startBeforeMidnight(): Promise<{ client: ServiceClient; first: Item }> {
  for (const time of ['08:59:57', '08:59:45', '08:59:00', '08:56:00']) {
    const client = await startAt(`2027-01-01 ${time}`);
    const first = await upload(client, 1);
    if (first.created_at.startsWith('2026-12-31')) return { client, first };
    await server?.stop();
    server = undefined;
    await rm(outputDir ?? '', { recursive: true, force: true });
    outputDir = undefined;
  }
  throw new Error('no server was ready before midnight');
}

const dayInUrl = (item: Item): string => /\/(\d{4}\/\d\d\/\d\d)\//.exec(item.url)?.[1] ?? '';
const idsOf = (items: readonly Item[]): string[] => items.map(({ id }) => id);

function inOrder(items: readonly Item[]): boolean {
  return items.every((item, index) => {
    const newer = items[index - 1];
    return (
      newer === undefined ||
      newer.created_at > item.created_at ||
      (newer.created_at === item.created_at && newer.id > item.id)
    );
  });
}

describe.skipIf(LIBRARY === undefined || !hasTool('faketime'))('the clock (D14)', () => {
  it('puts a picture into the UTC day of its own time, over midnight, whatever the zone', async () => {
    const { client, first } = await startBeforeMidnight();
    const made = [first];
    const crossed = () => made.some(({ created_at }) => created_at.startsWith('2027-01-01'));
    for (let seed = 2; !crossed(); seed += 1) {
      made.push(await upload(client, seed));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(made[0]?.created_at.slice(0, 10)).toBe('2026-12-31');
    for (const item of made) expect(dayInUrl(item)).toBe(item.created_at.slice(0, 10).replaceAll('-', '/'));
    const listed = await client.all('active');
    expect(idsOf(listed)).toEqual(idsOf(made).reverse());
  });

  it('may jump back and ahead: nothing is lost, ordered wrongly, or thrown away', async () => {
    const present = await startAt('2026-11-21 12:00:00');
    const first = await upload(present, 1);
    const trashed = await upload(present, 2);
    expect((await present.trash(trashed.id)).status).toBe(200);

    const past = await startAt('2026-06-01 12:00:00');
    expect(idsOf(await past.all('active'))).toEqual([first.id]);
    const older = await upload(past, 3);
    expect(older.created_at).toMatch(/^2026-06-01/);
    expect((await past.patch(first.id, { tags: ['kept'] })).status).toBe(200);
    expect(idsOf(await past.all('active'))).toEqual([first.id, older.id]);

    const future = await startAt('2036-11-21 12:00:00');
    const newest = await upload(future, 4);
    const listed = await future.all('active');
    expect(idsOf(listed)).toEqual([newest.id, first.id, older.id]);
    expect(inOrder(listed)).toBe(true);
    expect(listed.find(({ id }) => id === first.id)?.meta['tags']).toEqual(['kept']);
    expect(idsOf(await future.all('trash'))).toEqual([trashed.id]);
    expect((await future.restore(trashed.id)).status).toBe(200);
  });

  it('may jump far ahead before the trash was ever emptied: nothing goes until a person has looked', async () => {
    const present = await startAt('2026-11-21 12:00:00');
    await upload(present, 1);
    const trashed = await upload(present, 2);
    expect((await present.trash(trashed.id)).status).toBe(200);

    const future = await startAt('2026-12-31 12:00:00');
    const run = async (body: object) =>
      fetch(`${server?.url}/api/v1/admin/purge-trash`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const refused = await run({});
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'purge_refused' });
    expect(idsOf(await future.all('trash'))).toEqual([trashed.id]);
    expect(await (await run({ confirm: true })).json()).toMatchObject({ deleted: 1 });
    expect(await future.all('trash')).toEqual([]);
  });
});
