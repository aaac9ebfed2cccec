import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { isGenuine } from '../../src/services/maintenance/receipt.ts';
import { kiroku } from '../support/command.ts';
import { createTempTree, type TempTree } from '../support/drop.ts';
import { pngPicture } from '../support/pictures.ts';
import { startTree } from '../support/tree.ts';

const SECRET = 'cookie-secret-of-this-test-0123456789abcdef';
const ENV = { COOKIE_SECRET: SECRET };

interface Places {
  readonly tree: string;
  readonly out: string;
  readonly all: TempTree;
  readonly ids: readonly string[];
}

/** Three pictures of zoe, one in the trash and shared with a name of hers, and one of max. */
async function withPlaces(run: (places: Places) => Promise<void>): Promise<void> {
  await using all = await createTempTree();
  const [tree, out] = [all.path('tree'), all.path('out')];
  await Promise.all([tree, out].map((path) => mkdir(path)));
  const running = await startTree({ outputDir: tree, env: ENV });
  const ids: string[] = [];
  for (const [i, owner] of ['zoe', 'zoe', 'zoe', 'max'].entries()) {
    const picture = new Uint8Array(await pngPicture({ seed: i, width: 8, height: 8 }));
    const answer = await running.client(owner).upload(picture, { prompt: `secret of ${owner}` });
    const { id }: { id: string } = JSON.parse(await answer.text());
    ids.push(id);
  }
  await running.server.engine.state.append('shares', {
    op: 'create',
    sid: '01j',
    owner: 'zoe',
    ids: [ids[0] ?? ''],
    name: 'secret of zoe',
    created: 1,
    expires: 2,
  });
  await running.client('zoe').trash(ids[1] ?? '');
  await running.stop();
  await run({ tree, out, all, ids });
}

