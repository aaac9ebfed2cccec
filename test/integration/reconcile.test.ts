import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dayOf, startOfDay } from '../../src/domain/day.ts';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { dayFolder, originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { KINDS } from '../../src/domain/kind.ts';
import type { Owner } from '../../src/domain/owner.ts';
import { createTempTree, dropInto, plantForeign, type TempTree } from '../support/drop.ts';
import { jpegPicture, pngPicture, truncated, webpPicture } from '../support/pictures.ts';
import {
  dayNamed,
  openRig,
  ownerNamed,
  pictureId,
  placeFor,
  type Rig,
  type RigOptions,
} from '../support/reconcile-rig.ts';

const alice = ownerNamed('alice');
const HEX = '0123456789abcdef0123456789abcdef';
const today = () => dayOf(Date.now());

/** A tree, a rig on it, and the end of both. */
async function withRig(
  run: (rig: Rig, tree: TempTree) => Promise<void>,
  options: RigOptions = {},
): Promise<void> {
  await using tree = await createTempTree();
  const rig = await openRig(tree.root, options);
  try {
    await run(rig, tree);
  } finally {
    await rig.close();
  }
}

/** Drops a file as another program would; resolves with its path. */
async function drop(
  tree: TempTree,
  name: string,
  bytes: Uint8Array,
  folder = dayFolder(alice, 'generated', today()),
) {
  const path = await dropInto(tree.path(folder), name, bytes);
  return path;
}

async function age(path: string, seconds: number): Promise<void> {
  const at = Date.now() / 1000 - seconds;
  await utimes(path, at, at);
}

async function readJson(path: string): Promise<JsonObject> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isJsonObject(value)) throw new Error('not an object');
  return value;
}

/** What the catalog says, and what a catalog made from the sidecars alone says: they must agree. */
async function stateOf(rig: Rig, owner: Owner = alice): Promise<string[]> {
  return (await rig.all(owner)).map((entry) => Buffer.from(entry.publicJson).toString('utf8'));
}

