import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommitResult } from '../../src/catalog/catalog.ts';
import { locationOf } from '../../src/catalog/entry.ts';
import { type WalkFinding, walkSidecars } from '../../src/catalog/sidecar-walk.ts';
import { UnsettledError } from '../../src/domain/errors.ts';
import { manifestKey, sidecarKey } from '../../src/domain/key.ts';
import { encodeRecord } from '../../src/domain/record-codec.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { refusalOf } from '../contract/catalog-rig.ts';
import {
  listed,
  OWNER,
  openCatalog,
  picture,
  placeOriginals,
  put,
  readFile,
  START,
  sidecarTruth,
  writeFile,
} from '../fault/manifest-rig.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';

describe('an owner who was asked for before there was anything', () => {
  it('is seen by every read while another first picture is on its way', async () => {
    const storage = createMemoryStorage();
    const catalog = openCatalog(storage);
    const [first, second] = [picture(0), picture(1)];
    expect(await catalog.find(OWNER, first.kind, first.id)).toBeUndefined();
    await placeOriginals(storage, [first, second]);
    let following: Promise<CommitResult> | undefined;
    catalog.onChange(() => {
      following ??= catalog.commit(OWNER, { op: 'put', record: second });
    });
    await catalog.commit(OWNER, { op: 'put', record: first });
    expect((await catalog.find(OWNER, first.kind, first.id))?.id).toBe(first.id);
    expect((await catalog.version(OWNER)).seq).toBeGreaterThan(0);
    await following;
    await catalog.close();
  });
});

describe('a manifest in doubt', () => {
  it('is not forgotten with its owner: what failed never shows', async () => {
    const storage = createFaultStorage(createMemoryStorage({ now: () => START }));
    const catalog = openCatalog(storage, { indexMaxBytes: 1 });
    const [kept, refused, later] = [picture(0), picture(1), picture(2)];
    await put(storage, catalog, kept);
    const { epoch } = await catalog.version(OWNER);
    await placeOriginals(storage, [refused]);
    const path = new RegExp(`${manifestKey(OWNER)}$`);
    storage.arm({
      at: 1,
      only: ['datasync', 'truncate'],
      path,
      fault: { fail: 'EIO', forever: true },
    });
    await refusalOf(catalog.commit(OWNER, { op: 'put', record: refused }));
    storage.arm();
    expect(await catalog.find(OWNER, refused.kind, refused.id)).toBeUndefined();
    await put(storage, catalog, later);
    expect((await catalog.version(OWNER)).epoch).not.toBe(epoch);
    expect([...(await listed(catalog)).keys()]).toEqual([kept.id, later.id]);
    await catalog.close();
  });
});

describe('what a start corrects', () => {
  it('is told to whoever listens, as any change', async () => {
    const storage = createMemoryStorage({ now: () => START });
    const first = openCatalog(storage);
    const record = picture(0);
    await put(storage, first, record);
    await first.close();
    const edited = encodeRecord({ ...record, rev: 2, favorite: true });
    await writeFile(storage, sidecarKey(locationOf(record)), edited);
    const second = openCatalog(storage, { unsettledSince: 0 });
    const told: string[] = [];
    second.onChange(({ op, id, version, entry }) => {
      told.push(`${op} ${id} ${version.seq} ${entry?.record().favorite}`);
    });
    expect((await second.version(OWNER)).seq).toBe(2);
    expect(told).toEqual([`edit ${record.id} 2 true`]);
    await second.close();
  });
});

