// `node scripts/dev/index-memory.ts DIR`: loads every owner of a tree at once, with a ring of one, and prints the bytes
// a picture. A process of its own, so that nothing else comes and goes in its memory.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner } from '../../src/domain/owner.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';

/** Several rounds: what one collection frees may hold buffers that only the next one sees. */
async function held(): Promise<number> {
  setFlagsFromString('--expose_gc');
  const collect: unknown = runInNewContext('gc');
  for (let round = 0; round < 5 && typeof collect === 'function'; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const tree = process.argv[2] ?? '';
const [first, ...owners] = readdirSync(join(tree, 'users')).filter(isOwner);
if (first === undefined) throw new Error('no owners in this tree');
const storage = createNodeStorage(tree);
const catalog = createManifestCatalog({
  storage,
  folders: createFolderSync(storage),
  log: silentLog,
  recentSize: 1,
  indexMaxBytes: 2 ** 32,
  legacyTz: 'UTC',
});
// The first owner brings the compiled code along, which is not a picture's.
await catalog.version(first);
const before = { bytes: await held(), ...catalog.stats() };
for (const owner of owners) await catalog.version(owner);
const after = { bytes: await held(), ...catalog.stats() };
await catalog.close();
const pictures = after.pictures - before.pictures;
/** `counted`: the catalog's own count of its arrays. `measured`: growth of heap and buffers, objects around them included. */
const answer = {
  pictures: after.pictures,
  counted: (after.indexBytes - before.indexBytes) / pictures,
  measured: (after.bytes - before.bytes) / pictures,
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