/** Every file below, and what it says. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function receiptIn(folder: string): Promise<JsonObject> {
  const [name = ''] = (await readdir(folder)).filter((one) => /^(erase|export)-/.test(one));
  return JSON.parse(await readFile(join(folder, name), 'utf8'));
}

describe('kiroku erase', () => {
  it('leaves nothing of the owner, everything of others, and a receipt that cannot be changed', async () => {
    await withPlaces(async ({ tree, out, ids }) => {
      const asked = await kiroku(tree, ['erase', 'zoe'], ENV);
      expect(asked).toMatchObject({ code: 1 });
      expect(asked.out).toContain('zoe has 3 pictures');
      const wrong = await kiroku(tree, ['erase', 'zoe', '--yes', '2', '--out', out], ENV);
      expect(wrong).toMatchObject({ code: 2, out: '' });
      const done = await kiroku(tree, ['erase', 'zoe', '--yes', '3', '--out', out, '--json'], ENV);
      expect(done, done.told).toMatchObject({ code: 0, report: { erased: 3, failed: 0, left: [] } });

      expect(await readdir(join(tree, 'users'))).toEqual(['max']);
      for (const path of await filesBelow(tree)) {
        expect(path).not.toMatch(/zoe/);
        expect((await readFile(path)).includes('secret of zoe'), path).toBe(false);
      }
      expect(await kiroku(tree, ['verify', '--json'], ENV)).toMatchObject({
        code: 0,
        report: { pictures: 1, found: [] },
      });

      const receipt = await receiptIn(out);
      expect(receipt).toMatchObject({ action: 'erase', user_id: 'zoe', count: 3 });
      const named = Array.isArray(receipt['pictures'])
        ? receipt['pictures'].map((one: JsonObject) => one['id'])
        : [];
      expect(named.sort()).toEqual(ids.slice(0, 3).sort());
      expect(isGenuine(receipt)).toBe(true);
      expect(isGenuine({ ...receipt, count: 4 })).toBe(false);
      expect(isGenuine({ ...receipt, key: 'A'.repeat(43) })).toBe(false);
    });
  });

  it('leaves no name of a file of the owner’s in what was found, and no numbers of the owner', async () => {
    await withPlaces(async ({ tree, out }) => {
      const findings = join(tree, '.kiroku/state/findings.jsonl');
      const line = (owner: string) =>
        `${JSON.stringify({ finding: 'file_refused', action: 'left', path: `users/${owner}/2026/02/03/secret of ${owner}.txt` })}\n`;
      await writeFile(findings, `${line('zoe')}${line('max')}${line('zoe2')}`);
      await writeFile(join(tree, '.kiroku/owners.jsonl'), '{"v":1}\n{"user_id":"zoe"}\n');
      const done = await kiroku(tree, ['erase', 'zoe', '--yes', '3', '--out', out, '--json'], ENV);
      expect(done, done.told).toMatchObject({ code: 0, report: { erased: 3, left: [] } });
      expect(await readFile(findings, 'utf8')).toBe(`${line('max')}${line('zoe2')}`);
      expect(await readdir(join(tree, '.kiroku'))).not.toContain('owners.jsonl');
    });
  });

  it('takes what an owner left behind who was moved to this one', async () => {
    await withPlaces(async ({ tree, out }) => {
      const moved = await kiroku(tree, ['transfer', 'max', 'zoe', '--json'], ENV);
      expect(moved, moved.told).toMatchObject({ code: 0, report: { moved: 1 } });
      const told = await filesBelow(join(tree, 'users/max'));
      expect((await Promise.all(told.map((path) => readFile(path)))).join()).toContain('secret of max');
      const asked = await kiroku(tree, ['erase', 'zoe', '--dry-run', '--json'], ENV);
      expect(asked).toMatchObject({ code: 0, report: { former: ['max'], count: 4 } });
      const done = await kiroku(tree, ['erase', 'zoe', '--yes', '4', '--out', out, '--json'], ENV);
      expect(done, done.told).toMatchObject({ code: 0, report: { former: ['max'], erased: 4, left: [] } });
      expect(await readdir(join(tree, 'users'))).toEqual([]);
      for (const path of await filesBelow(tree)) {
        expect((await readFile(path)).includes('secret of'), path).toBe(false);
      }
    });
  });

  it('leaves and names what is not ours', async () => {
    await withPlaces(async ({ tree, out }) => {
      await writeFile(join(tree, 'users/zoe/notes.txt'), 'mine');
      const done = await kiroku(tree, ['erase', 'zoe', '--yes', '3', '--out', out, '--json'], ENV);
      expect(done).toMatchObject({ code: 1, report: { erased: 3, left: ['users/zoe/notes.txt'] } });
      expect(await readdir(join(tree, 'users/zoe'))).toEqual(['notes.txt']);
    });
  });

  it('is refused without a place for the receipt, for nobody, and while a server runs', async () => {
    await withPlaces(async ({ tree, out }) => {
      const calls = [
        ['erase', 'zoe', '--yes', '3'],
        ['erase', '../zoe'],
        ['erase', 'zoe', '--yes', '3', '--out', tree],
      ];
      for (const args of calls)
        expect(await kiroku(tree, args, ENV), args.join(' ')).toMatchObject({ code: 2, out: '' });
      const running = await startTree({ outputDir: tree, env: ENV });
      const refused = await kiroku(tree, ['erase', 'zoe', '--yes', '3', '--out', out], ENV);
      await running.stop();
      expect(refused).toMatchObject({ code: 3, out: '' });
      expect(await readdir(out)).toEqual([]);
    });
  });
});

describe('kiroku export', () => {
  it('copies everything of one owner and nothing else, with a receipt, and can be restored', async () => {
    await withPlaces(async ({ tree, out, all, ids }) => {
      const done = await kiroku(tree, ['export', '--owner', 'zoe', '--out', out, '--json'], ENV);
      expect(done, done.told).toMatchObject({ code: 0, report: { pictures: 3, found: [] } });
      const files = await filesBelow(out);
      for (const path of files) expect(path).not.toMatch(/max|secrets|state\//);
      for (const path of files) expect((await readFile(path)).includes(SECRET), path).toBe(false);
      const receipt = await receiptIn(out);
      expect(receipt).toMatchObject({ action: 'export', count: 3 });
      expect(isGenuine(receipt)).toBe(true);
      const back = all.path('back');
      await mkdir(back);
      const restored = await kiroku(back, ['restore', out, '--json'], ENV);
      expect(restored, restored.told).toMatchObject({ code: 0, report: { restored: 3, found: [] } });
      expect(ids).toHaveLength(4);
    });
  });

  it('of an owner who was moved to another is refused: the pictures are the other’s', async () => {
    await withPlaces(async ({ tree, out, all }) => {
      const moved = await kiroku(tree, ['transfer', 'max', 'zoe', '--json'], ENV);
      expect(moved, moved.told).toMatchObject({ code: 0, report: { moved: 1 } });
      for (const command of ['export', 'backup']) {
        const refused = await kiroku(tree, [command, '--owner', 'max', '--out', out], ENV);
        expect(refused).toMatchObject({ code: 2, out: '' });
        expect(refused.told).toContain('max was moved to zoe');
        expect(await readdir(out)).toEqual([]);
      }
      const whole = all.path('whole');
      await mkdir(whole);
      const made = await kiroku(tree, ['backup', '--out', whole, '--json'], ENV);
      expect(made, made.told).toMatchObject({ code: 0, report: { pictures: 4, found: [] } });
    });
  });
});
