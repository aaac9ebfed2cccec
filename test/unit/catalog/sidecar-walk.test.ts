import { describe, expect, it } from 'vitest';
import { locationOf } from '../../../src/catalog/entry.ts';
import { type WalkFinding, type WalkOptions, walkSidecars } from '../../../src/catalog/sidecar-walk.ts';
import { originalKey, ownerFolder, sidecarKey } from '../../../src/domain/key.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import { encodeRecord } from '../../../src/domain/record-codec.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { hexIdOf, idOf } from '../../support/ids.ts';
import { makeFolders, writeFile, writeLegacyTree } from '../../support/legacy-tree.ts';
import { sampleRecord } from '../../support/records.ts';
import { createFaultStorage } from '../../support/storage/fault-storage.ts';

const { owner } = sampleRecord();
const root = ownerFolder(owner);
const day = `${root}/2026/01/02`;

async function keep(storage: Storage, record: PictureRecord): Promise<PictureRecord> {
  const at = locationOf(record);
  await writeFile(storage, originalKey(at, 'png'), Buffer.from('a picture'));
  await writeFile(storage, sidecarKey(at), encodeRecord(record));
  return record;
}

async function walk(storage: Storage, options: Partial<WalkOptions> = {}): Promise<WalkFinding[]> {
  const found: WalkFinding[] = [];
  for await (const one of walkSidecars(storage, owner, { legacyTz: 'UTC', ...options })) found.push(one);
  return found;
}

function ids(found: readonly WalkFinding[]): string[] {
  return found.flatMap((one) => (one.state === 'read' ? [one.record.id] : []));
}

describe('walkSidecars', () => {
  it('finds nothing where there is nothing', async () => {
    expect(await walk(createMemoryStorage())).toEqual([]);
  });

  it('finds every record of every kind, day by day in rising order, in batches of any size', async () => {
    const storage = createMemoryStorage();
    const expected: string[] = [];
    const kinds = ['generated', 'input', 'control'] as const;
    for (const [k, kind] of kinds.entries()) {
      for (let n = 9; n >= 1; n -= 1) {
        const created_at = new Date(Date.UTC(2025 + Math.floor(n / 5), n % 4, 1 + n)).toISOString();
        const record = await keep(storage, sampleRecord({ id: idOf(k * 10 + n), kind, created_at }));
        expected.push(`${k} ${created_at} ${record.id}`);
      }
    }
    expected.sort();
    for (const parallel of [1, 2, 100]) {
      expect(ids(await walk(storage, { parallel }))).toEqual(expected.map((line) => line.split(' ')[2]));
    }
  });

  it('finds many of one day in the order of their ids', async () => {
    const storage = createMemoryStorage();
    for (const n of [5, 40, 1, 33, 12]) await keep(storage, sampleRecord({ id: idOf(n) }));
    expect(ids(await walk(storage, { parallel: 2 }))).toEqual([1, 5, 12, 33, 40].map(idOf));
  });

  it('says nothing of what is ours, and names everything that is not', async () => {
    const storage = createMemoryStorage();
    await keep(storage, sampleRecord());
    await writeFile(storage, `${day}/thumb/${idOf(1)}.webp`, Buffer.from('t'));
    for (const name of ['owner.json', 'manifest.jsonl', 'manifest.jsonl.damaged-1']) {
      await writeFile(storage, `${root}/${name}`, Buffer.from('{}'));
    }
    expect((await walk(storage)).map(({ state }) => state)).toEqual(['read']);
    await writeFile(storage, `${root}/manifest.json`, Buffer.from('[]'));
    await writeFile(storage, `${day}/drop me.png`, Buffer.from('x'));
    await writeFile(storage, `${day}/${idOf(2)}.png`, Buffer.from('x'));
    await writeFile(storage, `${day}/${idOf(1)}.txt`, Buffer.from('x'));
    await writeFile(storage, `${day}/${idOf(1)}.json.bak`, Buffer.from('x'));
    await makeFolders(storage, `${day}/${idOf(3)}.json`);
    await makeFolders(storage, `${root}/2026/02/30`);
    await makeFolders(storage, `${root}/2026/1`);
    await makeFolders(storage, `${root}/inputs/inputs`);
    storage.plant(`${root}/2027`, 'link');
    storage.plant(`${day}/socket`, 'other');
    const skipped = (await walk(storage)).flatMap((one) =>
      one.state === 'skipped' ? [`${one.why} ${one.path}`] : [],
    );
    expect(skipped.sort()).toEqual(
      [
        `foreign ${root}/manifest.json`,
        `foreign ${day}/drop me.png`,
        `unclaimed ${day}/${idOf(2)}.png`,
        `foreign ${day}/${idOf(1)}.txt`,
        `foreign ${day}/${idOf(1)}.json.bak`,
        `foreign ${day}/${idOf(3)}.json`,
        `foreign ${root}/2026/02/30`,
        `foreign ${root}/2026/1`,
        `foreign ${root}/inputs/inputs`,
        `link ${root}/2027`,
        `other ${day}/socket`,
      ].sort(),
    );
  });

  it('tells of sidecars that are no records, and goes on', async () => {
    const storage = createMemoryStorage();
    await keep(storage, sampleRecord({ id: idOf(3) }));
    await writeFile(storage, `${day}/${idOf(1)}.json`, Buffer.from('{'));
    await writeFile(storage, `${day}/${idOf(1)}.png`, Buffer.from('x'));
    await writeFile(storage, `${day}/${idOf(2)}.json`, encodeRecord(sampleRecord({ id: idOf(2) })));
    expect((await walk(storage)).map(({ state }) => state)).toEqual(['invalid', 'orphan', 'read']);
  });

  it('opens a tree of the earlier system', async () => {
    const storage = createMemoryStorage();
    const bytes = Buffer.from('x');
    const tree = [{ bytes }, { bytes, kind: 'input' as const }, { bytes, sidecar: false }];
    await writeLegacyTree(storage, owner, tree);
    const found = await walk(storage);
    expect(ids(found)).toEqual([hexIdOf(1), hexIdOf(2)]);
    const skipped = found.flatMap((one) => (one.state === 'skipped' ? [`${one.why} ${one.path}`] : []));
    expect(skipped.sort()).toEqual([
      `foreign ${root}/manifest.json`,
      `unclaimed ${root}/2025/03/04/${hexIdOf(3)}.png`,
    ]);
  });

  it('stops when it is told to', async () => {
    const storage = createMemoryStorage();
    for (let n = 1; n <= 5; n += 1) await keep(storage, sampleRecord({ id: idOf(n) }));
    const stop = new AbortController();
    const seen: string[] = [];
    const walking = (async () => {
      for await (const one of walkSidecars(storage, owner, {
        legacyTz: 'UTC',
        parallel: 2,
        signal: stop.signal,
      })) {
        seen.push(one.state);
        stop.abort();
      }
    })();
    await expect(walking).rejects.toMatchObject({ code: 'aborted' });
    expect(seen).toEqual(['read', 'read']);
  });

  it.each(['readFolder', 'read'] as const)(
    'gives no answer in part when the disk fails: %s',
    async (call) => {
      const memory = createMemoryStorage();
      for (let n = 1; n <= 3; n += 1) await keep(memory, sampleRecord({ id: idOf(n) }));
      const storage = createFaultStorage(memory, { at: 3, only: [call], fault: { fail: 'EIO' } });
      await expect(walk(storage)).rejects.toMatchObject({ code: 'io_error' });
    },
  );
});
