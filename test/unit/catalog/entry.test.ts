import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  columnsOf,
  createEncodedEntry,
  createEntry,
  cursorOf,
  extOfRecord,
  locationOf,
  thumbExtOf,
} from '../../../src/catalog/entry.ts';
import { dayOf } from '../../../src/domain/day.ts';
import { encodeRecord } from '../../../src/domain/record-codec.ts';
import { arbitraryRecord, sampleRecord } from '../../support/records.ts';

describe('an entry', () => {
  it('is the same whether it was made from a record or from its bytes', () => {
    fc.assert(
      fc.property(arbitraryRecord(), fc.nat(), (record, seq) => {
        const made = createEntry(record, seq);
        const read = createEncodedEntry(columnsOf(record, seq), encodeRecord(record));
        expect(Buffer.from(read.publicJson).equals(made.publicJson)).toBe(true);
        expect(read.record()).toEqual(record);
        const rest = { publicJson: undefined, record: undefined };
        expect({ ...read, ...rest }).toEqual({ ...made, ...rest });
      }),
      { numRuns: 50 },
    );
  });

  it('tells the place of a picture, as its own members or as the usual ones', () => {
    const usual = sampleRecord({ mime: 'image/jpeg' });
    expect(columnsOf(usual, 3)).toMatchObject({ day: '2026/01/02', ext: 'jpg', seq: 3, thumb: 'webp' });
    const moved = sampleRecord({ mime: 'image/jpeg', ext: 'jpeg', day: dayOf(0) });
    expect(columnsOf(moved, 3)).toMatchObject({ day: '1970/01/01', ext: 'jpeg' });
    expect(extOfRecord(moved)).toBe('jpeg');
    expect(locationOf(moved)).toEqual({
      owner: moved.owner,
      kind: 'generated',
      id: moved.id,
      day: '1970/01/01',
    });
    expect(cursorOf(createEntry(usual, 1))).toEqual({ time: Date.parse(usual.created_at), id: usual.id });
  });

  it('shares one JSON and one record', () => {
    const entry = createEncodedEntry(columnsOf(sampleRecord(), 1), encodeRecord(sampleRecord()));
    expect(entry.publicJson).toBe(entry.publicJson);
    expect(entry.record()).toBe(entry.record());
  });

  it.each([
    ['thumb/x.webp', 'webp'],
    ['thumb/x.jpg', 'jpg'],
    ['thumb/x.gif', null],
    [null, null],
  ])('knows the extension of %j', (thumb, ext) => {
    expect(thumbExtOf(thumb)).toBe(ext);
  });
});
