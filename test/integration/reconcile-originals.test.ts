import { createHash } from 'node:crypto';
import { link, mkdir, readdir, readFile, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { stagingNameOf } from '../../src/blobs/staging-name.ts';
import { dayFolder, originalKey, sidecarKey } from '../../src/domain/key.ts';
import { age, createTempTree, dropInto, plantForeign, readJson } from '../support/drop.ts';
import { jpegPicture, pngPicture } from '../support/pictures.ts';
import {
  alice,
  dayNamed,
  drop,
  findingsOf,
  ownerNamed,
  placeFor,
  today,
  withRig,
} from '../support/reconcile-rig.ts';

const HEX = '0123456789abcdef0123456789abcdef';

describe('things that are none of ours (W5)', () => {
  it('are left alone, told of once, and block nothing', async () => {
    await withRig(async (rig, tree) => {
      const folder = tree.path(dayFolder(alice, 'generated', today()));
      const planted = await plantForeign(folder);
      await drop(tree, 'fine.png', await pngPicture());
      await mkdir(tree.path('users/Not An Owner'), { recursive: true });
      await writeFile(tree.path('users/alice/manifest.json'), '[]');
      await mkdir(tree.path('users/alice/2026/13/01'), { recursive: true });
      await rig.reconcile.full(new AbortController().signal);
      await rig.reconcile.full(new AbortController().signal);
      expect(await rig.all(alice)).toHaveLength(1);
      const names = await readdir(folder);
      expect(names).toEqual(expect.arrayContaining(planted.names));
      const told = (await rig.findings()).map(({ finding, path }) => `${finding} ${path}`).sort();
      const expected = [
        ...planted.names.map((name) => `foreign_entry ${dayFolder(alice, 'generated', today())}/${name}`),
        'foreign_entry users/Not An Owner',
        'foreign_entry users/alice/manifest.json',
        'foreign_entry users/alice/2026/13/01',
      ];
      expect(told).toEqual(expected.sort());
      await planted.release();
    });
  });

  it.each(['', '2026', '2026/11', '2026/11/21', 'inputs'])(
    'are not walked into: a link at "%s" costs nobody a file',
    async (at) => {
      await using elsewhere = await createTempTree();
      const day = dayNamed('2026/11/21');
      const kind = at === 'inputs' ? 'input' : 'generated';
      const inside = dayFolder(alice, kind, day);
      const link = `users/alice${at === '' ? '' : `/${at}`}`;
      const outside = await dropInto(
        elsewhere.path(inside.slice(link.length + 1)),
        'mine.png',
        await pngPicture(),
      );
      await writeFile(elsewhere.path('nobody-s-business.txt'), 'x');
      await withRig(async (rig, tree) => {
        await mkdir(dirname(tree.path(link)), { recursive: true });
        await symlink(elsewhere.root, tree.path(link));
        await rig.reconcile.day(placeFor(alice, day, kind));
        await rig.reconcile.day(placeFor(alice, day, kind), { names: new Set(['mine.png']) });
        await rig.reconcile.full(new AbortController().signal);
        await stat(outside);
        expect(await rig.all(alice)).toEqual([]);
        expect((await rig.findings()).map(({ finding, path }) => `${finding} ${path}`)).toEqual([
          `foreign_entry ${link}`,
        ]);
      });
    },
  );

  it('never take the place of a picture: a link under its name is not its loss', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const original = tree.path(originalKey(entry, entry.ext));
      await unlink(original);
      await mkdir(original);
      await rig.reconcile.day(placeFor(alice));
      expect(await rig.all(alice)).toHaveLength(1);
    });
  });
});

