import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createMemoryStateStore } from '../../src/state/memory-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { stateContract } from './state.contract.ts';

function onFiles(storage: Storage, present = async () => true): StateStore {
  return createFsStateStore({ storage, folders: createFolderSync(storage), present });
}

stateContract('memory', async () => createMemoryStateStore());
stateContract(
  'files in memory',
  async () => onFiles(createMemoryStorage()),
  async (present) => onFiles(createMemoryStorage(), present),
);
stateContract(
  'files on disk',
  async () => onFiles(createNodeStorage(await tempFolder())),
  async (present) => onFiles(createNodeStorage(await tempFolder()), present),
);
stateContract('files with short writes', async () =>
  onFiles(
    createFaultStorage(createMemoryStorage(), { at: 1, only: ['write'], fault: { short: 5, forever: true } }),
  ),
);
