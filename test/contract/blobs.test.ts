import type { BlobStore } from '../../src/blobs/blob-store.ts';
import { createFsBlobStore } from '../../src/blobs/fs-blob-store.ts';
import { createMemoryBlobStore } from '../../src/blobs/memory-blob-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { blobContract } from './blobs.contract.ts';

function onFiles(storage: Storage, publishBy: 'link' | 'copy' = 'link'): BlobStore {
  return createFsBlobStore({ storage, folders: createFolderSync(storage), publishBy });
}

blobContract('memory', async () => createMemoryBlobStore({ now: () => 0 }));
blobContract('files in memory', async () => onFiles(createMemoryStorage()));
blobContract('files on disk', async () => onFiles(createNodeStorage(await tempFolder())));
blobContract('files without hard links', async () => onFiles(createMemoryStorage(), 'copy'));
blobContract('files with short writes', async () =>
  onFiles(
    createFaultStorage(createMemoryStorage(), {
      at: 1,
      only: ['write'],
      fault: { short: 40_000, forever: true },
    }),
  ),
);