async function findingsOf(rig: Rig): Promise<string[]> {
  return (await rig.findings()).map(({ finding, action }) => `${finding} ${action}`);
}

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

  it('keeps the thumbnail that the earlier system made', async () => {
    await withRig(async (rig, tree) => {
      const path = await drop(tree, `${HEX}.png`, await pngPicture());
      await age(path, 3_600);
      const thumb = await jpegPicture({ width: 20, height: 15 });
      await dropInto(tree.path(dayFolder(alice, 'generated', today()), 'thumb'), `${HEX}.jpg`, thumb);
      await rig.reconcile.day(placeFor(alice));
      const [entry] = await rig.all(alice);
      expect(entry?.record()).toMatchObject({ thumb: `thumb/${HEX}.jpg`, thumb_bytes: thumb.length });
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

describe('a sidecar changed from outside', () => {
  it('is taken as the next version', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const path = tree.path(sidecarKey(entry));
      const record = await readJson(path);
      await writeFile(
        path,
        JSON.stringify({ ...record, rev: 7, tags: ['from outside'], mine: { x: 1 } }, null, 2),
      );
      expect(await rig.reconcile.day(placeFor(alice))).toMatchObject({ corrected: 1 });
      const [taken] = await rig.all(alice);
      expect(taken?.record()).toMatchObject({ rev: 8, tags: ['from outside'], extra: { mine: { x: 1 } } });
      expect(await readJson(path)).toMatchObject({ rev: 8, tags: ['from outside'], mine: { x: 1 } });
      expect(await rig.reconcile.day(placeFor(alice), { full: true })).toMatchObject({ corrected: 0 });
      expect(await findingsOf(rig)).toEqual(['sidecar_edited taken']);
    });
  });

  it('may trash and restore, and never says what the bytes are', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const path = tree.path(sidecarKey(entry));
      const record = await readJson(path);
      const lies = { sha256: 'f'.repeat(64), bytes: 1, owner: 'bob', created_at: '2020-01-01T00:00:00.000Z' };
      await writeFile(path, JSON.stringify({ ...record, ...lies, status: 'trash' }));
      await rig.reconcile.day(placeFor(alice));
      const [trashed] = await rig.all(alice);
      expect(trashed?.record()).toMatchObject({
        status: 'trash',
        trashed_at: expect.stringMatching(/Z$/),
        sha256: entry.record().sha256,
        bytes: entry.record().bytes,
        created_at: entry.record().created_at,
        owner: 'alice',
      });
      await writeFile(path, JSON.stringify({ ...record, status: 'active' }));
      await rig.reconcile.day(placeFor(alice));
      expect((await rig.all(alice))[0]?.record()).toMatchObject({ status: 'active', trashed_at: null });
    });
  });

  it('gives way when it cannot be read, and is kept aside', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const path = tree.path(sidecarKey(entry));
      for (const [n, bad] of ['{"half":', '[]', JSON.stringify({ v: 99 })].entries()) {
        await writeFile(path, bad);
        expect(await rig.reconcile.day(placeFor(alice), { full: true })).toMatchObject({ waiting: 1 });
        await age(path, 30);
        expect(await rig.reconcile.day(placeFor(alice), { full: true })).toMatchObject({ corrected: 1 });
        expect(await readJson(path)).toMatchObject({ id: entry.id, rev: n + 2 });
        const aside = await readdir(tree.path('.kiroku/aside'));
        const kept = await Promise.all(
          aside.map((name) => readFile(tree.path('.kiroku/aside', name), 'utf8')),
        );
        expect(kept).toContain(bad);
      }
    });
  });

  it('is not mistaken for one while we ourselves change the picture', async () => {
    await withRig(async (rig) => {
      const entry = await rig.add(alice, await pngPicture());
      let stop = false;
      const edits = (async () => {
        for (let n = 0; n < 60; n += 1) {
          await rig.catalog.commit(alice, {
            op: 'edit',
            kind: 'generated',
            id: entry.id,
            change: (current) => ({ ...current, tags: [`${n}`] }),
          });
        }
        stop = true;
      })();
      while (!stop) await rig.reconcile.day(placeFor(alice), { full: true });
      await edits;
      expect((await rig.all(alice))[0]?.record()).toMatchObject({ rev: 61, tags: ['59'] });
      expect(await rig.findings()).toEqual([]);
    });
  });

  it('makes a picture known that was restored from elsewhere', async () => {
    await using source = await createTempTree();
    const from = await openRig(source.root);
    const entry = await from.add(alice, await pngPicture());
    await from.close();
    await withRig(async (rig, tree) => {
      const folder = dayFolder(alice, 'generated', entry.day);
      await dropInto(tree.path(folder), `${entry.id}.json`, await readFile(source.path(sidecarKey(entry))));
      await rig.reconcile.day(placeFor(alice, entry.day));
      expect(await rig.all(alice)).toEqual([]);
      await dropInto(
        tree.path(folder),
        `${entry.id}.png`,
        await readFile(source.path(originalKey(entry, 'png'))),
      );
      expect(await rig.reconcile.day(placeFor(alice, entry.day))).toMatchObject({ corrected: 1 });
      expect((await rig.all(alice))[0]?.record()).toEqual(entry.record());
      expect(await findingsOf(rig)).toEqual(['sidecar_restored taken']);
    });
  });
});

