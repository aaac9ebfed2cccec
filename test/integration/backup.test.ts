import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seedTree } from '../../scripts/dev/seed-tree.ts';
import type { Entry } from '../../src/catalog/catalog.ts';
import { openEngine } from '../../src/compose-engine.ts';
import { originalKey, thumbKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createVerify } from '../../src/services/maintenance/verify.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { ADMIN_TOKEN } from '../acceptance/rig.ts';
import { backupOf, unstopped } from '../support/backup.ts';
import { kiroku } from '../support/command.ts';
import { createTempTree, type TempTree } from '../support/drop.ts';
import { pngPicture, seededRandom } from '../support/pictures.ts';
import { startTree, treeConfig } from '../support/tree.ts';

/** As many as the day's backup that an operator is promised, where there is time for it. */
const PICTURES = Number(process.env['BACKUP_PICTURES'] ?? 240);
const OWNERS = 3;

const decoder = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 1, thumbSize: 64 });

async function seed(root: string): Promise<void> {
  await seedTree({
    out: root,
    owners: OWNERS,
    images: PICTURES,
    days: 8,
    until: Date.UTC(2026, 10, 1),
    seed: 5,
    random: seededRandom(5),
    manifests: true,
  });
}

/** A seeded tree, and places for a backup and for what is restored from it. */
async function withPlaces(
  run: (places: { tree: string; out: string; back: string; all: TempTree }) => Promise<void>,
) {
  await using all = await createTempTree();
  const [tree, out, back] = [all.path('tree'), all.path('out'), all.path('back')];
  await Promise.all([tree, back].map((path) => mkdir(path)));
  await seed(tree);
  await run({ tree, out, back, all });
}

/** Every picture in the order of its list, and what is damaged. */
async function contents(root: string) {
  const engine = await openEngine(treeConfig({ outputDir: root }), { log: silentLog });
  const { catalog, blobs, storage } = engine;
  const entries: Entry[] = [];
  const verify = createVerify({ catalog, blobs, storage, decoder, sniff: sniffMime, legacyTz: 'UTC' });
  const report = await verify.run({ ...unstopped, progress: (entry) => entries.push(entry) });
  const records = entries.map((entry) => entry.record());
  await engine.close();
  return { entries, records, report };
}

