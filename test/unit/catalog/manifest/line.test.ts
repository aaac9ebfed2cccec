import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../../src/catalog/entry.ts';
import { decodeHeader, encodeHeader, HEADER_LENGTH } from '../../../../src/catalog/manifest/header.ts';
import { idText, ULID_FORM } from '../../../../src/catalog/manifest/ids.ts';
import { crcHolds, emptyView, encodeLine, scanLine } from '../../../../src/catalog/manifest/line.ts';
import { lineEntry } from '../../../../src/catalog/manifest/line-entry.ts';
import { emptyHead, scanHead } from '../../../../src/catalog/manifest/record-head.ts';
import { KINDS, OPS, STATUSES } from '../../../../src/domain/kind.ts';
import { encodeRecord, publicJsonOf } from '../../../../src/domain/record-codec.ts';
import { asOwner, idOf } from '../../../support/ids.ts';
import { arbitraryRecord, sampleRecord } from '../../../support/records.ts';

describe('a line', () => {
  it('has exactly the members and the checksum of the format', () => {
    const facts = {
      seq: 7,
      op: 'put',
      id: idOf(1),
      time: 1_767_323_045_678,
      kind: 'generated',
      status: 'active',
    } as const;
    const record = encodeRecord(sampleRecord());
    const text = encodeLine(facts, record).toString('utf8');
    const front = `{"s":7,"op":"put","id":"${idOf(1)}","t":1767323045678,"k":"generated","st":"active","r":${record}`;
    const sum = crc32(Buffer.from(front)).toString(16).padStart(8, '0');
    expect(text).toBe(`${front},"c":"${sum}"}\n`);
    expect(encodeLine({ ...facts, op: 'purge' }, undefined).toString()).toMatch(
      /"st":"active","c":"[0-9a-f]{8}"}\n$/,
    );
  });

  it('is read by position as it was written', () => {
    fc.assert(
      fc.property(
        arbitraryRecord(),
        fc.nat(),
        fc.constantFrom(...OPS),
        fc.nat(50),
        (record, seq, op, shift) => {
          const { id, kind, status } = record;
          const time = Date.parse(record.created_at);
          const encoded = encodeRecord(record);
          const line = encodeLine({ seq, op, id, time, kind, status }, op === 'purge' ? undefined : encoded);
          const bytes = Buffer.concat([Buffer.alloc(shift, 120), line, Buffer.from('tail')]);
          const end = shift + line.length - 1;
          const view = emptyView();
          expect(crcHolds(bytes, shift, end)).toBe(true);
          expect(scanLine(bytes, shift, end, view)).toBe(true);
          expect([view.seq, OPS[view.op], view.time]).toEqual([seq, op, time]);
          expect([KINDS[view.kind], STATUSES[view.status]]).toEqual([kind, status]);
          if (id.length === 26) expect(idText(view.words, 0, ULID_FORM)).toBe(id);
          const found = view.recordStart < 0 ? undefined : bytes.subarray(view.recordStart, view.recordEnd);
          expect(found).toEqual(op === 'purge' ? undefined : encoded);
        },
      ),
    );
  });

  it('with any other byte fails its checksum', () => {
    const facts = { seq: 1, op: 'put', id: idOf(1), time: 0, kind: 'input', status: 'trash' } as const;
    const line = encodeLine(facts, encodeRecord(sampleRecord()));
    for (let at = 0; at < line.length - 1; at++) {
      const bytes = Buffer.from(line);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(crcHolds(bytes, 0, line.length - 1)).toBe(false);
    }
  });
});

describe('the head of a record', () => {
  it('gives an entry what parsing the record gives', () => {
    const owner = asOwner('anon-0123456789abcdef0123456789abcdef');
    fc.assert(
      fc.property(arbitraryRecord(owner), (record) => {
        const encoded = encodeRecord(record);
        const head = emptyHead();
        expect(scanHead(encoded, 0, encoded.length, head)).toBe(true);
        expect(head.favorite).toBe(record.favorite);
        expect(head.sha).toBe(Number.parseInt(record.sha256.slice(0, 8), 16));
        expect(
          head.idemStart < 0 ? undefined : encoded.toString('latin1', head.idemStart, head.idemStart + 16),
        ).toBe(record.idem);
        const expected = columnsOf(record, 5);
        const { createdAt } = expected;
        const row = {
          seq: 5,
          id: record.id,
          createdAt,
          kind: KINDS.indexOf(record.kind),
          status: STATUSES.indexOf(record.status),
        };
        const entry = lineEntry(owner, encoded, row);
        expect({ ...entry, publicJson: undefined }).toEqual({ ...expected, publicJson: undefined });
        expect(entry.publicJson).toEqual(publicJsonOf(encoded));
        expect(entry.record()).toEqual(record);
      }),
      { numRuns: 300 },
    );
  });

  it('in another order of members is parsed instead', () => {
    const record = sampleRecord();
    const { extra, ...members } = record;
    const turned = Object.fromEntries(Object.entries(members).reverse());
    const encoded = Buffer.from(JSON.stringify({ ...turned, ...extra }));
    expect(scanHead(encoded, 0, encoded.length, emptyHead())).toBe(false);
    const row = { seq: 1, id: record.id, createdAt: Date.parse(record.created_at), kind: 0, status: 0 };
    expect({ ...lineEntry(record.owner, encoded, row), publicJson: 0 }).toEqual({
      ...columnsOf(record, 1),
      publicJson: 0,
    });
  });
});

describe('the header', () => {
  const header = {
    owner: asOwner(`z${'-'.repeat(63)}`),
    epoch: 'f'.repeat(16),
    floor: 3,
    maxSeq: 2 ** 40,
    sortedEnd: 2 ** 45,
  };

  it('has a fixed length, and comes back', () => {
    const bytes = encodeHeader(header);
    expect(bytes.length).toBe(HEADER_LENGTH);
    expect(bytes.at(-1)).toBe(10);
    expect(decodeHeader(bytes)).toEqual(header);
    expect(Object.keys(JSON.parse(bytes.toString()))).toEqual([
      'v',
      'owner',
      'epoch',
      'floor',
      'max_seq',
      'sorted_end',
      'pad',
      'c',
    ]);
    expect(crcHolds(bytes, 0, HEADER_LENGTH - 1)).toBe(true);
  });

  it('with any bit flipped is none', () => {
    const bytes = encodeHeader(header);
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const bad = Buffer.from(bytes);
        bad[at] = (bad[at] ?? 0) ^ bit;
        expect(decodeHeader(bad), `byte ${at}, bit ${bit}`).toBeUndefined();
      }
    }
    expect(decodeHeader(bytes.subarray(0, 255))).toBeUndefined();
  });

  it('as it was written before headers had a checksum is read, and no other without one', () => {
    const { owner, epoch } = header;
    const body = `{"v":1,"owner":"${owner}","epoch":"${epoch}","floor":3,"max_seq":4,"sorted_end":256,"pad":"`;
    const former = Buffer.from(`${body.padEnd(HEADER_LENGTH - 3)}"}\n`);
    expect(decodeHeader(former)).toEqual({ ...header, maxSeq: 4, sortedEnd: 256 });
    const longer = Buffer.from(`${body.replace('"pad":"', '"x":1,"pad":"').padEnd(HEADER_LENGTH - 3)}"}\n`);
    expect(decodeHeader(longer)).toBeUndefined();
  });
});
