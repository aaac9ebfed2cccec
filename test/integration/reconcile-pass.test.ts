import { readFile, rename, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/catalog/catalog.ts';
import { dayFolder, originalKey, sidecarKey } from '../../src/domain/key.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createTempTree, type TempTree } from '../support/drop.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, drop, findingsOf, openRig, ownerNamed, type Rig } from '../support/reconcile-rig.ts';

const { signal } = new AbortController();
const DAY = Date.parse('2026-02-03T10:00:00.000Z');
const SEEN = '.kiroku/index/alice.days';

/** An hour later than the files were written, so that their times prove something; counts what is opened and listed. */
function watched(storage: Storage): {
  readonly storage: Storage;
  readonly reads: { folders: number; files: number };
} {
  const reads = { folders: 0, files: 0 };
  const { bulk } = storage;
  if (bulk === undefined) throw new Error('the driver has no bulk reads');
  const counting: Storage = {
    ...storage,
    now: () => Date.now() + 3_600_000,
    readFolder(path) {
      if (path.includes('/2026/02/')) reads.folders += 1;
      return storage.readFolder(path);
    },
    open(path, mode, permissions) {
      if (mode === 'read' && path.startsWith('users/') && path.endsWith('.json')) reads.files += 1;
      return storage.open(path, mode, permissions);
    },
    bulk: {
      ...bulk,
      readFiles(folder, names, largest) {
        reads.files += names.length;
        return bulk.readFiles(folder, names, largest);
      },
    },
  };
  return { storage: counting, reads };
}

interface Pass {
  readonly rig: Rig;
  readonly tree: TempTree;
  readonly entries: readonly Entry[];
  /** What the last pass opened and listed. */
  pass(
    how?: 'full' | 'names',
  ): Promise<{ corrected: number; adopted: number; folders: number; files: number; listed: number }>;
}

/** Three pictures of two days, looked at once, so that nothing is left to be done. */
async function withPass(run: (pass: Pass) => Promise<void>): Promise<void> {
  await using tree = await createTempTree();
  let reads = { folders: 0, files: 0 };
  const rig = await openRig(tree.root, {
    wrap(plain) {
      const made = watched(plain);
      reads = made.reads;
      return made.storage;
    },
  });
  try {
    const entries: Entry[] = [];
    for (const [n, createdAt] of [DAY, DAY + 60_000, DAY + 86_400_000].entries()) {
      entries.push(await rig.add(alice, await pngPicture({ seed: n }), { createdAt }));
    }
    const pass: Pass['pass'] = async (how = 'full') => {
      reads.folders = 0;
      reads.files = 0;
      const { corrected, adopted, folders } = await rig.reconcile[how](signal);
      return { corrected, adopted, folders, files: reads.files, listed: reads.folders };
    };
    await pass();
    await run({ rig, tree, entries, pass });
  } finally {
    await rig.close();
  }
}

const first = (entries: readonly Entry[]): Entry => {
  const [entry] = entries;
  if (entry === undefined) throw new Error('no entry');
  return entry;
};

describe('a pass over a tree that did not change', () => {
  it('opens nothing and lists no day', async () => {
    await withPass(async ({ pass }) => {
      const nothing = { corrected: 0, adopted: 0, folders: 2, files: 0, listed: 0 };
      expect(await pass()).toEqual(nothing);
      expect(await pass('names')).toEqual(nothing);
      expect(await pass()).toEqual(nothing);
    });
  });

  it('also after a restart, and everything again when told to', async () => {
    await withPass(async ({ tree }) => {
      let reads = { folders: 0, files: 0 };
      const again = await openRig(tree.root, {
        wrap(plain) {
          const made = watched(plain);
          reads = made.reads;
          return made.storage;
        },
      });
      await again.reconcile.full(signal);
      expect(reads).toEqual({ folders: 0, files: 0 });
      await again.reconcile.full(signal, { owner: ownerNamed('bob'), afresh: true });
      expect(reads).toEqual({ folders: 0, files: 0 });
      await again.reconcile.full(signal, { owner: alice, afresh: true });
      expect(reads).toEqual({ folders: 2, files: 3 });
      await again.close();
    });
  });

  it.each([
    ['is damaged', (bytes: Buffer) => Buffer.from(bytes.toString().replace('generated', 'generated '))],
    ['is of a later version', () => Buffer.from('00000000 {"v":2}')],
    ['is empty', () => Buffer.alloc(0)],
  ])('looks at everything when what it remembers %s', async (_, damage) => {
    await withPass(async ({ tree, pass }) => {
      await writeFile(tree.path(SEEN), damage(await readFile(tree.path(SEEN))));
      expect(await pass()).toMatchObject({ corrected: 0, files: 3, listed: 2 });
      expect(await pass()).toMatchObject({ files: 0, listed: 0 });
    });
  });

  it('believes no folder whose files are too young', async () => {
    await using tree = await createTempTree();
    const rig = await openRig(tree.root);
    await rig.add(alice, await pngPicture(), { createdAt: DAY });
    await rig.reconcile.full(signal);
    expect(await readFile(tree.path(SEEN), 'utf8')).toContain('"generated/2026/02/03":""');
    await rig.close();
  });
});

