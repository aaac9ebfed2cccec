import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/domain/day.ts';
import { extOf } from '../../../src/domain/format.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import {
  decodeRecord,
  encodeRecord,
  parseRecord,
  parseSidecarText,
  privateTailLength,
  publicJsonOf,
} from '../../../src/domain/record-codec.ts';
import { arbitraryRecord, sampleRecord } from '../../support/records.ts';

function placeOf(record: PictureRecord) {
  const { owner, kind, id } = record;
  const day = record.day ?? dayOf(Date.parse(record.created_at));
  return { owner, kind, id, day, ext: record.ext ?? extOf(record.mime) };
}

function withoutPrivate(record: PictureRecord): PictureRecord {
  const { idem: _idem, adopted_from: _from, ...rest } = record;
  return rest;
}

const adopted_from = { name: 'dropped.png', inode: '42', size: 7, mtime: 1.25 };
const idem = '0123456789abcdef';

describe('encodeRecord', () => {
  it('writes the members in the canonical order, on one line, the private ones last', () => {
    const record = sampleRecord({ extra: { zz: 1, 7: 'seven', b: null }, idem, adopted_from, model: 'm' });
    const text = encodeRecord(record).toString('utf8');
    expect(text).not.toContain('\n');
    expect([...text.matchAll(/[{,]"([a-z0-9_]+)":/g)].map((match) => match[1])).toEqual(
      (
        'v rev mime thumb thumb_v favorite id owner kind status created_at updated_at trashed_at ' +
        'original_filename bytes thumb_bytes sha256 crc32 width height thumbhash rating source tags ' +
        'workflow_id aspect_ratio model seed prompt 7 zz b adopted_from name inode size mtime idem'
      ).split(' '),
    );
  });

  it('puts day and ext into the head where they are needed', () => {
    const record = sampleRecord({ day: dayOf(0), ext: 'jpeg' });
    expect(encodeRecord(record).toString()).toContain(
      '"favorite":false,"day":"1970/01/01","ext":"jpeg","id":',
    );
  });

  it('never lets an unknown member take the place of a known one', () => {
    const record = sampleRecord({ extra: { idem: 'theirs', owner: 'mallory', fine: 1 } });
    expect(decodeRecord(encodeRecord(record))).toEqual(sampleRecord({ extra: { fine: 1 } }));
  });

  it.each([
    { idem: 'not hex' },
    { adopted_from: { ...adopted_from, inode: 'x' } },
    { adopted_from: { ...adopted_from, mtime: Number.NaN } },
  ])('refuses private members that could not be cut: %j', (overrides) => {
    expect(() => encodeRecord(sampleRecord(overrides))).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });
});

describe('decodeRecord', () => {
  it('gives back every record that was encoded', () => {
    fc.assert(
      fc.property(arbitraryRecord(), (record) => {
        const encoded = encodeRecord(record);
        expect(decodeRecord(encoded)).toEqual(record);
        expect(encodeRecord(decodeRecord(encoded)).equals(encoded)).toBe(true);
      }),
    );
  });

  it.each(['', '[', '1', 'null', '{"v":1'])('calls %j unreadable', (text) => {
    expect(() => decodeRecord(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'tree_unreadable' }),
    );
  });
});

describe('publicJsonOf', () => {
  it('is the record without its private members, whatever the unknown ones look like', () => {
    fc.assert(
      fc.property(arbitraryRecord(), (record) => {
        const encoded = encodeRecord(record);
        const expected = encodeRecord(withoutPrivate(record));
        expect(publicJsonOf(encoded).equals(expected)).toBe(true);
        expect(privateTailLength(encoded)).toBe(encoded.length - expected.length);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back the same bytes, uncopied, when nothing is private', () => {
    const encoded = encodeRecord(sampleRecord());
    expect(publicJsonOf(encoded)).toBe(encoded);
  });

  it('leaves the encoded bytes as they are', () => {
    const encoded = encodeRecord(sampleRecord({ idem, adopted_from }));
    const before = Buffer.from(encoded);
    expect(publicJsonOf(encoded).toString()).not.toContain('adopted_from');
    expect(encoded.equals(before)).toBe(true);
  });
});

describe('parseRecord of our own sidecars', () => {
  it('gives back every record, from text', () => {
    fc.assert(
      fc.property(arbitraryRecord(), (record) => {
        const value = parseSidecarText(encodeRecord(record).toString('utf8'));
        expect(parseRecord(value, placeOf(record), { legacyTz: 'Asia/Seoul' })).toEqual(record);
      }),
    );
  });

  it('believes the place, not the text', () => {
    const record = sampleRecord();
    const forged = { ...record, owner: 'mallory', kind: 'input', id: '0'.repeat(26), day: 'x', ext: 'exe' };
    const read = parseRecord(JSON.parse(JSON.stringify({ ...forged, extra: undefined })), placeOf(record), {
      legacyTz: 'UTC',
    });
    expect(read).toEqual(record);
  });

  it('says where it lies, where that differs from what its time and type say', () => {
    const record = sampleRecord();
    const value = parseSidecarText(encodeRecord(record).toString());
    const where = { ...placeOf(record), day: dayOf(0), ext: 'jpeg' as const };
    const read = parseRecord(value, where, { legacyTz: 'UTC' });
    expect(read).toEqual({ ...record, day: '1970/01/01', ext: 'jpeg' });
  });

  it('refuses a record of a later version instead of cutting it down', () => {
    const value = { ...sampleRecord(), v: 2 };
    expect(() => parseRecord(value, placeOf(sampleRecord()), { legacyTz: 'UTC' })).toThrow(
      expect.objectContaining({ code: 'tree_unreadable', details: expect.objectContaining({ field: 'v' }) }),
    );
  });
});
