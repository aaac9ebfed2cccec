import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { UnsettledError } from '../../src/domain/errors.ts';
import { dayFolder, originalKey, sidecarKey } from '../../src/domain/key.ts';
import { age, createTempTree, dropInto, readJson } from '../support/drop.ts';
import { pngPicture, webpPicture } from '../support/pictures.ts';
import { alice, findingsOf, openRig, placeFor, withRig } from '../support/reconcile-rig.ts';

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

  it('is not mistaken for one when we ourselves could not write it yet', async () => {
    const failing = { on: false };
    await withRig(
      async (rig, tree) => {
        const entry = await rig.add(alice, await pngPicture());
        failing.on = true;
        const edit = rig.catalog.commit(alice, {
          op: 'edit',
          kind: 'generated',
          id: entry.id,
          change: (current) => ({ ...current, tags: ['ours'] }),
        });
        await expect(edit).rejects.toThrow(UnsettledError);
        await rig.reconcile.day(placeFor(alice), { full: true });
        expect(await readJson(tree.path(sidecarKey(entry)))).toMatchObject({ tags: [] });
        failing.on = false;
        await rig.reconcile.day(placeFor(alice), { full: true });
        expect((await rig.all(alice))[0]?.record()).toMatchObject({ rev: 2, tags: ['ours'] });
        expect(await readJson(tree.path(sidecarKey(entry)))).toMatchObject({ rev: 2, tags: ['ours'] });
        expect(await rig.findings()).toEqual([]);
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

  it('makes a picture known that was restored from elsewhere', async () => {
    await using source = await createTempTree();
    const from = await openRig(source.root);
    const entry = await from.add(alice, await pngPicture());
    await from.close();
    await withRig(async (rig, tree) => {
      const other = await rig.add(alice, await webpPicture());
      const folder = dayFolder(alice, 'generated', entry.day);
      await dropInto(tree.path(folder), `${entry.id}.json`, await readFile(source.path(sidecarKey(entry))));
      await rig.reconcile.day(placeFor(alice, entry.day));
      expect(await rig.all(alice)).toHaveLength(1);
      await dropInto(
        tree.path(folder),
        `${entry.id}.png`,
        await readFile(source.path(originalKey(entry, 'png'))),
      );
      expect(await rig.reconcile.day(placeFor(alice, entry.day))).toMatchObject({ corrected: 1 });
      const restored = (await rig.all(alice)).find(({ id }) => id !== other.id);
      expect(restored?.record()).toEqual(entry.record());
      expect(await findingsOf(rig)).toEqual(['sidecar_restored taken']);
    });
  });
});
