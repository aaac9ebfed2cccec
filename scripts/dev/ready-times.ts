// `node scripts/dev/ready-times.ts TREE OWNER ROUNDS`: ms to parse every line and keep nothing, to make the index from
// the manifest, and to take it from a snapshot.
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import { silentLog } from '../../src/domain/log.ts';
import { isOwner } from '../../src/domain/owner.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';

const [tree = '', owner = '', rounds = '1'] = process.argv.slice(2);

/** Through a buffer of a fixed size: reading counts little beside parsing. */
function parseAll(): number {
  const fd = openSync(join(tree, 'users', owner, 'manifest.jsonl'), 'r');
  const buffer = Buffer.allocUnsafe(4 << 20);
  let held = 0;
  let count = 0;
  for (;;) {
    const got = readSync(fd, buffer, held, buffer.length - held, null);
    if (got === 0) break;
    const end = held + got;
    let start = 0;
    for (let at = buffer.indexOf(10); at >= 0 && at < end; at = buffer.indexOf(10, start)) {
      const value: unknown = JSON.parse(buffer.toString('utf8', start, at));
      if (value !== null) count += 1;
      start = at + 1;
    }
    buffer.copyWithin(0, start, end);
    held = end - start;
  }
  closeSync(fd);
  return count;
}

/** ms until the owner's index is whole; a snapshot is written before it ends where there was none. */
async function load(): Promise<number> {
  const storage = createNodeStorage(tree);
  const limits = { recentSize: 200, indexMaxBytes: 2 ** 32, legacyTz: 'UTC' };
  const catalog = createManifestCatalog({
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    ...limits,
  });
  if (!isOwner(owner)) throw new Error('not an owner');
  const start = performance.now();
  await catalog.version(owner);
  const ms = performance.now() - start;
  await catalog.quiet();
  await catalog.close();
  return ms;
}

const times: Record<'parse' | 'load' | 'restore', number[]> = { parse: [], load: [], restore: [] };
for (let round = 0; round < Number(rounds); round += 1) {
  const start = performance.now();
  parseAll();
  times.parse.push(performance.now() - start);
  rmSync(join(tree, '.kiroku', 'index'), { recursive: true, force: true });
  times.load.push(await load());
  times.restore.push(await load());
}
process.stdout.write(`${JSON.stringify(times)}\n`);