describe('kiroku backup and restore', () => {
  it('gives the same lists in an empty folder, and every file is what it was', async () => {
    await withPlaces(async ({ tree, out, back }) => {
      const wanted = await contents(tree);
      const made = await kiroku(tree, ['backup', '--out', out, '--json']);
      expect(made, made.told).toMatchObject({
        code: 0,
        report: { pictures: PICTURES, copied: PICTURES, owners: OWNERS, gone: 0, found: [] },
      });
      const restored = await kiroku(back, ['restore', out, '--json']);
      expect(restored, restored.told).toMatchObject({
        code: 0,
        report: { pictures: PICTURES, restored: PICTURES, there: 0, found: [] },
      });
      const found = await contents(back);
      expect(found.report).toMatchObject({ pictures: PICTURES, found: [] });
      expect(found.records).toEqual(wanted.records);
      const again = await kiroku(back, ['restore', out, '--json']);
      expect(again).toMatchObject({ code: 0, report: { restored: 0, there: PICTURES } });
    });
  }, 600_000);

  it('copies only what is new the second time, and keeps what the tree lost', async () => {
    await withPlaces(async ({ tree, out, back }) => {
      const { entries } = await contents(tree);
      const tried = await kiroku(tree, ['backup', '--out', out, '--json', '--dry-run']);
      expect(tried.report).toMatchObject({ copied: PICTURES });
      await expect(stat(out)).rejects.toMatchObject({ code: 'ENOENT' });
      await kiroku(tree, ['backup', '--out', out]);
      const [gone, other] = entries;
      if (gone === undefined || other === undefined) throw new Error('too few');
      const engine = await openEngine(treeConfig({ outputDir: tree }), { log: silentLog });
      const { catalog, blobs } = engine;
      await blobs.remove(originalKey(gone, gone.ext));
      await catalog.commit(gone.owner, { op: 'purge', kind: gone.kind, id: gone.id });
      const { kind, id } = other;
      const change = (current: ReturnType<Entry['record']>) => ({ ...current, tags: ['later'] });
      await catalog.commit(other.owner, { op: 'edit', kind, id, change });
      await engine.close();
      const second = await kiroku(tree, ['backup', '--out', out, '--json']);
      expect(second).toMatchObject({
        code: 0,
        report: { pictures: PICTURES - 1, copied: 0, bytes: 0, gone: 1 },
      });
      await kiroku(back, ['restore', out]);
      expect((await contents(back)).records).toEqual((await contents(tree)).records);
      const all = await kiroku(back, ['restore', out, '--gone', '--json']);
      expect(all).toMatchObject({ code: 0, report: { restored: 1, there: PICTURES - 1 } });
    });
  });

  it('holds everything that was acknowledged before it began, while a server works', async () => {
    await withPlaces(async ({ tree, out, back }) => {
      const running = await startTree({ outputDir: tree });
      const client = running.client('zoe');
      const before: string[] = [];
      const upload = async (seed: number): Promise<string> => {
        const picture = new Uint8Array(await pngPicture({ seed, width: 8, height: 8 }));
        const answer = await client.upload(picture);
        if (!answer.ok) throw new Error(`refused: ${answer.status}`);
        const { id }: { id: string } = JSON.parse(await answer.text());
        return id;
      };
      for (let seed = 0; seed < 5; seed += 1) before.push(await upload(seed));
      let stop = false;
      const after = (async () => {
        for (let seed = 100; !stop; seed += 1) await upload(seed);
      })();
      const made = await kiroku(tree, ['backup', '--out', out, '--json'], { ADMIN_TOKEN });
      stop = true;
      await after;
      await running.stop();
      expect(made, made.told).toMatchObject({ code: 0, report: { found: [] } });
      expect(await kiroku(back, ['restore', out])).toMatchObject({ code: 0 });
      const { records, report } = await contents(back);
      expect(report.found).toEqual([]);
      const ids = new Set<string>(records.map(({ id }) => id));
      expect(before.filter((id) => !ids.has(id))).toEqual([]);
    });
  });

  it('tells what is missing or damaged in it, restores the rest, and overwrites nothing', async () => {
    await withPlaces(async ({ tree, out, back }) => {
      await kiroku(tree, ['backup', '--out', out]);
      const { entries, records } = await contents(tree);
      const [lost, flipped, small, mine] = entries;
      if (!lost || !flipped || !small || !mine || mine.thumb === null) throw new Error('too few');
      const file = (key: string) => join(out, 'files', key);
      await rm(file(originalKey(lost, lost.ext)));
      const bytes = await readFile(file(originalKey(flipped, flipped.ext)));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await writeFile(file(originalKey(flipped, flipped.ext)), bytes);
      await writeFile(file(thumbKey(small, 'webp')), 'none');
      const days = await readdir(join(out, 'records', mine.owner, 'generated'));
      const [day = ''] = days.sort().slice(-1);
      await rm(join(out, 'records', mine.owner, 'generated', day));
      const inDay = entries.filter((entry) => entry.owner === mine.owner && entry.kind === 'generated');
      const away = inDay.filter((entry) => `${entry.day.replaceAll('/', '-')}.jsonl` === day).length;

      const restored = await kiroku(back, ['restore', out, '--json']);
      expect(restored.code).toBe(1);
      const found = restored.report?.['found'];
      expect(found).toHaveLength(4);
      expect(found).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ id: lost.id, trouble: 'original_missing' }),
          expect.objectContaining({ id: flipped.id, trouble: 'original_changed' }),
          expect.objectContaining({ id: small.id, trouble: 'thumbnail_missing' }),
          expect.objectContaining({
            id: null,
            day: day.slice(0, 10).replaceAll('-', '/'),
            trouble: 'records_missing',
          }),
        ]),
      );
      expect(restored.report).toMatchObject({ restored: records.length - away - 2 });
    });
  });

  it('is checked by itself, and mends what it has when it is asked to look at that', async () => {
    await withPlaces(async ({ tree, out, back }) => {
      await kiroku(tree, ['backup', '--out', out]);
      // from anywhere: the tree is not needed
      const sound = await kiroku(back, ['backup', '--out', out, '--check', '--json']);
      expect(sound, sound.told).toMatchObject({
        code: 0,
        report: { pictures: PICTURES, unfinished: false, found: [] },
      });
      const { entries } = await contents(tree);
      const [entry] = entries;
      if (entry === undefined) throw new Error('no picture');
      const path = `files/${originalKey(entry, entry.ext)}`;
      const bytes = await readFile(join(out, path));
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      await rm(join(out, path));
      await writeFile(join(out, path), bytes);
      const found = await kiroku(tree, ['backup', '--out', out, '--check', '--json']);
      expect(found).toMatchObject({ code: 1, report: { found: [{ path, trouble: 'changed' }] } });
      expect(await kiroku(tree, ['backup', '--out', out, '--check', '--verify-existing'])).toMatchObject({
        code: 2,
      });
      const mended = await kiroku(tree, ['backup', '--out', out, '--verify-existing', '--json']);
      expect(mended).toMatchObject({ code: 0, report: { copied: 1, mended: 1 } });
      expect(await kiroku(tree, ['backup', '--out', out, '--check'])).toMatchObject({ code: 0 });
    });
  });

  it('is refused for what is no tree, no backup, another tree’s, or inside of the tree', async () => {
    await withPlaces(async ({ tree, out, back, all }) => {
      await kiroku(tree, ['backup', '--out', out]);
      const elsewhere = all.path('elsewhere');
      await mkdir(elsewhere);
      await writeFile(join(elsewhere, 'notes.txt'), 'mine');
      const other = all.path('other');
      await mkdir(other);
      await seed(other);
      await writeFile(join(other, '.kiroku/volume.json'), JSON.stringify({ v: 1, id: 'ef'.repeat(16) }));
      const calls: [string, string[], number, string][] = [
        [back, ['backup', '--out', all.path('new')], 3, 'volume.json'],
        [tree, ['backup', '--out', elsewhere], 2, 'neither empty nor a backup'],
        [other, ['backup', '--out', out], 2, 'another tree'],
        [tree, ['backup', '--out', join(tree, 'copy')], 2, 'inside of OUTPUT_DIR'],
        [tree, ['backup', '--out', join(tree, 'users/copy'), '--dry-run'], 2, 'inside of OUTPUT_DIR'],
        [tree, ['backup'], 2, '--out'],
        [tree, ['backup', '--out', out, '--from', '2026-02-30'], 2, 'no day'],
        [back, ['restore', elsewhere], 2, 'no backup'],
        [elsewhere, ['restore', out], 3, 'volume.json'],
        [back, ['restore', tree], 2, 'no backup'],
      ];
      for (const [root, args, code, words] of calls) {
        const refused = await kiroku(root, args);
        expect(refused, `${args.join(' ')}: ${refused.told}`).toMatchObject({ code, out: '' });
        expect(refused.told).toContain(words);
      }
      expect(await readdir(elsewhere)).toEqual(['notes.txt']);
      expect(await readdir(tree)).not.toContain('copy');
    });
  });

  it('takes day folders and owners apart, and becomes the volume that is asked for', async () => {
    await withPlaces(async ({ tree, out, back }) => {
      const { entries } = await contents(tree);
      const days = [...new Set(entries.map(({ day }) => day))].sort();
      const [from = '', to = ''] = [days[2], days[3]];
      const span = ['--from', from.replaceAll('/', '-'), '--to', to.replaceAll('/', '-')];
      const owner = entries[0]?.owner ?? '';
      const wanted = entries.filter((entry) => entry.owner === owner && entry.day >= from && entry.day <= to);
      const made = await kiroku(tree, ['backup', '--out', out, '--owner', owner, ...span, '--json']);
      expect(made).toMatchObject({ code: 0, report: { pictures: wanted.length } });
      const volume = JSON.parse(await readFile(join(tree, '.kiroku/volume.json'), 'utf8')).id;
      const restored = await kiroku(back, ['restore', out, '--json'], { VOLUME_ID: volume });
      expect(restored, restored.told).toMatchObject({
        code: 0,
        report: { restored: wanted.length, found: [] },
      });
      expect(JSON.parse(await readFile(join(back, '.kiroku/volume.json'), 'utf8')).id).toBe(volume);
    });
  });

  it('is one at a time', async () => {
    await withPlaces(async ({ tree, out }) => {
      await mkdir(join(out, '.kiroku'), { recursive: true });
      const lock = await createNodeStorage(out).lock('.kiroku/lock');
      const refused = await kiroku(tree, ['backup', '--out', out]);
      expect(refused).toMatchObject({ code: 3, out: '' });
      expect(refused.told).toContain('Another command');
      await lock?.release();
      const both = backupOf(createNodeStorage(tree), createNodeStorage(out));
      const ends = await Promise.allSettled([both.run(unstopped), both.run(unstopped)]);
      expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });
  });
});
