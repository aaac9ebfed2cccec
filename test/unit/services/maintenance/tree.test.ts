import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../src/domain/log.ts';
import { openTree, type TreeDeps } from '../../../../src/services/maintenance/tree.ts';
import { createFsStateStore } from '../../../../src/state/fs-state-store.ts';
import { createFolderSync, ensureFolder, replaceFile } from '../../../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { countingRandom, failureOf } from '../../../support/services.ts';

let storage: MemoryStorage;
beforeEach(() => {
  storage = createMemoryStorage();
});

function deps(over: Partial<TreeDeps> & { readonly storage?: Storage } = {}): TreeDeps {
  const used = over.storage ?? storage;
  const folders = createFolderSync(used);
  const state = createFsStateStore({ storage: used, folders });
  return {
    storage: used,
    folders,
    state,
    log: silentLog,
    random: countingRandom(),
    volumeId: undefined,
    ...over,
  };
}

async function folder(path: string): Promise<void> {
  await ensureFolder(storage, createFolderSync(storage), path);
}

async function file(path: string, text = 'x'): Promise<void> {
  const folders = createFolderSync(storage);
  await ensureFolder(storage, folders, '.scratch');
  const made = await storage.open('.scratch/file', 'create');
  await made.write(Buffer.from(text), 0);
  await made.close();
  await storage.rename('.scratch/file', path);
  await storage.removeFolder('.scratch');
}

describe('opening a tree', () => {
  it('marks an empty folder, and knows it again', async () => {
    const first = await openTree(deps());
    expect(first).toMatchObject({ isNew: true, adopted: false });
    expect(first.volumeId).toMatch(/^[0-9a-f]{32}$/);
    expect(await first.present()).toBe(true);
    await first.close();
    const second = await openTree(deps());
    expect(second).toMatchObject({ isNew: false, adopted: false, volumeId: first.volumeId });
    await second.close();
    await second.close();
  });

  it('takes a folder that holds only what nobody put there for empty', async () => {
    await file('README.md');
    await folder('lost+found');
    expect((await openTree(deps())).isNew).toBe(true);
  });

  it('refuses a second server, and lets it in when the first is gone', async () => {
    const first = await openTree(deps());
    expect(await failureOf(openTree(deps()))).toMatchObject({ code: 'tree_locked' });
    await first.close();
    await (await openTree(deps())).close();
  });

  it('adopts what the earlier system wrote', async () => {
    await folder('users/anna/2024/01/02');
    await folder(`users/anon-${'0'.repeat(32)}`);
    expect(await openTree(deps())).toMatchObject({ isNew: true, adopted: true });
  });

  it.each([
    ['somebody else’s files', async () => file('holiday.jpg')],
    ['a folder of users that are none', async () => folder('users/John Smith')],
    [
      'a tree of ours without its marker',
      async () => folder('.kiroku/state').then(() => folder('users/anna')),
    ],
    ['our folder alone, without its marker', async () => folder('.kiroku/state')],
  ])('refuses %s', async (_name, prepare) => {
    await prepare();
    const before = await storage.readFolder('');
    expect(await failureOf(openTree(deps()))).toMatchObject({ code: 'volume_missing' });
    expect(await storage.readFolder('')).toEqual(before);
  });

  it('goes on after a start that was stopped before it wrote the marker', async () => {
    await folder('.kiroku/staging');
    await file('.kiroku/lock');
    expect((await openTree(deps())).isNew).toBe(true);
  });

  it('refuses every volume but the one that was asked for', async () => {
    expect(await failureOf(openTree(deps({ volumeId: '0'.repeat(32) })))).toMatchObject({
      code: 'volume_missing',
    });
    expect(await storage.readFolder('')).toEqual([]);
    const tree = await openTree(deps());
    await tree.close();
    expect(await failureOf(openTree(deps({ volumeId: '0'.repeat(32) })))).toMatchObject({
      code: 'volume_missing',
    });
    await (await openTree(deps({ volumeId: tree.volumeId }))).close();
  });

  it.each([
    ['damaged', '{"v":1,"id":"x"}'],
    ['of a later version', `{"v":2,"id":"${'0'.repeat(32)}"}`],
    ['no JSON', '{"v":'],
  ])('refuses a marker that is %s', async (_name, text) => {
    await folder('.kiroku/staging');
    await replaceFile(storage, createFolderSync(storage), '.kiroku/volume.json', 'x', Buffer.from(text));
    expect(await failureOf(openTree(deps()))).toMatchObject({ code: 'tree_unreadable' });
  });

  it('refuses a file system that cannot sync folders', async () => {
    const broken: Storage = {
      ...storage,
      async rename() {
        throw Object.assign(new Error('no'), { code: 'EXDEV' });
      },
    };
    const failure = await failureOf(openTree(deps({ storage: broken })));
    expect(failure).toMatchObject({ code: 'tree_unreadable' });
    expect(String(failure)).toContain('rename');
    await (await openTree(deps())).close();
  });

  it('notices that the volume went away, or that another took its place', async () => {
    const tree = await openTree(deps());
    await storage.rename('.kiroku', 'elsewhere');
    expect(await tree.present()).toBe(false);
    await folder('.kiroku/staging');
    await replaceFile(storage, createFolderSync(storage), '.kiroku/volume.json', 'x', Buffer.from('{}'));
    expect(await tree.present()).toBe(false);
  });

  it('can be stopped at any point and started again', async () => {
    for (let calls = 0; ; calls += 1) {
      const fresh = createMemoryStorage();
      let left = calls;
      const dying: Storage = new Proxy(fresh, {
        get(target, name: keyof Storage) {
          const method = target[name];
          if (typeof method !== 'function') return method;
          return (...given: never[]) => {
            if (name !== 'now' && name !== 'localPath' && left-- <= 0)
              throw Object.assign(new Error('dead'), { code: 'EIO' });
            return Reflect.apply(method, target, given);
          };
        },
      });
      const outcome = await openTree(deps({ storage: dying })).then(
        (tree) => tree.close().then(() => 'opened'),
        () => 'died',
      );
      const again = await openTree(deps({ storage: fresh }));
      expect(await again.present()).toBe(true);
      if (outcome === 'opened' && left > 0) {
        expect(calls).toBeGreaterThan(20);
        return;
      }
    }
  });
});
