import { appendFile, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../src/domain/day.ts';
import { dayFolder, originalKey, sidecarKey } from '../../src/domain/key.ts';
import { burst, createTempTree, dropInto, eventually, pause, run, type TempTree } from '../support/drop.ts';
import { jpegPicture, pngPicture } from '../support/pictures.ts';
import { openRig, ownerNamed, type Rig } from '../support/reconcile-rig.ts';
import { skipNote } from '../support/tools.ts';

const alice = ownerNamed('alice');
const folderOf = (tree: TempTree) => tree.path(dayFolder(alice, 'generated', dayOf(Date.now())));

/** A rig whose watcher runs, on a tree of its own. */
async function watched(act: (rig: Rig, tree: TempTree) => Promise<void>): Promise<void> {
  await using tree = await createTempTree();
  const rig = await openRig(tree.root);
  const watcher = rig.watcher();
  await watcher.start(new AbortController().signal);
  try {
    await act(rig, tree);
  } finally {
    await watcher.stop();
    await rig.close();
  }
}

async function count(rig: Rig): Promise<number> {
  return (await rig.all(alice)).length;
}

describe('what other programs do in a watched tree', () => {
  it('a picture dropped into a folder that nobody had made is listed', async () => {
    await watched(async (rig, tree) => {
      const before = performance.now();
      await dropInto(folderOf(tree), 'first.png', await pngPicture());
      await eventually('the picture is listed', async () => (await count(rig)) === 1);
      process.stderr.write(`dropped file listed after ${Math.round(performance.now() - before)} ms\n`);
      await eventually(
        'its name is gone',
        async () => !(await readdir(folderOf(tree))).includes('first.png'),
      );
    });
  });

  it('a picture written slowly is listed once, whole, when its writer is done (W4)', async () => {
    await watched(async (rig, tree) => {
      const bytes = await jpegPicture({ width: 400, height: 300 });
      const path = await dropInto(folderOf(tree), 'slow.jpg', bytes.subarray(0, 100));
      for (let from = 100; from < bytes.length; from += 4_000) {
        await pause(350);
        expect(await count(rig)).toBe(0);
        await appendFile(path, bytes.subarray(from, from + 4_000));
      }
      await eventually('the picture is listed', async () => (await count(rig)) === 1);
      const [entry] = await rig.all(alice);
      if (entry === undefined) throw new Error('no entry');
      expect(await readFile(tree.path(originalKey(entry, 'jpg')))).toEqual(bytes);
      expect(await rig.findings()).toEqual([]);
    });
  });

  it('an edited sidecar, a lost original and a lost sidecar are noticed (W6)', async () => {
    await watched(async (rig, tree) => {
      const [edited, lost, bare] = await Promise.all(
        [1, 2, 3].map(async (seed) => rig.add(alice, await pngPicture({ seed }))),
      );
      if (edited === undefined || lost === undefined || bare === undefined) throw new Error('no entries');
      await pause(800);
      const path = tree.path(sidecarKey(edited));
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('"tags":[]', '"tags":["outside"]'));
      await unlink(tree.path(originalKey(lost, lost.ext)));
      await unlink(tree.path(sidecarKey(bare)));
      await eventually('the loss', async () => (await count(rig)) === 2);
      await eventually('the edit', async () =>
        (await rig.catalog.find(alice, 'generated', edited.id))?.record().tags.includes('outside'),
      );
      await eventually('the sidecar', async () =>
        (await readdir(folderOf(tree))).includes(`${bare.id}.json`),
      );
      await rm(folderOf(tree), { recursive: true });
      await eventually('the whole day', async () => (await count(rig)) === 0);
    });
  });

  it('a burst by another process while this one is busy is taken in to the last file (W1)', async () => {
    await watched(async (rig, tree) => {
      const source = tree.path('source.png');
      await writeFile(source, await pngPicture({ width: 8, height: 8 }));
      await mkdir(folderOf(tree), { recursive: true });
      const files = 700;
      const dropping = burst(folderOf(tree), source, files);
      // The loop is kept busy, so that the kernel's queue fills up.
      let busy = true;
      void dropping.finally(() => {
        busy = false;
      });
      while (busy) {
        const until = performance.now() + 200;
        while (performance.now() < until) Math.sqrt(until);
        await pause(0);
      }
      await dropping;
      await rig.reconcile.recent(new AbortController().signal);
      expect(await count(rig)).toBe(files);
      const left = (await readdir(folderOf(tree))).filter((name) => name.startsWith('burst'));
      expect(left).toEqual([]);
    });
  }, 180_000);
});

/** In a user namespace of its own a process may lower its own limit of watches. */
const LIMIT = '/proc/sys/user/max_inotify_watches';
const lowered = await run('unshare', ['-Ur', 'sh', '-c', `echo 2 > ${LIMIT} && cat ${LIMIT}`]).catch(
  () => '',
);

const canLower = lowered.trim() === '2';
const POLLED = 'is polled: a dropped picture is listed, and nothing falls over';

describe('a system without watches left (W2)', () => {
  it.skipIf(!canLower)(
    canLower ? POLLED : skipNote('user namespaces with a limit of watches of their own'),
    async () => {
      await using tree = await createTempTree();
      const source = await dropInto(tree.path('source'), 'a.png', await pngPicture());
      const program = new URL('../support/watch-without-watches.ts', import.meta.url).pathname;
      const shell = `echo 2 > ${LIMIT} && exec "$@"`;
      const command = [process.execPath, program, tree.root, source];
      const out = await run('unshare', ['-Ur', 'sh', '-c', shell, 'sh', ...command]);
      expect(JSON.parse(out)).toEqual({ mode: 'polling', degraded: true, listed: 1 });
    },
  );
});
