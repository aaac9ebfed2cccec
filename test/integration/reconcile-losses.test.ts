import { chmod, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dayFolder, originalKey, sidecarKey } from '../../src/domain/key.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, drop, findingsOf, placeFor, stateOf, today, withRig } from '../support/reconcile-rig.ts';

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

  it('is not taken for lost while it is we who remove it: the purge takes its sidecar too', async () => {
    await withRig(async (rig, tree) => {
      const lost = await rig.add(alice, await pngPicture());
      const { id, kind } = lost;
      const sidecar = tree.path(sidecarKey(lost));
      const seen: object = JSON.parse(await readFile(sidecar, 'utf8'));
      const time = new Date(0).toISOString();
      const mark = { status: 'trash', trashed_at: time, purging: time } as const;
      const change = (current: PictureRecord) => ({ ...current, ...mark });
      await rig.catalog.commit(alice, { op: 'edit', kind, id, change });
      // an editor that has opened it before, and saves it now
      await writeFile(sidecar, JSON.stringify({ ...seen, tags: ['kept'], rev: 9 }));
      await rig.reconcile.day(placeFor(alice), { full: true });
      expect((await rig.catalog.find(alice, kind, id))?.record()).toMatchObject(mark);
      await unlink(tree.path(originalKey(lost, lost.ext)));
      await rig.reconcile.recent(new AbortController().signal);
      await rig.reconcile.day(placeFor(alice), { full: true });
      expect(await findingsOf(rig)).toEqual([]);
      await rig.catalog.commit(alice, { op: 'purge', kind, id });
      expect(await rig.all(alice)).toEqual([]);
      await expect(stat(sidecar)).rejects.toMatchObject({ code: 'ENOENT' });
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