describe('an owner’s folder that is a link', () => {
  async function linkedTree() {
    const [root, elsewhere] = [await tempFolder(), await tempFolder()];
    const foreign = createNodeStorage(elsewhere);
    const catalog = openCatalog(foreign);
    for (const n of [0, 1]) await put(foreign, catalog, picture(n));
    await catalog.close();
    return { root, elsewhere, foreign };
  }

  async function walked(storage: Storage): Promise<WalkFinding[]> {
    const found: WalkFinding[] = [];
    for await (const one of walkSidecars(storage, OWNER, { legacyTz: 'UTC' })) found.push(one);
    return found;
  }

  it('is not read, and nothing behind it is touched', async () => {
    const { root, elsewhere, foreign } = await linkedTree();
    await mkdir(join(root, 'users'));
    await symlink(join(elsewhere, 'users', OWNER), join(root, 'users', OWNER));
    const before = await readdir(join(elsewhere, 'users', OWNER));
    const manifest = await readFile(foreign, manifestKey(OWNER));
    const storage = createNodeStorage(root);
    const catalog = openCatalog(storage);
    expect(await listed(catalog)).toEqual(new Map());
    const refused = catalog.commit(OWNER, { op: 'put', record: picture(2) });
    expect(await refusalOf(refused)).toMatchObject({ code: 'io_error' });
    await refusalOf(catalog.rebuild(OWNER));
    expect(await listed(catalog)).toEqual(new Map());
    await catalog.close();
    expect(await readdir(join(elsewhere, 'users', OWNER))).toEqual(before);
    expect(await readFile(foreign, manifestKey(OWNER))).toEqual(manifest);
  });

  it('gives no page before it is loaded either', async () => {
    const { root, elsewhere } = await linkedTree();
    await mkdir(join(root, 'users'));
    await symlink(join(elsewhere, 'users', OWNER), join(root, 'users', OWNER));
    const catalog = openCatalog(createNodeStorage(root), { tail: { leastBytes: 0, quick: 0 } });
    const page = { kind: 'generated', status: 'active', order: 'newest', size: 5, at: { page: 1 } } as const;
    expect(await catalog.list({ owner: OWNER, ...page })).toMatchObject({ entries: [], total: 0 });
    await catalog.close();
  });

  it('gives a rebuild no sidecar, nor does a linked locker', async () => {
    const { root, elsewhere } = await linkedTree();
    const storage = createNodeStorage(root);
    await mkdir(join(root, 'users', OWNER), { recursive: true });
    await symlink(join(elsewhere, 'users', OWNER), join(root, 'users', OWNER, 'inputs'));
    const locker = { state: 'skipped', path: `users/${OWNER}/inputs`, why: 'link' };
    expect(await walked(storage)).toEqual([locker]);
    const other = createNodeStorage(await tempFolder());
    await other.makeFolder('users');
    await symlink(join(elsewhere, 'users', OWNER), other.localPath(`users/${OWNER}`) ?? '');
    expect(await walked(other)).toEqual([{ state: 'skipped', path: `users/${OWNER}`, why: 'link' }]);
  });
});

describe('a picture whose lasting form is owed', () => {
  it.each(['its mark', 'its bytes'])('gets it before it stands for another by %s', async (by) => {
    const storage = createFaultStorage(createMemoryStorage({ now: () => START }));
    const catalog = openCatalog(storage);
    const idem = '0123456789abcdef';
    const record = picture(0, { idem });
    await placeOriginals(storage, [record]);
    storage.arm({ at: 1, only: ['rename'], path: /\.json$/, fault: { fail: 'EIO' } });
    const refused = await refusalOf(catalog.commit(OWNER, { op: 'put', record }));
    expect(refused).toBeInstanceOf(UnsettledError);
    expect(await sidecarTruth(storage)).toEqual(new Map());
    const found =
      by === 'its mark'
        ? await catalog.findByIdem(OWNER, idem, 0)
        : await catalog.findBySha256(OWNER, record.kind, record.sha256);
    expect(found?.id).toBe(record.id);
    expect([...(await sidecarTruth(storage)).keys()]).toEqual([record.id]);
    await catalog.close();
  });
});

describe('a search by bytes', () => {
  it('reads the newest line, however many pictures have the same', async () => {
    const storage = createFaultStorage(createMemoryStorage({ now: () => START }));
    const catalog = openCatalog(storage, { recentSize: 0 });
    const same = Array.from({ length: 300 }, (_, n) => picture(n, { prompt: 'x'.repeat(10_000) }));
    await placeOriginals(storage, same);
    await Promise.all(same.map((record) => catalog.commit(OWNER, { op: 'put', record })));
    const [newest] = same.toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1));
    await catalog.quiet();
    storage.arm();
    const found = await catalog.findBySha256(OWNER, picture(0).kind, picture(0).sha256);
    expect(found?.id).toBe(newest?.id);
    expect(storage.trace.filter((call) => call.startsWith('read '))).toHaveLength(1);
    await catalog.close();
  });
});

describe('a compaction', () => {
  const staged = /^open \.kiroku\/staging\/.*manifest\.jsonl$/;

  it('that fails leaves nothing staged: on a full disk that would be space for nothing', async () => {
    const storage = createFaultStorage(createMemoryStorage({ now: () => START }));
    const catalog = openCatalog(storage);
    for (const n of [0, 1]) await put(storage, catalog, picture(n));
    storage.arm({ at: 1, only: ['write'], path: /staging.*manifest/, fault: { fail: 'ENOSPC' } });
    await expect(catalog.compact(OWNER)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await storage.readFolder('.kiroku/staging')).toEqual([]);
    await catalog.compact(OWNER);
    expect((await listed(catalog)).size).toBe(2);
    await catalog.close();
  });

  it('runs alone: two at once would write under one name', async () => {
    const storage = createFaultStorage(createMemoryStorage({ now: () => START }));
    const catalog = openCatalog(storage);
    for (const n of [0, 1]) await put(storage, catalog, picture(n));
    const { epoch } = await catalog.version(OWNER);
    storage.arm();
    await Promise.all([catalog.compact(OWNER), catalog.compact(OWNER)]);
    const calls = storage.trace.filter((call) => staged.test(call) || call.startsWith('rename'));
    expect(calls.map((call) => call.split(' ')[0])).toEqual(['open', 'rename', 'open', 'rename']);
    await put(storage, catalog, picture(2));
    expect((await catalog.version(OWNER)).epoch).toBe(epoch);
    await catalog.close();
  });
});
