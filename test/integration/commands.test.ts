import { readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/compose-engine.ts';
import { originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { ADMIN_TOKEN } from '../acceptance/rig.ts';
import { kiroku } from '../support/command.ts';
import { age, createTempTree, type TempTree } from '../support/drop.ts';
import { idOf } from '../support/ids.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, openRig, ownerNamed } from '../support/reconcile-rig.ts';
import { startTree, treeConfig } from '../support/tree.ts';

const DAY = Date.parse('2026-02-03T10:00:00.000Z');

/** Two pictures of alice (the second in the trash) and one of bob, as a server that was stopped left them. */
async function withTree(run: (tree: TempTree, of: Awaited<ReturnType<typeof fill>>) => Promise<void>) {
  await using tree = await createTempTree();
  await run(tree, await fill(tree));
}

async function fill(tree: TempTree) {
  const rig = await openRig(tree.root);
  const first = await rig.add(alice, await pngPicture({ seed: 1 }), { createdAt: DAY });
  const second = await rig.add(alice, await pngPicture({ seed: 2 }), { createdAt: DAY + 1 });
  const his = await rig.add(ownerNamed('bob'), await pngPicture({ seed: 3 }), { createdAt: DAY });
  await rig.catalog.commit(alice, {
    op: 'trash',
    kind: 'generated',
    id: second.id,
    change: (current) => ({ ...current, status: 'trash', trashed_at: '2026-02-04T10:00:00.000Z' }),
  });
  await rig.close();
  await writeFile(tree.path('.kiroku/volume.json'), JSON.stringify({ id: 'ab'.repeat(16) }));
  // a clean stop: after any other, sidecars are made whole before anybody can find them damaged
  const engine = await openEngine(treeConfig({ outputDir: tree.root }), { log: silentLog });
  await engine.settle(new AbortController().signal);
  await engine.close();
  return { first, second, his };
}

/** Every case twice: on the tree itself, and through a server that holds it. */
const WAYS = [
  ['on the tree', async () => async () => {}],
  [
    'through the server',
    async (tree: TempTree) => {
      const running = await startTree({ outputDir: tree.root, env: { CRON_PURGE_TRASH: 'off' } });
      return () => running.stop();
    },
  ],
] as const;

// the server's own tokens are not in its secrets file: they were set
const ENV = { ADMIN_TOKEN };

describe.each(WAYS)('commands %s', (_, begin) => {
  async function withRunning(run: (tree: TempTree, of: Awaited<ReturnType<typeof fill>>) => Promise<void>) {
    await withTree(async (tree, of) => {
      const end = await begin(tree);
      try {
        await run(tree, of);
      } finally {
        await end();
      }
    });
  }

  it('verify tells what is damaged, and changes nothing', async () => {
    await withRunning(async (tree, { first, his }) => {
      expect(await kiroku(tree.root, ['verify', '--json'], ENV)).toMatchObject({
        code: 0,
        report: { pictures: 3, found: [] },
      });
      await unlink(tree.path(originalKey(first, first.ext)));
      await rm(tree.path(sidecarKey(his)));
      const found = await kiroku(tree.root, ['verify', '--json'], ENV);
      expect(found.code).toBe(1);
      expect(found.report?.['found']).toEqual([
        { user_id: 'alice', kind: 'generated', id: first.id, damage: 'original_missing' },
        { user_id: 'bob', kind: 'generated', id: his.id, damage: 'sidecar_missing' },
      ]);
      const text = await kiroku(tree.root, ['verify', '--owner', 'bob'], ENV);
      expect(text.out).toContain(`sidecar_missing\tbob\tgenerated\t${his.id}\n1 pictures, `);
    });
  });

  it('thumbnails makes what is missing, after a trial that makes nothing', async () => {
    await withRunning(async (tree, { first }) => {
      if (first.thumb === null) throw new Error('no thumbnail');
      await unlink(tree.path(thumbKey(first, first.thumb)));
      const tried = await kiroku(tree.root, ['thumbnails', '--json', '--dry-run'], ENV);
      expect(tried).toMatchObject({ code: 0, report: { pictures: 3, wanted: 1, made: 0 } });
      const made = await kiroku(tree.root, ['thumbnails', '--json'], ENV);
      expect(made).toMatchObject({ code: 0, report: { wanted: 1, made: 1, hopeless: 0, failed: 0 } });
      const again = await kiroku(tree.root, ['thumbnails', '--json'], ENV);
      expect(again).toMatchObject({ code: 0, report: { wanted: 0 } });
      await unlink(tree.path(originalKey(first, first.ext)));
      const all = await kiroku(tree.root, ['thumbnails', '--json', '--all'], ENV);
      expect(all).toMatchObject({ code: 1, report: { wanted: 3, made: 2, hopeless: 1 } });
    });
  });

  it('purge-trash removes what its trial said', async () => {
    await withRunning(async (tree, { second }) => {
      const tried = await kiroku(tree.root, ['purge-trash', '--json', '--dry-run'], ENV);
      expect(tried).toMatchObject({
        code: 0,
        report: { count: 1, owners: [{ user_id: 'alice', count: 1 }] },
      });
      const bytes = tried.report?.['bytes'];
      const done = await kiroku(tree.root, ['purge-trash', '--json'], ENV);
      expect(done).toMatchObject({ code: 0, report: { deleted: 1, bytes, failed: 0 } });
      const unknown = await kiroku(tree.root, ['why', second.id, '--owner', 'alice'], ENV);
      expect(unknown).toMatchObject({ code: 2, out: '' });
      expect(unknown.told).toContain('no such picture');
    });
  });

  it('why tells all about a picture', async () => {
    await withRunning(async (tree, { second }) => {
      const told = await kiroku(tree.root, ['why', second.id, '--json'], ENV);
      expect(told).toMatchObject({
        code: 0,
        report: {
          user_id: 'alice',
          id: second.id,
          status: 'trash',
          seq: 3,
          purge_at: '2026-03-06T10:00:00.000Z',
          next: 'purge-trash removes it at its next run',
          damage: [],
          record: { id: second.id, trashed_at: '2026-02-04T10:00:00.000Z' },
        },
      });
      expect(told.report?.['files']).toMatchObject([
        { role: 'original', key: originalKey(second, second.ext) },
        { role: 'sidecar' },
        { role: 'thumbnail' },
      ]);
      expect(told.report?.['offset']).toBeGreaterThan(0);
    });
  });

  it('quota-report tells who has how much, as a table, as CSV and as JSON', async () => {
    await withRunning(async (tree) => {
      const report = await kiroku(tree.root, ['quota-report', '--json'], ENV);
      expect(report, report.told).toMatchObject({ code: 0 });
      expect(report.report?.['users']).toMatchObject([
        { user_id: 'alice', count: 1, trash_count: 1, max_bytes: null, state: 'ok' },
        { user_id: 'bob', count: 1, trash_count: 0 },
      ]);
      const table = await kiroku(tree.root, ['quota-report'], ENV);
      expect(table.out).toMatch(/^user_id +state +used .*\nalice +ok +- +1 /);
      const csv = await kiroku(tree.root, ['quota-report', '--csv'], ENV);
      expect(csv.out).toMatch(/^user_id,state,used,count,.*\r\nalice,ok,,1,/);
    });
  });

  it('reindex finds what changed', async () => {
    await withRunning(async (tree, { first }) => {
      await unlink(tree.path(originalKey(first, first.ext)));
      const tried = await kiroku(tree.root, ['reindex', '--json', '--dry-run'], ENV);
      const path = originalKey(first, first.ext);
      expect(tried).toMatchObject({ code: 1, report: { corrected: 1, dry_run: true } });
      expect(tried.report?.['found']).toEqual([{ finding: 'original_missing', action: 'dropped', path }]);
      const done = await kiroku(tree.root, ['reindex', '--json', '--owner', 'alice'], ENV);
      expect(done).toMatchObject({ code: 0, report: { depth: 'changes', failed: 0 } });
      // written down beforehand, on the tree itself as through a server; a dry run does nothing to be written down
      const audit = await readFile(tree.path('.kiroku/state/audit.jsonl'), 'utf8');
      const lines = audit.split('\n').filter((line) => line.includes('"reindex"'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('"alice"');
      const verified = await kiroku(tree.root, ['verify', '--json'], ENV);
      expect(verified).toMatchObject({ code: 0, report: { pictures: 2 } });
    });
  });
});

describe.each(WAYS)('a quarantine %s', (_, begin) => {
  it('is filled by reindex, and emptied by it again', async () => {
    await withTree(async (tree, { first }) => {
      const orphan = originalKey({ ...first, id: idOf(77) }, 'png');
      await writeFile(tree.path(orphan), await pngPicture({ seed: 9 }));
      await age(tree.path(orphan), 3_600);
      const end = await begin(tree);
      try {
        const asked = ['reindex', '--json', '--quarantine'];
        const tried = await kiroku(tree.root, [...asked, '--dry-run'], ENV);
        expect(tried, tried.told).toMatchObject({ code: 1, report: { quarantined: 1 } });
        expect((await stat(tree.path(orphan))).isFile()).toBe(true);
        const to = orphan.replace('users/', '.kiroku/quarantine/');
        const done = await kiroku(tree.root, asked, ENV);
        expect(done, done.told).toMatchObject({ code: 0, report: { quarantined: 1 } });
        expect(done.report?.['found']).toEqual([
          { finding: 'original_orphan', action: 'quarantined', path: orphan, to },
        ]);
        await expect(stat(tree.path(orphan))).rejects.toMatchObject({ code: 'ENOENT' });
        const back = await kiroku(tree.root, ['reindex', '--release'], ENV);
        expect(back).toMatchObject({ code: 0 });
        expect(back.out).toContain('1 files moved back');
        expect((await stat(tree.path(orphan))).isFile()).toBe(true);
      } finally {
        await end();
      }
    });
  });
});

describe('kiroku', () => {
  it('tells how it is called', async () => {
    await using tree = await createTempTree();
    const calls = [[], ['help'], ['verify', '--help']];
    const told = await Promise.all(calls.map((args) => kiroku(tree.root, args)));
    for (const [i, words] of ['purge-trash', 'verify', '--owner ID'].entries()) {
      expect(told[i]).toMatchObject({ code: 0, told: '' });
      expect(told[i]?.out).toContain(words);
    }
  });

  it('is refused when it is not called as it must be', async () => {
    const calls: [string[], string][] = [
      [['delete'], 'There is no command'],
      [['verify', '--fix'], '--fix'],
      [['verify', 'me'], 'me'],
      [['purge-trash', '--older-than-days', '0'], 'above 0'],
      [['purge-trash', '--older-than-days=-3'], 'above 0'],
      [['purge-trash', '--older-than-days', 'NaN'], 'above 0'],
      [['why', '../etc'], 'id of no picture'],
      [['why'], 'id of no picture'],
    ];
    await withTree(async (tree) => {
      const ends = await Promise.all(calls.map(([args]) => kiroku(tree.root, args)));
      for (const [i, [args, words]] of calls.entries()) {
        expect(ends[i], args.join(' ')).toMatchObject({ code: 2, out: '' });
        expect(ends[i]?.told).toContain(words);
      }
    });
  });

  it('refuses a tree without its marker, and marks none', async () => {
    await withTree(async (tree, { first }) => {
      await unlink(tree.path('.kiroku/volume.json'));
      await unlink(tree.path(originalKey(first, first.ext)));
      for (const command of ['verify', 'thumbnails', 'purge-trash', 'reindex']) {
        const refused = await kiroku(tree.root, [command]);
        expect(refused, command).toMatchObject({ code: 3, out: '' });
        expect(refused.told).toContain('volume.json');
      }
      await expect(stat(tree.path('.kiroku/volume.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    });
  });
});
