// `node --expose-gc scripts/dev/ready-memory.ts TREE`: asks for the first two pages of every owner, and prints what is
// held in memory by that, in MiB, beside the limit for indexes.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { loadConfig } from '../../src/config.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner } from '../../src/domain/owner.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';

const MIB = 2 ** 20;

async function held(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const tree = process.argv[2] ?? '';
const loaded = loadConfig({});
if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
const { recentSize, indexMaxBytes } = loaded.config;
const storage = createNodeStorage(tree);
const limits = { recentSize, indexMaxBytes, legacyTz: 'UTC' };
const catalog = createManifestCatalog({
  storage,
  folders: createFolderSync(storage),
  log: silentLog,
  ...limits,
});
const before = await held();
for (const owner of readdirSync(join(tree, 'users')).filter(isOwner)) {
  const query = { owner, kind: 'generated', status: 'active', order: 'newest', size: 200 } as const;
  for (const page of [1, 2]) await catalog.list({ ...query, at: { page } });
}
const after = await held();
await catalog.close();
process.stdout.write(
  `${JSON.stringify({ mebibytes: (after - before) / MIB, limit: indexMaxBytes / MIB })}\n`,
);
