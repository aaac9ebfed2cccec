import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { startOfDay } from '../../src/domain/day.ts';
import { dayFolder, originalKey, thumbKey } from '../../src/domain/key.ts';
import { KINDS } from '../../src/domain/kind.ts';
import type { Decoder } from '../../src/media/decoder.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { age } from '../support/drop.ts';
import { jpegPicture, pngPicture, truncated, webpPicture } from '../support/pictures.ts';
import {
  alice,
  dayNamed,
  drop,
  findingsOf,
  openRig,
  placeFor,
  today,
  withRig,
} from '../support/reconcile-rig.ts';

const HEX = '0123456789abcdef0123456789abcdef';

describe('a dropped file', () => {
  it.each(KINDS)('becomes a picture of kind %s, byte for byte, and its name goes', async (kind) => {
    await withRig(async (rig, tree) => {
      const bytes = await pngPicture({ seed: 4 });
      const path = await drop(tree, 'my picture (1).PNG', bytes, dayFolder(alice, kind, today()));
      const report = await rig.reconcile.day(placeFor(alice, today(), kind));
      expect(report).toMatchObject({ adopted: 1, waiting: 0 });
      const [entry, ...others] = await rig.all(alice);
      expect(others).toEqual([]);
      const record = entry?.record();
      expect(record).toMatchObject({ kind, source: 'watch', original_filename: 'my picture (1).PNG' });
      expect(record?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      if (entry === undefined) throw new Error('no entry');
      expect(await readFile(tree.path(originalKey(entry, entry.ext)))).toEqual(bytes);
      await expect(stat(path)).rejects.toThrow(/ENOENT/);
      await stat(tree.path(thumbKey(entry, 'webp')));
    });
  });

  it('is left where it lies in a folder of a day that no record can have', async () => {
    await withRig(async (rig, tree) => {
      const folder = dayFolder(alice, 'generated', dayNamed('1969/06/01'));
      const path = await drop(tree, 'early.png', await pngPicture({ seed: 1 }), folder);
      await age(path, 3_600);
      const report = await rig.reconcile.full(new AbortController().signal);
      expect(report).toMatchObject({ adopted: 0, folders: 0 });
      expect(await rig.all(alice)).toEqual([]);
      await stat(path);
      expect(await findingsOf(rig)).toContain('foreign_entry left');
    });
  });

  it('takes its time from the file where that falls on its day, else from the day', async () => {
    await withRig(async (rig, tree) => {
      const day = dayNamed('2026/03/05');
      const folder = dayFolder(alice, 'generated', day);
      const within = await drop(tree, 'within.png', await pngPicture({ seed: 1 }), folder);
      const outside = await drop(tree, 'outside.png', await pngPicture({ seed: 2 }), folder);
      const at = startOfDay(day) + 12 * 3_600_000 + 34_000;
      await utimes(within, at / 1000, at / 1000);
      await utimes(outside, 1_000_000, 1_000_000);
      await rig.reconcile.day(placeFor(alice, day));
      const times = (await rig.all(alice)).map((entry) => [
        entry.record().original_filename,
        entry.createdAt,
      ]);
      expect(Object.fromEntries(times)).toEqual({ 'within.png': at, 'outside.png': startOfDay(day) });
    });
  });

  it('is waited for while its end is missing, however long its writer pauses (W4)', async () => {
    await withRig(async (rig, tree) => {
      for (const [name, bytes] of [
        ['a.png', await pngPicture({ width: 300, height: 200 })],
        ['b.jpg', await jpegPicture({ width: 300, height: 200 })],
        ['c.webp', await webpPicture({ width: 300, height: 200 })],
      ] as const) {
        const path = await drop(tree, name, bytes.subarray(0, bytes.length / 2));
        await age(path, 120);
        const half = await rig.reconcile.day(placeFor(alice));
        expect(half).toMatchObject({ adopted: 0, waiting: 1 });
        expect(half.again).toBeLessThanOrEqual(30_000);
        await writeFile(path, bytes);
        expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 1, waiting: 0 });
      }
      expect(await rig.findings()).toEqual([]);
    });
  });

  it('is taken once when a crash kept its name, and the name goes then (D13)', async () => {
    await withRig(async (rig, tree) => {
      const bytes = await pngPicture();
      const path = await drop(tree, 'kept.png', bytes);
      const before = await stat(path, { bigint: true });
      const stuck = await openRig(tree.root, {
        wrap: (storage) => ({
          ...storage,
          async unlink(name) {
            if (name.endsWith('kept.png')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
            await storage.unlink(name);
          },
        }),
      });
      await stuck.reconcile.day(placeFor(alice));
      expect(await stuck.all(alice)).toHaveLength(1);
      await stuck.close();
      expect((await stat(path, { bigint: true })).ino).toBe(before.ino);
      await rig.close();
      const again = await openRig(tree.root);
      expect(await again.all(alice)).toHaveLength(1);
      await again.reconcile.day(placeFor(alice));
      expect(await again.all(alice)).toHaveLength(1);
      await expect(stat(path)).rejects.toThrow(/ENOENT/);
      await again.close();
    });
  });

  it('is taken once when its record was committed and its sidecar could not be written yet', async () => {
    const failing = { on: false };
    await withRig(
      async (rig, tree) => {
        await drop(tree, 'first.png', await pngPicture({ seed: 1 }));
        await rig.reconcile.day(placeFor(alice));
        const path = await drop(tree, 'second.png', await pngPicture({ seed: 2 }));
        failing.on = true;
        expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 0, waiting: 1 });
        failing.on = false;
        await rig.reconcile.day(placeFor(alice));
        expect(await rig.all(alice)).toHaveLength(2);
        await expect(stat(path)).rejects.toThrow(/ENOENT/);
      },
      {
        wrap: (storage) => ({
          ...storage,
          async rename(from, to) {
            if (failing.on && to.endsWith('.json'))
              throw Object.assign(new Error('EIO: rename'), { code: 'EIO' });
            await storage.rename(from, to);
          },
        }),
      },
    );
  });

  it('that changes while it is copied is copied again', async () => {
    const inner = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 10, thumbSize: 64 });
    const [first, second] = [await pngPicture({ seed: 1 }), await pngPicture({ seed: 2 })];
    let path = '';
    const decoder: Decoder = {
      ...inner,
      async decode(source, signal) {
        const image = await inner.decode(source, signal);
        if (path !== '') await writeFile(path, second);
        path = '';
        return image;
      },
    };
    await withRig(
      async (rig, tree) => {
        path = await drop(tree, 'busy.png', first);
        expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 0, waiting: 1 });
        expect(await rig.all(alice)).toEqual([]);
        expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 1 });
        const sha256 = createHash('sha256').update(second).digest('hex');
        expect((await rig.all(alice)).map((entry) => entry.record().sha256)).toEqual([sha256]);
        expect(await readdir(tree.path('.kiroku/staging'))).toEqual([]);
      },
      { decoder },
    );
  });

  it('that changes between its commit and its removal stays, and becomes another picture', async () => {
    await withRig(async (rig, tree) => {
      const second = await pngPicture({ seed: 2 });
      const path = await drop(tree, 'busy.png', await pngPicture({ seed: 1 }));
      const stop = rig.catalog.onChange(() => writeFileSync(path, second));
      await rig.reconcile.day(placeFor(alice));
      stop();
      expect(await readFile(path)).toEqual(second);
      expect(await rig.all(alice)).toHaveLength(1);
      await rig.reconcile.day(placeFor(alice));
      expect(await rig.all(alice)).toHaveLength(2);
      await expect(stat(path)).rejects.toThrow(/ENOENT/);
    });
  });

  it('that changes after it was taken is another picture', async () => {
    await withRig(async (rig, tree) => {
      await drop(tree, 'again.png', await pngPicture({ seed: 1 }));
      await rig.reconcile.day(placeFor(alice));
      await drop(tree, 'again.png', await pngPicture({ seed: 2 }));
      await rig.reconcile.day(placeFor(alice));
      expect(await rig.all(alice)).toHaveLength(2);
    });
  });

  it('is left alone and told of once when it is no picture of ours', async () => {
    await withRig(
      async (rig, tree) => {
        const png = await pngPicture({ width: 200, height: 200 });
        const broken = Buffer.from(png);
        broken.fill(0x55, 200, 900);
        const files = {
          'notes.txt': Buffer.from('hello'),
          'manifest.json': Buffer.from('[]'),
          'empty.png': Buffer.alloc(0),
          'broken.png': broken,
          'large.png': Buffer.concat([png, Buffer.alloc(600_000)]),
          'cut.png': truncated(png, 0.5),
          [`${HEX}.gif`]: Buffer.from('GIF89a'),
        };
        for (const [name, bytes] of Object.entries(files)) await age(await drop(tree, name, bytes), 3_600);
        await rig.reconcile.day(placeFor(alice));
        await rig.reconcile.full(new AbortController().signal);
        const told = (await rig.findings()).map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).sort();
        expect(told).toEqual(Object.keys(files).sort());
        for (const [name, bytes] of Object.entries(files)) {
          expect(await readFile(tree.path(dayFolder(alice, 'generated', today()), name))).toEqual(bytes);
        }
        expect(await rig.all(alice)).toEqual([]);
        const restarted = await openRig(tree.root);
        await restarted.reconcile.full(new AbortController().signal);
        expect(await restarted.findings()).toHaveLength(told.length);
        await restarted.close();
      },
      { maxBytes: 500_000 },
    );
  });

  it('may have any name that a file system takes', async () => {
    await withRig(async (rig, tree) => {
      const names = [
        '..png',
        'a\nb.png',
        '名前.png',
        '기록.png',
        ' leading and trailing .png ',
        '"quotes\' and $(things)`.png',
        '%2e%2e%2f.png',
        `${'x'.repeat(251)}.png`,
        '\u202egnp.exe',
        '-rf',
        `${HEX.toUpperCase()}.png`,
        'con.png',
        'no extension',
      ];
      for (const [seed, name] of names.entries()) {
        await age(await drop(tree, name, await pngPicture({ seed: seed + 1 })), 300);
      }
      const folder = Buffer.from(tree.path(dayFolder(alice, 'generated', today())));
      const raw = Buffer.concat([folder, Buffer.from('/not utf-8 \xff.png', 'latin1')]);
      await writeFile(raw, await pngPicture({ seed: 99 }));
      const report = await rig.reconcile.day(placeFor(alice));
      expect(report.adopted).toBe(names.length);
      expect(await findingsOf(rig)).toEqual(['foreign_entry left']);
      const left = await readdir(folder, { encoding: 'buffer' });
      const strange = left.filter(
        (name) => !/^(?:[0-9a-z]{26}\.(?:png|json)|thumb)$/.test(name.toString('latin1')),
      );
      expect(strange).toHaveLength(1);
    });
  });

  it('with a name that its writer means to change is left to it for a minute', async () => {
    await withRig(async (rig, tree) => {
      const bytes = await pngPicture();
      const path = await drop(tree, '.picture.png.Xa81kd', bytes);
      expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 0, waiting: 1 });
      await age(path, 61);
      expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ adopted: 1, waiting: 0 });
    });
  });

  it('waits in its place while the disk is full', async () => {
    let full = true;
    await withRig(
      async (rig, tree) => {
        for (const seed of [1, 2, 3, 4, 5]) await drop(tree, `${seed}.png`, await pngPicture({ seed }));
        const report = await rig.reconcile.day(placeFor(alice));
        expect(report.adopted).toBe(0);
        expect(report.again).toBeGreaterThan(0);
        expect(await readdir(tree.path(dayFolder(alice, 'generated', today())))).toHaveLength(5);
        full = false;
        expect((await rig.reconcile.day(placeFor(alice))).adopted).toBe(5);
      },
      {
        wrap: (storage) => ({
          ...storage,
          async open(path, mode, permissions) {
            if (full && mode === 'create') throw Object.assign(new Error('ENOSPC: full'), { code: 'ENOSPC' });
            return storage.open(path, mode, permissions);
          },
        }),
      },
    );
  });
});
