import { describe, expect, it } from 'vitest';
import { createBaseWriter, type LineBatch } from '../../../../src/catalog/manifest/base-writer.ts';
import { encodeLine } from '../../../../src/catalog/manifest/line.ts';
import { scanManifest } from '../../../../src/catalog/manifest/scan.ts';
import { dayOf } from '../../../../src/domain/day.ts';
import type { PictureRecord } from '../../../../src/domain/record.ts';
import { encodeRecord } from '../../../../src/domain/record-codec.ts';
import { readWhole } from '../../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { StorageFile } from '../../../../src/storage/storage.ts';
import { idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

const { owner } = sampleRecord();
const DAY = Date.UTC(2026, 0, 2);
const DAY_MS = 86_400_000;

function picture(n: number, time: number, more: Partial<PictureRecord> = {}): PictureRecord {
  return sampleRecord({ id: idOf(n), created_at: new Date(time).toISOString(), ...more });
}

interface Folder {
  readonly day: number;
  readonly records: readonly (PictureRecord | undefined)[];
  readonly shared?: boolean;
}

/** What is written when these folders come one after another. */
async function write(folders: readonly Folder[]) {
  const storage = createMemoryStorage();
  const file = await storage.open('manifest', 'create');
  const writer = createBaseWriter(file, owner, '00112233445566ff');
  let seq = 0;
  for (const { day, records, shared = false } of folders) {
    const lines: Buffer[] = [];
    const ends: number[] = [];
    for (const record of records) {
      seq += 1;
      if (record !== undefined) {
        const { id, kind, status } = record;
        const time = Date.parse(record.created_at);
        lines.push(encodeLine({ seq, op: 'put', id, time, kind, status }, encodeRecord(record)));
      }
      ends.push(Buffer.concat(lines).length);
    }
    const batch: LineBatch = {
      day: dayOf(day),
      shared,
      ids: records.map((record, n) => record?.id ?? idOf(900_000 + n)),
      lines: Buffer.concat(lines),
      ends: Uint32Array.from(ends),
      times: Float64Array.from(records, (record) => Date.parse(record?.created_at ?? '')),
      lastSeq: seq,
    };
    await writer.add(batch);
  }
  const count = await writer.finish();
  await file.close();
  const bytes = (await readWhole(storage, 'manifest')) ?? Buffer.alloc(0);
  const header = JSON.parse(bytes.toString('utf8', 0, 256));
  const reading = await storage.open('manifest', 'read');
  const scanned = await scanManifest(reading, { owner, now: DAY, unsettledSince: undefined });
  if ('damage' in scanned) throw new Error(scanned.damage);
  expect(scanned.torn).toBe(false);
  const ids = (part: Buffer): string[] =>
    part
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).id);
  return {
    count,
    known: scanned.index.columns.count,
    base: ids(bytes.subarray(256, header.sorted_end)),
    log: ids(bytes.subarray(header.sorted_end)),
  };
}