describe('a pass finds what changed since the last one', () => {
  it('that a folder is gone which could not be looked into before', async () => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      const { owner, kind, day } = first(entries);
      const folder = tree.path(dayFolder(owner, kind, day));
      await rename(folder, tree.path('elsewhere'));
      await symlink(tree.path('elsewhere'), folder);
      // what lies behind a link is neither ours nor lost
      expect(await pass()).toMatchObject({ corrected: 0 });
      await unlink(folder);
      expect(await pass()).toMatchObject({ corrected: 2 });
      expect(await rig.all(alice)).toHaveLength(1);
      expect(await pass()).toMatchObject({ corrected: 0 });
      expect(await pass()).toMatchObject({ folders: 1, files: 0, listed: 0 });
    });
  });

  it('one of our own changes, which it proves once', async () => {
    await withPass(async ({ rig, entries, pass }) => {
      const { id } = first(entries);
      const edit = { op: 'edit', kind: 'generated', id } as const;
      await rig.catalog.commit(alice, { ...edit, change: (now) => ({ ...now, tags: ['ours'] }) });
      expect(await pass()).toMatchObject({ corrected: 0, files: 2, listed: 1 });
      expect(await pass()).toMatchObject({ corrected: 0, files: 0, listed: 0 });
    });
  });

  it('an edited sidecar, also of the same length and with its time set back', async () => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      const path = tree.path(sidecarKey(first(entries)));
      const { atime, mtime } = await stat(path);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('"favorite":false', '"favorite":true '));
      await utimes(path, atime, mtime);
      expect(await pass('names')).toMatchObject({ corrected: 0, files: 0 });
      expect(await pass()).toMatchObject({ corrected: 1 });
      expect((await rig.catalog.lookup(alice, first(entries).id))?.record().favorite).toBe(true);
    });
  });

  it.each(['full', 'names'] as const)('an original that is gone (%s)', async (how) => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      const entry = first(entries);
      await unlink(tree.path(originalKey(entry, entry.ext)));
      expect(await pass(how)).toMatchObject({ corrected: 1 });
      expect(await rig.all(alice)).toHaveLength(2);
      expect(await findingsOf(rig)).toEqual(['original_missing dropped']);
    });
  });

  it.each(['full', 'names'] as const)('a sidecar that is gone (%s)', async (how) => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      await unlink(tree.path(sidecarKey(first(entries))));
      expect(await pass(how)).toMatchObject({ corrected: 1 });
      await stat(tree.path(sidecarKey(first(entries))));
      expect(await findingsOf(rig)).toEqual(['sidecar_missing rewritten']);
    });
  });

  it.each(['full', 'names'] as const)('a day that is gone (%s)', async (how) => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      await rm(tree.path(dayFolder(alice, 'generated', first(entries).day)), { recursive: true });
      expect(await pass(how)).toMatchObject({ corrected: 2 });
      expect(await rig.all(alice)).toHaveLength(1);
      await pass(how);
      expect(await pass(how)).toMatchObject({ corrected: 0, folders: 1 });
    });
  });

  it.each(['full', 'names'] as const)('a dropped file (%s)', async (how) => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      const folder = dayFolder(alice, 'generated', first(entries).day);
      await drop(tree, 'dropped.png', await pngPicture({ seed: 9 }), folder);
      expect(await pass(how)).toMatchObject({ adopted: 1 });
      expect(await rig.all(alice)).toHaveLength(4);
      await drop(tree, 'notes.txt', Buffer.from('not a picture'), folder);
      await pass(how);
      expect((await findingsOf(rig)).at(-1)).toBe('file_refused left');
      // a name that is not ours is looked at every time
      expect(await pass(how)).toMatchObject({ listed: 1 });
    });
  });

  it('an original of another length', async () => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      const entry = first(entries);
      await writeFile(tree.path(originalKey(entry, entry.ext)), 'x', { flag: 'a' });
      expect(await pass()).toMatchObject({ corrected: 0 });
      expect(await findingsOf(rig)).toEqual(['original_changed left']);
    });
  });

  it.each(['full', 'names'] as const)(
    'a picture that the catalog dropped while its files are as they were (%s)',
    async (how) => {
      await withPass(async ({ rig, entries, pass }) => {
        const { id } = first(entries);
        await rig.catalog.commit(alice, { op: 'purge', kind: 'generated', id, keepSidecar: true });
        expect(await rig.all(alice)).toHaveLength(2);
        expect(await pass(how)).toMatchObject({ corrected: 1 });
        expect(await rig.all(alice)).toHaveLength(3);
      });
    },
  );

  it('everything of a picture that lies in another day’s folder than its time says', async () => {
    await withPass(async ({ rig, tree, entries, pass }) => {
      const entry = first(entries);
      const there = dayFolder(alice, 'generated', entry.day).replace('2026/02/03', '2026/02/04');
      // as if restored by hand into the wrong folder
      for (const path of [originalKey(entry, entry.ext), sidecarKey(entry)]) {
        await rename(tree.path(path), tree.path(there, path.slice(path.lastIndexOf('/') + 1)));
      }
      await pass();
      await pass();
      expect((await rig.catalog.lookup(alice, entry.id))?.day).toBe('2026/02/04');
      expect(await pass()).toMatchObject({ corrected: 0, files: 0 });
      await rm(tree.path(there, `${entry.id}.json`));
      await rm(tree.path(there, `${entry.id}.${entry.ext}`));
      expect(await pass()).toMatchObject({ files: 1 });
      expect(await rig.catalog.lookup(alice, entry.id)).toBeUndefined();
    });
  });
});
