import { expect, it } from 'vitest';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { makeFolders } from '../../../support/legacy-tree.ts';
import { pngPicture } from '../../../support/pictures.ts';
import { alice, openRigOn } from '../../../support/reconcile-rig.ts';

it('a folder that cannot be read is told of by a code, and not by where the tree lies on this machine', async () => {
  const memory = createMemoryStorage();
  for (const path of ['.kiroku/staging', '.kiroku/state', 'users']) await makeFolders(memory, path);
  let unreadable = '';
  const readFolder: typeof memory.readFolder = async (path) => {
    if (path !== unreadable) return memory.readFolder(path);
    throw Object.assign(new Error(`EACCES: permission denied, scandir '/srv/secret/${path}'`), {
      code: 'EACCES',
    });
  };
  const rig = openRigOn({ ...memory, readFolder });
  const { day } = await rig.add(alice, await pngPicture({ width: 8, height: 8 }));
  unreadable = `users/alice/${day.slice(0, 4)}`;
  await rig.reconcile.full(new AbortController().signal);
  const told = [];
  for await (const { finding, path, detail } of rig.state.readJournal('findings')) {
    told.push({ finding, path, detail });
  }
  expect(told).toEqual([{ finding: 'folder_unreadable', path: unreadable, detail: { why: 'EACCES' } }]);
  await rig.close();
});
