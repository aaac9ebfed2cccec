import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extOfRecord, locationOf } from '../../../src/catalog/entry.ts';
import { createCanonicalReader } from '../../../src/catalog/sidecar-canonical.ts';
import type { OriginalExt } from '../../../src/domain/format.ts';
import type { Location } from '../../../src/domain/key.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import { encodeRecord, parseRecord, parseSidecarText } from '../../../src/domain/record-codec.ts';
import { PUBLIC_MEMBERS } from '../../../src/domain/record-members.ts';
import { arbitraryRecord, sampleRecord } from '../../support/records.ts';

function recognize(bytes: Buffer, at: Location, exts: readonly OriginalExt[]) {
  return createCanonicalReader(at)(bytes, at.id, exts);
}

/** What reading it the long way gives; undefined for what is no record. */
function theLongWay(bytes: Buffer, at: Location, ext: OriginalExt) {
  try {
    const record = parseRecord(parseSidecarText(bytes.toString('utf8')), { ...at, ext }, { legacyTz: 'UTC' });
    return { encoded: encodeRecord(record), time: Date.parse(record.created_at), status: record.status };
  } catch {
    return undefined;
  }
}

/** The one promise: what is recognized is exactly what the long way would have written. True when it was recognized. */
function keepsItsPromise(bytes: Buffer, at: Location, exts: readonly OriginalExt[]): boolean {
  const found = recognize(bytes, at, exts);
  if (found === undefined) return false;
  const [first = 'png'] = exts;
  expect(theLongWay(bytes, at, first)).toEqual({ encoded: bytes, ...found });
  return true;
}

