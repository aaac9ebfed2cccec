import { readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { originalKey, sidecarKey } from '../../src/domain/key.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { kiroku } from '../support/command.ts';
import { createTempTree, type TempTree } from '../support/drop.ts';
import { live, newTree, openLife } from '../support/life-rig.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, openRig, ownerNamed } from '../support/reconcile-rig.ts';
import { countingRandom } from '../support/services.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';

const DAY = Date.parse('2026-02-03T10:00:00.000Z');

const reindex = (tree: TempTree, ...flags: readonly string[]) =>
  kiroku(tree.root, ['reindex', '--json', ...flags]);

/** Two pictures of alice and one of bob, as a server that was stopped left them. */
async function withTree(run: (tree: TempTree, of: Awaited<ReturnType<typeof fill>>) => Promise<void>) {
  await using tree = await createTempTree();
  await run(tree, await fill(tree));
}

async function fill(tree: TempTree) {
  const rig = await openRig(tree.root);
  const [createdAt, bob] = [DAY, ownerNamed('bob')];
  const first = await rig.add(alice, await pngPicture({ seed: 1 }), { createdAt });
  const second = await rig.add(alice, await pngPicture({ seed: 2 }), { createdAt: createdAt + 1 });
  const his = await rig.add(bob, await pngPicture({ seed: 3 }), { createdAt });
  await rig.close();
  await writeFile(tree.path('.kiroku/volume.json'), JSON.stringify({ id: 'ab'.repeat(16) }));
  return { first, second, his };
}

describe('kiroku reindex', () => {
  it('finds what changed while no server ran, and nothing the next time', async () => {
    await withTree(async (tree, { first, his }) => {
      await unlink(tree.path(originalKey(first, first.ext)));
      const path = tree.path(sidecarKey(his));
      await writeFile(path, (await readFile(path, 'utf8')).replace('"favorite":false', '"favorite":true'));
      expect(await reindex(tree)).toMatchObject({
        code: 0,
        report: { depth: 'changes', folders: 2, corrected: 2, failed: 0 },
      });
      expect((await reindex(tree)).report).toMatchObject({ folders: 2, corrected: 0 });
      const rig = await openRig(tree.root);
      expect(await rig.all(alice)).toHaveLength(1);
      expect((await rig.catalog.lookup(his.owner, his.id))?.record().favorite).toBe(true);
      await rig.close();
    });
  });

  it('looks at names only, or at one owner only, when told to', async () => {
    await withTree(async (tree, { first, second, his }) => {
      await unlink(tree.path(originalKey(first, first.ext)));
      await unlink(tree.path(originalKey(his, his.ext)));
      const path = tree.path(sidecarKey(second));
      await writeFile(path, (await readFile(path, 'utf8')).replace('"favorite":false', '"favorite":true'));
      const names = await reindex(tree, '--names', '--owner', 'alice');
      expect(names).toMatchObject({ code: 0, report: { depth: 'names', folders: 1, corrected: 1 } });
    });
  });

  it('makes manifests again from the sidecars', async () => {
    await withTree(async (tree, { first }) => {
      await unlink(tree.path('users/bob/manifest.jsonl'));
      await rename(tree.path(originalKey(first, first.ext)), tree.path('elsewhere.png'));
      expect(await reindex(tree, '--full')).toMatchObject({ code: 0, report: { rebuilt: 2, failed: 0 } });
      const rig = await openRig(tree.root);
      expect(await rig.all(alice)).toHaveLength(1);
      expect(await rig.all(ownerNamed('bob'))).toHaveLength(1);
      await rig.close();
    });
  });

  it('is refused while something that cannot be asked holds the tree, and changes nothing', async () => {
    await withTree(async (tree, { first }) => {
      await unlink(tree.path(originalKey(first, first.ext)));
      const lock = await createNodeStorage(tree.root).lock('.kiroku/lock');
      expect(lock).toBeDefined();
      const refused = await reindex(tree);
      await lock?.release();
      expect(refused).toMatchObject({ code: 3, out: '' });
      expect(refused.told).toContain('Another Kiroku server is running');
    });
  });

  it.each([
    ['an owner who is none', ['--owner', '../x'], '--owner'],
    ['an owner without a folder', ['--owner', 'nobody'], 'no such'],
    ['two depths', ['--full', '--names'], 'exclude each other'],
    ['a flag that is none', ['--fast'], '--fast'],
    ['quarantine of what it does not look at', ['--full', '--quarantine'], 'exclude each other'],
    ['a release and a look', ['--release', '--afresh'], 'exclude each other'],
    ['foreign names alone', ['--foreign'], '--quarantine'],
  ])('is refused with %s', async (_, flags, why) => {
    await withTree(async (tree) => {
      const refused = await reindex(tree, ...flags);
      expect(refused).toMatchObject({ code: 2, out: '' });
      expect(refused.told).toContain(why);
    });
  });
});

describe('a reindex that cannot look everywhere', () => {
  it.each([
    ['the owners', /^users$/],
    ["an owner's years", /^users\/anna$/],
    ['a day', /^users\/anna\/2026\/01\/01$/],
  ])('says so each time: %s cannot be listed', async (_, path) => {
    const inner = createMemoryStorage();
    await newTree(inner);
    const storage = createFaultStorage(inner);
    const life = await openLife(storage, { random: countingRandom() });
    const { entry } = await life.add(await pngPicture({ width: 8, height: 8 }), {
      owner: ownerNamed('anna'),
    });
    storage.arm({ at: 1, only: ['readFolder'], path, fault: { fail: 'EIO', forever: true } });
    for (const depth of ['changes', 'names', 'changes'] as const) {
      const { failed } = await life.reindex.run({ depth, afresh: true }, live());
      expect(failed, depth).toBeGreaterThan(0);
    }
    storage.arm();
    const done = await life.reindex.run({ depth: 'changes', afresh: true }, live());
    expect(done).toMatchObject({ failed: 0, corrected: 0 });
    expect(await life.catalog.lookup(entry.owner, entry.id)).toBeDefined();
    await life.close();
  });
});