describe('an original without its sidecar', () => {
  it('under an id of the earlier system is taken in where it lies, once it is a minute old', async () => {
    await withRig(async (rig, tree) => {
      const bytes = await jpegPicture();
      const path = await drop(tree, `${HEX}.jpeg`, bytes);
      const early = await rig.reconcile.day(placeFor(alice));
      expect(early).toMatchObject({ adopted: 0, waiting: 1 });
      expect(early.again).toBeLessThanOrEqual(60_100);
      await age(path, 61);
      expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 1 });
      const [entry] = await rig.all(alice);
      expect(entry).toMatchObject({ id: HEX, ext: 'jpeg', thumb: 'webp' });
      expect(entry?.record()).toMatchObject({
        sha256: createHash('sha256').update(bytes).digest('hex'),
        mime: 'image/jpeg',
        width: 64,
        height: 48,
        thumb: `thumb/${HEX}.webp`,
        aspect_ratio: '4:3',
      });
      const folder = tree.path(dayFolder(alice, 'generated', today()));
      expect((await readdir(folder)).sort()).toEqual([`${HEX}.jpeg`, `${HEX}.json`, 'thumb']);
      expect(await readFile(path)).toEqual(bytes);
      expect(await findingsOf(rig)).toEqual(['original_adopted adopted']);
      expect(await readdir(tree.path('.kiroku/staging'))).toEqual([]);
    });
  });

  it.each([
    ['an id of the earlier system', HEX],
    ['an id of our own', '01jd0000000000000000000001'],
  ])('under %s is not judged while its staged name says that its record comes', async (_what, id) => {
    await withRig(async (rig, tree) => {
      const path = await drop(tree, `${id}.png`, await pngPicture());
      await age(path, 3_600);
      // as a transfer gives it to alice: a second name for a file that is as old as the picture
      const key = `${dayFolder(alice, 'generated', today())}/${id}.png`;
      const staged = tree.path('.kiroku/staging', stagingNameOf(key));
      await link(path, staged);
      expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 0 });
      expect(await rig.all(alice)).toEqual([]);
      expect(await rig.findings()).toEqual([]);
      await unlink(staged);
      await rig.reconcile.day(placeFor(alice));
      expect(await rig.findings()).toHaveLength(1);
    });
  });

  it('keeps the thumbnail that the earlier system made', async () => {
    await withRig(async (rig, tree) => {
      const path = await drop(tree, `${HEX}.png`, await pngPicture());
      await age(path, 3_600);
      const thumb = await jpegPicture({ width: 20, height: 15 });
      await dropInto(tree.path(dayFolder(alice, 'generated', today()), 'thumb'), `${HEX}.jpg`, thumb);
      await rig.reconcile.day(placeFor(alice));
      const [entry] = await rig.all(alice);
      expect(entry?.record()).toMatchObject({
        thumb: `thumb/${HEX}.jpg`,
        thumb_bytes: thumb.length,
        thumb_crc32: crc32(thumb).toString(16).padStart(8, '0'),
      });
    });
  });

  it('under an id of our own is only told of', async () => {
    await withRig(async (rig, tree) => {
      const path = await drop(tree, '01jd0000000000000000000001.png', await pngPicture());
      await rig.reconcile.day(placeFor(alice));
      expect(await findingsOf(rig)).toEqual([]);
      await age(path, 61);
      await rig.reconcile.day(placeFor(alice));
      await rig.reconcile.day(placeFor(alice));
      expect(await findingsOf(rig)).toEqual(['original_orphan left']);
      expect(await rig.all(alice)).toEqual([]);
      await stat(path);
    });
  });

  it('has it written again when the catalog knows the picture', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const before = await readJson(tree.path(sidecarKey(entry)));
      await unlink(tree.path(sidecarKey(entry)));
      expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ corrected: 1 });
      const after = await readJson(tree.path(sidecarKey(entry)));
      expect({ ...after, rev: 0, updated_at: '' }).toEqual({ ...before, rev: 0, updated_at: '' });
      expect(await findingsOf(rig)).toEqual(['sidecar_missing rewritten']);
    });
  });
});

describe('a second original under a known id', () => {
  it('is told of and left', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      await drop(tree, `${entry.id}.jpg`, await jpegPicture());
      await drop(tree, `${entry.id}.png`, await pngPicture(), dayFolder(alice, 'input', today()));
      await rig.reconcile.full(new AbortController().signal);
      expect(await findingsOf(rig)).toEqual(['original_stray left', 'original_stray left']);
      expect(await rig.all(alice)).toHaveLength(1);
    });
  });

  it('does not confuse pictures of another owner', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const bob = ownerNamed('bob');
      const path = await drop(
        tree,
        `${entry.id}.png`,
        await pngPicture(),
        dayFolder(bob, 'generated', today()),
      );
      await age(path, 3_600);
      await rig.reconcile.full(new AbortController().signal);
      expect(await rig.all(bob)).toEqual([]);
      expect(await findingsOf(rig)).toEqual(['original_orphan left']);
    });
  });
});