describe('a canonical sidecar', () => {
  const usual: Partial<PictureRecord>[] = [
    {},
    {
      status: 'trash',
      trashed_at: '2026-02-28T23:59:59.999Z',
      rev: 7,
      updated_at: '2028-02-29T00:00:00.000Z',
    },
    { kind: 'input', mime: 'image/jpeg', thumb: null, thumbhash: null, width: null, crc32: null },
    {
      tags: [],
      rating: 0,
      favorite: true,
      thumb_v: 12,
      workflow_id: null,
      prompt: 'quote " back \\ tab \t\n',
    },
    { seed: '-12', steps: 30, cfg: 6.5, loras: [], parents: [], from: {} },
    {
      loras: [{ name: 'x', strength: 0.8, nested: [1, { a: null }] }],
      parents: [{ kind: 'control', id: sampleRecord().id, role: 'pose' }],
      from: { seed: 'embedded', model: 'graph' },
    },
    { idem: '0123456789abcdef' },
    {
      adopted_from: { name: 'ComfyUI "1".png', inode: '18446744073709551615', size: 5, mtime: 1.5e12 + 0.25 },
    },
    { adopted_from: { name: 'x', inode: '7', size: 0, mtime: 0 }, idem: 'fedcba9876543210' },
  ];

  it.each(usual.map((overrides) => [JSON.stringify(overrides), overrides] as const))(
    'is recognized: %s',
    (_, overrides) => {
      const record = sampleRecord(overrides);
      const ext = extOfRecord(record);
      expect(keepsItsPromise(encodeRecord(record), locationOf(record), [ext])).toBe(true);
    },
  );

  it('of any record is never another one’s', () => {
    let recognized = 0;
    fc.assert(
      fc.property(arbitraryRecord(sampleRecord().owner), (record) => {
        const { day: _day, ext: _ext, ...plain } = record;
        for (const one of [record, { ...plain, extra: {} }]) {
          if (keepsItsPromise(encodeRecord(one), locationOf(one), [extOfRecord(one)])) recognized += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(recognized).toBeGreaterThan(5);
  });

  it('is another after any flip, cut or insertion of bytes that the long way would see', () => {
    const edits = fc.array(
      fc.record({
        at: fc.nat(4_000),
        kind: fc.constantFrom('flip', 'cut', 'insert', 'put'),
        byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\,:{}[]0159-.eE tu\x00\x1f\x7f\xff'))),
      }),
      { minLength: 1, maxLength: 3 },
    );
    const records = usual.map((overrides) => sampleRecord(overrides));
    fc.assert(
      fc.property(fc.constantFrom(...records), edits, (record, changes) => {
        let bytes = encodeRecord(record);
        for (const { at, kind, byte } of changes) {
          const place = at % bytes.length;
          const given = kind === 'flip' ? [(bytes[place] ?? 0) ^ (1 << (byte % 8))] : [byte];
          const inserted = kind === 'cut' ? [] : given;
          const after = bytes.subarray(kind === 'insert' ? place : place + 1);
          bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(inserted), after]);
        }
        keepsItsPromise(bytes, locationOf(record), [extOfRecord(record)]);
      }),
      { numRuns: 6_000 },
    );
  });

  it('is another with any other value in a member, unless the long way keeps that value as it is', () => {
    const values: unknown[] = [
      ...[
        null,
        true,
        false,
        0,
        1,
        -1,
        5,
        6,
        1.5,
        -0,
        1e21,
        2 ** 53,
        2 ** 53 - 1,
        1e-7,
        [],
        {},
        [1],
        [null],
        '',
      ],
      ...['x', ['x'], ['x', 'y'], [{}], { a: 1 }, { seed: 'user' }, { seed: 'else' }, 'active', 'trash'],
      ...[
        '12',
        '1.5',
        'image/png',
        'image/jpg',
        'image/webp',
        '2026-01-02T03:04:05.678Z',
        '2026-02-30T00:00:00.000Z',
      ],
      ...[
        '2026-01-02T24:00:00.000Z',
        '1969-12-31T00:00:00.000Z',
        '2026-01-02T03:04:60.000Z',
        '2026/01/02',
        'png',
      ],
      ...[
        'AB'.repeat(32),
        'ab'.repeat(32),
        '0BADF00D',
        '1'.repeat(41),
        `thumb/${sampleRecord().id}.jpg`,
        '\ud800',
      ],
      ...[
        [{ kind: 'input', id: sampleRecord().id, role: '' }],
        [{ id: sampleRecord().id, kind: 'input', role: '' }],
      ],
      ...[[{ 2: 'b', 1: 'a' }], JSON.parse('{"__proto__":"user"}'), 'a\u2028b', '\u007f', '\u0001'],
    ];
    let kept = 0;
    for (const overrides of usual) {
      const record = sampleRecord(overrides);
      const at = locationOf(record);
      const members: { [name: string]: unknown } = JSON.parse(encodeRecord(record).toString('utf8'));
      for (const name of [...PUBLIC_MEMBERS, 'idem', 'adopted_from']) {
        for (const value of [undefined, ...values]) {
          const changed = Object.fromEntries(
            [...PUBLIC_MEMBERS, 'adopted_from', 'idem'].map((one) => [
              one,
              one === name ? value : members[one],
            ]),
          );
          const bytes = Buffer.from(JSON.stringify(changed));
          if (keepsItsPromise(bytes, at, [extOfRecord(record)])) kept += 1;
        }
      }
    }
    expect(kept).toBeGreaterThan(1_000);
  });

  it.each([
    ['another owner’s folder', { owner: 'bob' }],
    ['another kind’s folder', { kind: 'control' }],
    ['another day’s folder', { day: '2026/01/03' }],
    ['another name', { id: '01jtest0000000000000000002' }],
  ])('is none in %s', (_, place) => {
    const record = sampleRecord();
    const at: Location = Object.assign({}, locationOf(record), place);
    expect(recognize(encodeRecord(record), at, ['png'])).toBeUndefined();
  });

  it('is none beside an original of another type, and one beside several', () => {
    const record = sampleRecord();
    const at = locationOf(record);
    expect(recognize(encodeRecord(record), at, ['webp'])).toBeUndefined();
    expect(recognize(encodeRecord(record), at, [])).toBeUndefined();
    expect(recognize(encodeRecord(record), at, ['png', 'webp'])).toBeDefined();
  });

  it.each([
    ['a blank', (text: string) => text.replace(',"rev"', ', "rev"')],
    ['a newline at the end', (text: string) => `${text}\n`],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['an unknown member', (text: string) => text.replace(/}$/, ',"mine":1}')],
    ['a member twice', (text: string) => text.replace(',"rev":1', ',"rev":1,"rev":1')],
    ['another order', (text: string) => text.replace('{"v":1,"rev":1', '{"rev":1,"v":1')],
    ['an escape that needs none', (text: string) => text.replace('"api"', '"\\u0061pi"')],
    ['a later version', (text: string) => text.replace('{"v":1', '{"v":2')],
  ])('is none with %s', (_, change) => {
    const record = sampleRecord();
    const text = encodeRecord(record).toString('utf8');
    expect(change(text)).not.toBe(text);
    expect(recognize(Buffer.from(change(text)), locationOf(record), ['png'])).toBeUndefined();
  });

  it('is none with bytes that are no UTF-8', () => {
    const record = sampleRecord();
    const bytes = encodeRecord(record);
    bytes[bytes.indexOf('cat on a roof')] = 0xff;
    expect(recognize(bytes, locationOf(record), ['png'])).toBeUndefined();
  });
});