describe('a manifest written from sidecars', () => {
  it('is one sorted base when every picture lies in its own day', async () => {
    const first = [1, 2, 3].map((n) => picture(n, DAY + n));
    const second = [4, 5].map((n) => picture(n, DAY + DAY_MS + n));
    expect(
      await write([
        { day: DAY, records: first },
        { day: DAY + DAY_MS, records: second },
      ]),
    ).toEqual({
      count: 5,
      known: 5,
      base: [1, 2, 3, 4, 5].map(idOf),
      log: [],
    });
  });

  it('sorts a day whose ids are in no order of time, however many batches it comes in', async () => {
    const records = [5, 1, 4, 2, 3].map((time, n) => picture(n + 1, DAY + time));
    const one = { day: DAY, records: records.slice(0, 2) };
    const two = { day: DAY, records: records.slice(2) };
    const next = { day: DAY + DAY_MS, records: [picture(9, DAY + DAY_MS)] };
    const { base, log } = await write([one, two, next]);
    expect({ base, log }).toEqual({ base: [2, 4, 5, 3, 1, 9].map(idOf), log: [] });
  });

  it('puts the kinds of a day among each other', async () => {
    const generated = { day: DAY, shared: true, records: [picture(1, DAY + 1), picture(2, DAY + 5)] };
    const inputs = { day: DAY, shared: true, records: [picture(3, DAY + 2, { kind: 'input' })] };
    const { base, log } = await write([generated, inputs]);
    expect({ base, log }).toEqual({ base: [1, 3, 2].map(idOf), log: [] });
  });

  it('lets what is too late for its place follow as a log', async () => {
    const stray = picture(3, DAY - DAY_MS);
    const one = { day: DAY, records: [picture(1, DAY + 1)] };
    const two = {
      day: DAY + DAY_MS,
      records: [picture(2, DAY + DAY_MS), stray, picture(4, DAY + DAY_MS + 9)],
    };
    const { base, log, known } = await write([one, two]);
    expect({ base, log, known }).toEqual({ base: [1, 2, 4].map(idOf), log: [idOf(3)], known: 4 });
  });

  it('takes the last of two pictures under one id, as a log would', async () => {
    const twice = (time: number) => picture(1, time);
    const { base, log, known, count } = await write([
      { day: DAY, records: [twice(DAY), picture(2, DAY + 3)] },
      { day: DAY + DAY_MS, records: [twice(DAY + DAY_MS)] },
    ]);
    expect({ base, log, known, count }).toEqual({
      base: [1, 2].map(idOf),
      log: [idOf(1)],
      known: 2,
      count: 3,
    });
  });

  it('leaves out what has no line', async () => {
    const one = { day: DAY, records: [undefined, picture(1, DAY), undefined] };
    const two = { day: DAY + DAY_MS, records: [undefined] };
    const three = { day: DAY + 2 * DAY_MS, records: [picture(2, DAY + 2 * DAY_MS), undefined] };
    expect(await write([one, two, three])).toEqual({ count: 2, known: 2, base: [1, 2].map(idOf), log: [] });
    expect(await write([two])).toEqual({ count: 0, known: 0, base: [], log: [] });
  });

  it('goes on as a log when very much comes too late, in bounded memory', async () => {
    const prompt = 'x'.repeat(200_000);
    const late = Array.from({ length: 100 }, (_, n) => picture(n + 10, DAY - DAY_MS - n, { prompt }));
    const after = { day: DAY + 3 * DAY_MS, records: [picture(7, DAY + 3 * DAY_MS), picture(8, DAY)] };
    const { base, log, known } = await write([
      { day: DAY, records: [picture(1, DAY)] },
      { day: DAY + DAY_MS, records: late.slice(0, 50) },
      { day: DAY + 2 * DAY_MS, records: late.slice(50) },
      after,
    ]);
    expect(base).toEqual([idOf(1)]);
    expect(log.slice(-2)).toEqual([idOf(7), idOf(8)]);
    expect(known).toBe(103);
  });

  it('has written nothing behind whoever stopped', async () => {
    const file = await createMemoryStorage().open('manifest', 'create');
    let running = 0;
    const slow: StorageFile = {
      ...file,
      async write(bytes, position) {
        running += 1;
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (position > 256) throw Object.assign(new Error('EIO: write'), { code: 'EIO' });
        return file.write(bytes, position);
      },
    };
    const writer = createBaseWriter(slow, owner, '00112233445566ff');
    const add = (n: number) => {
      const record = picture(n, DAY + n, { prompt: 'x'.repeat(400_000) });
      const { id, kind, status } = record;
      const time = DAY + n;
      const lines = encodeLine({ seq: n, op: 'put', id, time, kind, status }, encodeRecord(record));
      const [ends, times] = [Uint32Array.of(lines.length), Float64Array.of(time)];
      return writer.add({ day: dayOf(DAY), shared: false, ids: [id], lines, ends, times, lastSeq: n });
    };
    await add(1);
    await add(2);
    expect(running).toBe(1);
    await writer.stop();
    expect(running).toBe(0);
    await expect(add(3)).rejects.toMatchObject({ code: 'EIO' });
    await expect(writer.finish()).rejects.toMatchObject({ code: 'EIO' });
  });
});