describe('what was taken away from outside (W6)', () => {
  it('is dropped from the lists when it was an original, with its sidecar left', async () => {
    await withRig(async (rig, tree) => {
      const kept = await rig.add(alice, await pngPicture({ seed: 1 }));
      const lost = await rig.add(alice, await pngPicture({ seed: 2 }));
      await unlink(tree.path(originalKey(lost, lost.ext)));
      await rig.reconcile.recent(new AbortController().signal);
      expect((await rig.all(alice)).map(({ id }) => id)).toEqual([kept.id]);
      await stat(tree.path(sidecarKey(lost)));
      expect(await findingsOf(rig)).toEqual(['original_missing dropped']);
    });
  });

  it('is nothing when it was a thumbnail', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      await rm(tree.path(dayFolder(alice, 'generated', entry.day), 'thumb'), { recursive: true });
      expect(await rig.reconcile.day(placeFor(alice), { full: true })).toMatchObject({ corrected: 0 });
      expect(await rig.all(alice)).toHaveLength(1);
    });
  });

  it('is a whole day when the folder went', async () => {
    await withRig(async (rig, tree) => {
      const old = Date.parse('2026-02-03T10:00:00.000Z');
      const kept = await rig.add(alice, await pngPicture({ seed: 1 }), { createdAt: old + 86_400_000 });
      await rig.add(alice, await pngPicture({ seed: 2 }), { createdAt: old });
      await rig.add(alice, await pngPicture({ seed: 3 }), { createdAt: old, kind: 'input' });
      await rig.add(alice, await pngPicture({ seed: 4 }));
      const { signal } = new AbortController();
      await rig.reconcile.recent(signal);
      await rm(tree.path(dayFolder(alice, 'generated', today())), { recursive: true });
      await rig.reconcile.recent(signal);
      expect(await rig.all(alice)).toHaveLength(3);
      await rm(tree.path('users/alice/2026/02/03'), { recursive: true });
      await rm(tree.path('users/alice/inputs'), { recursive: true });
      await rig.reconcile.full(signal);
      expect((await rig.all(alice)).map(({ id }) => id)).toEqual([kept.id]);
    });
  });

  it('is put back by whoever took it: the picture is known again', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const before = await stateOf(rig);
      const path = tree.path(originalKey(entry, entry.ext));
      const bytes = await readFile(path);
      await unlink(path);
      await rig.reconcile.day(placeFor(alice));
      expect(await rig.all(alice)).toEqual([]);
      await writeFile(path, bytes);
      await rig.reconcile.day(placeFor(alice));
      expect(await stateOf(rig)).toEqual(before);
    });
  });

  it('is not taken for lost when the volume does not answer', async () => {
    let present = true;
    await withRig(
      async (rig, tree) => {
        const entry = await rig.add(alice, await pngPicture());
        const { signal } = new AbortController();
        await rig.reconcile.recent(signal);
        await rm(tree.path(dayFolder(alice, 'generated', entry.day)), { recursive: true });
        present = false;
        await rig.reconcile.recent(signal);
        await rig.reconcile.full(signal);
        await rig.reconcile.day(placeFor(alice), { names: new Set([`${entry.id}.png`]) });
        expect(await rig.all(alice)).toHaveLength(1);
        expect(await rig.findings()).toEqual([]);
      },
      { present: async () => present },
    );
  });

  it('is not taken for lost when the volume goes between two looks at it', async () => {
    let answers = 1;
    await withRig(
      async (rig, tree) => {
        const entry = await rig.add(alice, await pngPicture());
        await unlink(tree.path(originalKey(entry, entry.ext)));
        answers = 1;
        await rig.reconcile.day(placeFor(alice));
        expect(await rig.all(alice)).toHaveLength(1);
      },
      {
        present: async () => {
          answers -= 1;
          return answers >= 0;
        },
      },
    );
  });

  it('is not taken for lost when a folder cannot be read, and the others get their look (D7)', async () => {
    const bad = dayFolder(alice, 'generated', today());
    const failing = { on: false };
    await withRig(
      async (rig, tree) => {
        await rig.add(alice, await pngPicture({ seed: 1 }));
        await drop(tree, 'other.png', await pngPicture({ seed: 2 }), dayFolder(alice, 'control', today()));
        failing.on = true;
        await rig.reconcile.full(new AbortController().signal);
        await rig.reconcile.full(new AbortController().signal);
        expect(await rig.all(alice)).toHaveLength(2);
        expect(await findingsOf(rig)).toEqual(['folder_unreadable left']);
      },
      {
        wrap: (storage) => ({
          ...storage,
          async readFolder(path) {
            if (failing.on && path === bad)
              throw Object.assign(new Error('EACCES: denied'), { code: 'EACCES' });
            return storage.readFolder(path);
          },
        }),
      },
    );
  });

  it('is told of, and nothing repaired, when an original has another length', async () => {
    await withRig(async (rig, tree) => {
      const entry = await rig.add(alice, await pngPicture());
      const path = tree.path(originalKey(entry, entry.ext));
      await chmod(path, 0o600);
      await writeFile(path, 'shorter');
      await rig.reconcile.full(new AbortController().signal);
      await rig.reconcile.full(new AbortController().signal);
      expect(await findingsOf(rig)).toEqual(['original_changed left']);
      expect(await readFile(path, 'utf8')).toBe('shorter');
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
      expect(pictureId(entry.id)).toBe(entry.id);
    });
  });
});
