import type { Entry } from '../../src/catalog/catalog.ts';
import type { ManifestCatalog, ManifestCatalogOptions } from '../../src/catalog/manifest/manifest-catalog.ts';
import { snapshotKey } from '../../src/catalog/manifest/snapshot-format.ts';
import type { SnapshotRules } from '../../src/catalog/manifest/snapshot-rules.ts';
import { manifestKey } from '../../src/domain/key.ts';
import { KINDS, STATUSES } from '../../src/domain/kind.ts';
import type { Log } from '../../src/domain/log.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { copyTree, OWNER, openCatalog, picture, put, START } from '../fault/manifest-rig.ts';

export const ALWAYS: Partial<SnapshotRules> = { leastRows: 1, leastTail: 0, leastTailAtEnd: 0 };
export const NEVER: Partial<SnapshotRules> = { leastRows: Number.POSITIVE_INFINITY };
export const MANIFEST = manifestKey(OWNER);
export const SNAPSHOT = snapshotKey(OWNER);
const PICTURES = 24;

export interface Run {
  readonly catalog: ManifestCatalog;
  /** Bytes read from the owner's manifest. */
  read(): number;
  readonly told: string[];
}

/** A catalog, and how it came to know what it knows. */
export function run(storage: Storage, options: Partial<ManifestCatalogOptions> = {}): Run {
  let read = 0;
  const told: string[] = [];
  const tell = (_: object, message: string) => told.push(message);
  const log: Log = { debug() {}, info: tell, warn: tell, error: tell };
  const watched: Storage = {
    ...storage,
    async open(path, mode) {
      const file = await storage.open(path, mode);
      if (path !== MANIFEST) return file;
      return {
        ...file,
        async read(target, offset, length, position) {
          const got = await file.read(target, offset, length, position);
          read += got;
          return got;
        },
      };
    },
  };
  return { catalog: openCatalog(watched, { snapshots: ALWAYS, log, ...options }), read: () => read, told };
}

/** A base and a log with every op in it, rows used again, marks, an owner of the earlier system's ids. */
async function history(catalog: ManifestCatalog, storage: Storage): Promise<void> {
  for (let n = 1; n <= PICTURES; n++) {
    const kind = KINDS[n % 5] ?? 'generated';
    await put(
      storage,
      catalog,
      picture(n, { kind, idem: n.toString(16).padStart(16, '0'), tags: [`t${n % 3}`] }),
    );
  }
  await catalog.commit(OWNER, { op: 'purge', kind: picture(5).kind, id: picture(5).id });
  await catalog.compact(OWNER);
  for (const n of [3, 8]) await trash(catalog, n);
  await catalog.commit(OWNER, { op: 'purge', kind: picture(4).kind, id: picture(4).id });
  await put(storage, catalog, picture(30));
  await catalog.commit(OWNER, {
    op: 'edit',
    kind: 'generated',
    id: picture(30).id,
    change: (now) => ({ ...now, favorite: true }),
  });
}

export async function trash(catalog: ManifestCatalog, n: number): Promise<void> {
  const found = await catalog.lookup(OWNER, picture(n).id);
  if (found === undefined) throw new Error('no such picture');
  const { kind, id } = found;
  await catalog.commit(OWNER, {
    op: 'trash',
    kind,
    id,
    change: (now) => ({ ...now, status: 'trash', trashed_at: now.created_at }),
  });
}

function plain(entry: Entry | undefined): unknown {
  return entry === undefined ? undefined : [entry.seq, Buffer.from(entry.publicJson).toString()];
}

/** Everything that can be asked. */
export async function answers(catalog: ManifestCatalog): Promise<unknown[]> {
  const told: unknown[] = [await catalog.version(OWNER)];
  for (const kind of KINDS) {
    for (const status of STATUSES) {
      const query = { owner: OWNER, kind, status, order: 'newest', size: 100, at: { page: 1 } } as const;
      const { entries, total } = await catalog.list(query);
      const { facets } = await catalog.facets(query, 100);
      told.push(total, entries.map(plain), facets);
    }
  }
  for (let n = 1; n <= PICTURES; n++) {
    told.push(plain(await catalog.lookup(OWNER, picture(n).id)));
    told.push(plain(await catalog.findByIdem(OWNER, n.toString(16).padStart(16, '0'), 0)));
  }
  told.push(plain(await catalog.findBySha256(OWNER, 'generated', picture(1).sha256)));
  const { epoch, seq } = await catalog.version(OWNER);
  for (let back = 0; back < 6; back++) {
    const changes = await catalog.changesSince(OWNER, { epoch, seq: seq - back });
    told.push(changes === 'reset' ? changes : changes.map(({ op, id, entry }) => [op, id, plain(entry)]));
  }
  return told;
}

interface Tree {
  readonly storage: MemoryStorage;
  readonly truth: unknown[];
}

async function makeTree(): Promise<Tree> {
  const storage = createMemoryStorage({ now: () => START });
  const { catalog } = run(storage);
  await history(catalog, storage);
  const truth = await answers(catalog);
  await catalog.close();
  return { storage, truth };
}

export const tree = await makeTree();

export async function copied(): Promise<MemoryStorage> {
  const storage = createMemoryStorage({ now: () => START });
  await copyTree(tree.storage, storage);
  return storage;
}

export async function exists(storage: Storage, path: string): Promise<boolean> {
  return storage.stat(path).then(
    () => true,
    () => false,
  );
}
