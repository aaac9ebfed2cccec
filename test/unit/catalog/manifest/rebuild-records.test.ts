import { describe, expect, it } from 'vitest';
import { locationOf } from '../../../../src/catalog/entry.ts';
import { linesFromSidecars } from '../../../../src/catalog/manifest/rebuild-records.ts';
import { walkSidecars } from '../../../../src/catalog/sidecar-walk.ts';
import { originalKey, sidecarKey } from '../../../../src/domain/key.ts';
import type { PictureRecord } from '../../../../src/domain/record.ts';
import { decodeRecord, encodeRecord } from '../../../../src/domain/record-codec.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../../../src/storage/node-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { idOf } from '../../../support/ids.ts';
import { writeFile, writeLegacyTree } from '../../../support/legacy-tree.ts';
import { sampleRecord } from '../../../support/records.ts';
import { createFaultStorage } from '../../../support/storage/fault-storage.ts';
import { tempFolder } from '../../../support/storage/temp-folder.ts';

const { owner } = sampleRecord();

async function keep(storage: Storage, record: PictureRecord, change = (text: string) => text): Promise<void> {
  const at = locationOf(record);
  await writeFile(storage, originalKey(at, 'png'), Buffer.from('a picture'));
  await writeFile(storage, sidecarKey(at), Buffer.from(change(encodeRecord(record).toString('utf8'))));
}

/** Ours, the earlier system's, edited by hand, broken, and without an original. */
async function fill(storage: Storage): Promise<void> {
  for (let n = 1; n <= 40; n += 1) {
    const created_at = new Date(Date.UTC(2026, 0, 1 + (n % 5), n)).toISOString();
    await keep(storage, sampleRecord({ id: idOf(n), created_at, kind: n % 4 === 0 ? 'input' : 'generated' }));
  }
  const edited = sampleRecord({ id: idOf(50), tags: ['by hand'] });
  await keep(storage, edited, (text) => JSON.stringify({ note: 'mine', ...JSON.parse(text) }, null, 2));
  await keep(storage, sampleRecord({ id: idOf(51) }), () => '{');
  await writeFile(storage, sidecarKey({ ...locationOf(edited), id: idOf(52) }), encodeRecord(edited));
  await writeLegacyTree(storage, owner, [{ bytes: Buffer.from('x') }, { bytes: Buffer.from('y') }]);
}

async function linesOf(storage: Storage): Promise<{ lines: string[]; invalid: string[] }> {
  const lines: string[] = [];
  const invalid: string[] = [];
  for await (const batch of linesFromSidecars(storage, owner, 'Asia/Tokyo')) {
    lines.push(...batch.lines.toString('utf8').split('\n').slice(0, -1));
    invalid.push(...batch.invalid);
  }
  return { lines, invalid };
}

describe('lines made of sidecars', () => {
  it('hold what a walk over the sidecars reads, in threads and without', async () => {
    const memory = createMemoryStorage();
    const disk = createNodeStorage(await tempFolder());
    for (const storage of [memory, disk]) await fill(storage);
    const walked: string[] = [];
    for await (const found of walkSidecars(memory, owner, { legacyTz: 'Asia/Tokyo' })) {
      if (found.state === 'read') walked.push(encodeRecord(found.record).toString('utf8'));
    }
    const single = await linesOf(memory);
    expect(await linesOf(disk)).toEqual(single);
    expect(single.invalid).toEqual([idOf(51)]);
    const records = single.lines.map((line) => line.slice(line.indexOf(',"r":') + 5, -16));
    expect(records.toSorted()).toEqual(walked.toSorted());
    expect(records).toHaveLength(43);
    const seqs = single.lines.map((line) => Number(/^\{"s":(\d+),/.exec(line)?.[1]));
    expect(seqs.every((seq, n) => n === 0 || seq > (seqs[n - 1] ?? 0))).toBe(true);
    const days = records.map((record) => decodeRecord(Buffer.from(record)).created_at.slice(0, 10));
    expect(days.slice(2)).toEqual(days.slice(2).toSorted());
  });

  it('are made of long sidecars however few there are', async () => {
    const disk = createNodeStorage(await tempFolder());
    const lengths = [900, 1_500, 3_000, 12_000, 40_000];
    for (const [day, length] of lengths.entries()) {
      const created_at = new Date(Date.UTC(2026, 2, 1 + day)).toISOString();
      for (let n = 0; n <= day; n += 1) {
        await keep(disk, sampleRecord({ id: idOf(day * 10 + n), created_at, prompt: 'x'.repeat(length) }));
      }
    }
    const { lines, invalid } = await linesOf(disk);
    expect(invalid).toEqual([]);
    const prompts = lines.map((line) => /"prompt":"(x*)"/.exec(line)?.[1]?.length);
    expect(prompts).toEqual(lengths.flatMap((length, day) => Array(day + 1).fill(length)));
  });

  it('end with the storage’s error', async () => {
    const memory = createMemoryStorage();
    await fill(memory);
    const storage = createFaultStorage(memory, { at: 30, only: ['read'], fault: { fail: 'EIO' } });
    await expect(linesOf(storage)).rejects.toMatchObject({ code: 'io_error' });
  });
});
