import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/catalog/catalog.ts';
import { columnsOf } from '../../../../src/catalog/entry.ts';
import { encodeLine } from '../../../../src/catalog/manifest/line.ts';
import { LineEntry, type RowSnapshot } from '../../../../src/catalog/manifest/line-entry.ts';
import {
  createLogFiles,
  type LogFile,
  ManifestChangedError,
} from '../../../../src/catalog/manifest/log-file.ts';
import { readEntries } from '../../../../src/catalog/manifest/read-lines.ts';
import { KINDS, type Op, STATUSES } from '../../../../src/domain/kind.ts';
import type { PictureRecord } from '../../../../src/domain/record.ts';
import { encodeRecord, publicJsonOf } from '../../../../src/domain/record-codec.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { asOwner, hexIdOf, idOf } from '../../../support/ids.ts';
import { arbitraryRecord, sampleRecord } from '../../../support/records.ts';

const OWNER = asOwner('anon-0123456789abcdef0123456789abcdef');
const PATH = 'manifest.jsonl';

interface Written {
  readonly file: LogFile;
  readonly rows: RowSnapshot[];
  readonly bytes: Buffer;
}

/** A file with these records' lines, one after another, `gap` bytes apart. */
async function write(
  records: readonly PictureRecord[],
  { ops = ['put'], gap = 0, change = (bytes) => bytes }: WriteOptions = {},
): Promise<Written> {
  const parts: Buffer[] = [];
  const rows: RowSnapshot[] = [];
  let offset = 0;
  for (const [row, record] of records.entries()) {
    const { id, kind, status } = record;
    const seq = 10 ** (row % 7) + row;
    const time = Date.parse(record.created_at);
    const op = ops[row % ops.length] ?? 'put';
    const line = encodeLine({ seq, op, id, time, kind, status }, encodeRecord(record));
    const places = { kind: KINDS.indexOf(kind), status: STATUSES.indexOf(status) };
    rows.push({ row, offset, length: line.length, seq, createdAt: time, ...places });
    parts.push(line, Buffer.alloc(gap, 120));
    offset += line.length + gap;
  }
  const bytes = change(Buffer.concat(parts));
  const storage = createMemoryStorage();
  const handle = await storage.open(PATH, 'create');
  await handle.write(bytes, 0);
  await handle.close();
  return { file: await createLogFiles(storage, 4).open(PATH), rows, bytes };
}

interface WriteOptions {
  readonly ops?: readonly Op[];
  readonly gap?: number;
  readonly change?: (bytes: Buffer) => Buffer;
}

const textOf = (entry: Entry | undefined) => Buffer.from(entry?.publicJson ?? []).toString('utf8');
const samples = (count: number) => Array.from({ length: count }, (_, n) => sampleRecord({ id: idOf(n) }));

describe('lines read from a manifest', () => {
  it('give what was written, in the order asked, whether lent or not', async () => {
    const records = fc.array(arbitraryRecord(OWNER), { minLength: 1, maxLength: 8 });
    const ops = fc.array(fc.constantFrom<Op>('put', 'edit', 'trash', 'restore'), { minLength: 1 });
    const gap = fc.constantFrom(0, 100, 20_000);
    await fc.assert(
      fc.asyncProperty(records, ops, gap, fc.boolean(), fc.nat(), async (made, of, apart, lend, turn) => {
        const { file, rows } = await write(made, { ops: of, gap: apart });
        // the first ones twice
        const asked = [...rows, ...rows.slice(0, 1 + (turn % rows.length))].reverse();
        const entries = await readEntries(file, OWNER, asked, lend);
        for (const [i, entry] of entries.entries()) {
          const { row, seq } = asked[i] ?? { row: -1, seq: -1 };
          const record = made[row] ?? sampleRecord();
          expect({ ...entry }).toEqual(columnsOf(record, seq));
          expect(textOf(entry)).toBe(publicJsonOf(encodeRecord(record)).toString('utf8'));
          expect(entry.record()).toEqual(record);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are refused when any byte of theirs is another', async () => {
    const records = [sampleRecord(), sampleRecord({ id: hexIdOf(2) })];
    const { rows, bytes } = await write(records);
    for (let at = 0; at < bytes.length; at += 1) {
      if (bytes[at] === 10) continue;
      const { file } = await write(records, {
        change(whole) {
          whole[at] = (whole[at] ?? 0) ^ 4;
          return whole;
        },
      });
      await expect(readEntries(file, OWNER, rows)).rejects.toThrow(ManifestChangedError);
    }
  });

  it('are refused when they are sound ones of another change, or a purge, or not there', async () => {
    const record = sampleRecord();
    const { file, rows } = await write([record]);
    const [row] = rows;
    if (row === undefined) throw new Error('no row');
    const other = [{ ...row, seq: row.seq + 1 }];
    await expect(readEntries(file, OWNER, other)).rejects.toThrow(ManifestChangedError);
    const behind = [{ ...row, offset: row.offset + 10 * row.length }];
    await expect(readEntries(file, OWNER, behind)).rejects.toThrow(ManifestChangedError);
    const facts = {
      seq: row.seq,
      op: 'purge',
      id: record.id,
      time: 0,
      kind: 'generated',
      status: 'active',
    } as const;
    const purge = encodeLine(facts, undefined);
    const gone = await write([record], { change: () => purge });
    await expect(readEntries(gone.file, OWNER, [{ ...row, length: purge.length }])).rejects.toThrow(
      ManifestChangedError,
    );
  });
});

describe('lent lines', () => {
  it('lose their bytes when they are released, and only then others get them', async () => {
    const { file, rows } = await write(samples(4));
    const first = await readEntries(file, OWNER, rows.slice(0, 2), true);
    const texts = first.map(textOf);
    const second = await readEntries(file, OWNER, rows.slice(2), true);
    expect(first.map(textOf)).toEqual(texts);
    for (const entry of first) entry.release?.();
    expect(first.map(textOf)).toEqual(['', '']);
    const bytes = second[0]?.publicJson.buffer;
    for (const entry of second) entry.release?.();
    const third = await readEntries(file, OWNER, rows.slice(0, 2), true);
    expect(third[0]?.publicJson.buffer).toBe(bytes);
    expect(third.map(textOf)).toEqual(texts);
  });

  it('stay when one of them is kept, and that one has bytes of its own', async () => {
    const { file, rows } = await write(samples(4));
    const [kept, left] = await readEntries(file, OWNER, rows.slice(0, 2), true);
    const text = textOf(kept);
    if (!(kept instanceof LineEntry) || left === undefined) throw new Error('not a line');
    kept.detach();
    kept.release();
    left.release?.();
    // into the same bytes
    const others = await readEntries(file, OWNER, rows.slice(2), true);
    expect(textOf(others[0])).not.toBe(text);
    expect(textOf(kept)).toBe(text);
    expect(kept.record()).toEqual(samples(1)[0]);
    expect(kept.publicJson.buffer.byteLength).toBe(kept.publicJson.byteLength);
  });

  it('are released once, however often it is said', async () => {
    const { file, rows } = await write(samples(4));
    const [one, other] = await readEntries(file, OWNER, rows.slice(0, 2), true);
    for (let i = 0; i < 3; i++) one?.release?.();
    const text = textOf(other);
    await readEntries(file, OWNER, rows.slice(2), true);
    expect(textOf(other)).toBe(text);
  });
});
