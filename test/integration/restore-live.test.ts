import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ADMIN_TOKEN } from '../acceptance/rig.ts';
import { kiroku } from '../support/command.ts';
import { createTempTree } from '../support/drop.ts';
import { pngPicture } from '../support/pictures.ts';
import { type RunningTree, startTree } from '../support/tree.ts';

const ENV = { ADMIN_TOKEN };

async function upload(running: RunningTree, owner: string, seed: number): Promise<string> {
  const bytes = new Uint8Array(await pngPicture({ seed, width: 8, height: 8 }));
  const { id }: { id: string } = JSON.parse(await (await running.client(owner).upload(bytes)).text());
  return id;
}

async function share(running: RunningTree, owner: string, id: string): Promise<string> {
  const answer = await running.client(owner).call('/shares', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ids: [id], expires_in: 3_600 }),
  });
  const { url }: { url: string } = JSON.parse(await answer.text());
  return url;
}

function admin(running: RunningTree, path: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${running.url}/api/v1/admin/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

describe('kiroku restore through the server', () => {
  it('merges what is missing into the living tree, and touches nothing that is there', async () => {
    await using all = await createTempTree();
    const [tree, out] = [all.path('tree'), all.path('out')];
    await mkdir(tree);
    const secrets = { COOKIE_SECRET: 'cookie-secret-of-this-test-0123456789abcdef' };
    const first = await startTree({ outputDir: tree, env: secrets });
    const ids = [await upload(first, 'zoe', 1), await upload(first, 'zoe', 2)];
    const link = await share(first, 'zoe', ids[0] ?? '');
    expect(await kiroku(tree, ['backup', '--out', out], ENV)).toMatchObject({ code: 0 });
    await first.stop();

    const other = all.path('other');
    await mkdir(other);
    const running = await startTree({ outputDir: other, env: secrets });
    try {
      const own = await upload(running, 'zoe', 3);
      await share(running, 'zoe', own);
      expect((await fetch(running.url + link)).status).toBe(404);
      const tried = await kiroku(other, ['restore', out, '--json', '--dry-run'], ENV);
      expect(tried, tried.told).toMatchObject({ code: 0, report: { pictures: 2, restored: 2, there: 0 } });
      expect(await running.client('zoe').all('active')).toHaveLength(1);

      const done = await kiroku(other, ['restore', out, '--json'], ENV);
      expect(done, done.told).toMatchObject({ code: 0, report: { restored: 2, there: 0, found: [] } });
      const listed = (await running.client('zoe').all('active')).map(({ id }) => id);
      expect(listed.sort()).toEqual([...ids, own].sort());
      // known at once, without a restart
      expect((await fetch(running.url + link)).status).toBe(200);
      expect(await kiroku(other, ['restore', out, '--json'], ENV)).toMatchObject({
        code: 0,
        report: { restored: 0, there: 2 },
      });
      expect(await kiroku(other, ['verify', '--json'], ENV)).toMatchObject({
        code: 0,
        report: { pictures: 3, found: [] },
      });
      expect(await readdir(`${other}/.kiroku/tickets`)).toEqual([]);
    } finally {
      await running.stop();
    }
  });

  it('reads no folder that somebody names who cannot write into the tree', async () => {
    await using all = await createTempTree();
    const tree = all.path('tree');
    await mkdir(tree);
    const running = await startTree({ outputDir: tree });
    try {
      await writeFile(all.path('backup.json'), '{}');
      for (const ticket of [all.path(), '..', `../../${all.path('backup.json')}`, '0'.repeat(32)]) {
        const answer = await admin(running, 'restore-backup', { ticket: ticket.slice(0, 64) });
        expect(answer.status, ticket).toBe(404);
      }
      expect((await admin(running, 'restore-backup', { path: all.path() })).status).toBe(400);
    } finally {
      await running.stop();
    }
  });
});

describe('long work of an admin', () => {
  it('answers with its result, or with lines to who asks for them', async () => {
    await using all = await createTempTree();
    const tree = all.path('tree');
    await mkdir(tree);
    const running = await startTree({ outputDir: tree });
    try {
      await upload(running, 'zoe', 1);
      for (const [path, body] of [
        ['verify', {}],
        ['thumbnails', { dry_run: true }],
        ['reindex', { dry_run: true }],
        ['purge-trash', { dry_run: true }],
        ['users/zoe/transfer', { to: 'max', dry_run: true }],
      ] as const) {
        const plain = await admin(running, path, body);
        expect(plain.headers.get('content-type'), path).toBe('application/json');
        const lines = await admin(running, path, body, { Accept: 'application/x-ndjson' });
        expect(lines.headers.get('content-type'), path).toBe('application/x-ndjson');
        const { result }: { result: object } = JSON.parse(
          (await lines.text()).trim().split('\n').at(-1) ?? '',
        );
        const wanted: object = JSON.parse(await plain.text());
        expect(Object.keys(result).sort(), path).toEqual(Object.keys(wanted).sort());
      }
      const refused = await admin(
        running,
        'users/nobody/transfer',
        { to: 'max' },
        { Accept: 'application/x-ndjson' },
      );
      expect([refused.status, refused.headers.get('content-type')]).toEqual([
        404,
        'application/problem+json',
      ]);
    } finally {
      await running.stop();
    }
  });
});
