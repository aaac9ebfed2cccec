import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyView, encodeLine, scanLine } from '../../../../src/catalog/manifest/line.ts';
import { emptyHead, scanHead } from '../../../../src/catalog/manifest/record-head.ts';
import { RecordScanner } from '../../../../src/catalog/manifest/record-scanner.ts';
import type { PictureRecord } from '../../../../src/domain/record.ts';
import { encodeRecord } from '../../../../src/domain/record-codec.ts';
import { asOwner, hexIdOf } from '../../../support/ids.ts';
import { arbitraryRecord, sampleRecord } from '../../../support/records.ts';

const { owner } = sampleRecord();

/** The line of a record, its view, and the scanner over it. */
function begin(record: PictureRecord, said: Partial<PictureRecord> = {}) {
  const { id, kind, status } = { ...record, ...said };
  const time = Date.parse(record.created_at);
  const line = encodeLine({ seq: 7, op: 'put', id, time, kind, status }, encodeRecord(record));
  const view = emptyView();
  expect(scanLine(line, 0, line.length - 1, view)).toBe(true);
  const scanner = new RecordScanner(owner);
  scanner.begin(line);
  return { line, view, scanner };
}

function isRead(record: PictureRecord, said: Partial<PictureRecord> = {}): boolean {
  const { view, scanner } = begin(record, said);
  return scanner.read(view, emptyHead());
}

describe('records read in their usual form', () => {
  it('say what scanHead says of them, when they are read at all', () => {
    fc.assert(
      fc.property(arbitraryRecord(owner), (record) => {
        const { line, view, scanner } = begin(record);
        const [found, expected] = [emptyHead(), emptyHead()];
        fc.pre(scanner.read(view, found));
        expect(scanHead(line, view.recordStart, view.recordEnd, expected)).toBe(true);
        const { favorite, updatedStart, sha, shaEnd, idemStart } = expected;
        expect(found).toMatchObject({ favorite, updatedStart, sha, shaEnd, idemStart });
      }),
      { numRuns: 500 },
    );
  });

  it('are nearly all of those that we write', () => {
    const id = hexIdOf(3);
    for (const over of [
      {},
      { favorite: true, trashed_at: '2026-01-02T03:04:05.678Z', status: 'trash' as const },
      { id, thumb: `thumb/${id}.jpg`, mime: 'image/jpeg' as const, kind: 'input' as const },
      { thumb: null, original_filename: 'a "b" \\ 고양이.png', idem: '0123456789abcdef' },
      { crc32: null, width: null, height: null, thumbhash: null, extra: { x: 1 } },
    ]) {
      expect(isRead(sampleRecord(over))).toBe(true);
    }
  });

  it('must be those of the line that holds them, and of the owner', () => {
    const record = sampleRecord();
    expect(isRead(record, { id: hexIdOf(1) })).toBe(false);
    expect(isRead(record, { kind: 'input' })).toBe(false);
    expect(isRead(record, { status: 'trash' })).toBe(false);
    const { line, view } = begin(record);
    const other = new RecordScanner(asOwner('b'.repeat(owner.length)));
    other.begin(line);
    expect(other.read(view, emptyHead())).toBe(false);
  });
});
