import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/domain/day.ts';
import { isKirokuError } from '../../../src/domain/errors.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import { encodeRecord, parseRecord, parseSidecarText } from '../../../src/domain/record-codec.ts';
import { asOwner, hexIdOf } from '../../support/ids.ts';
import { sidecarText } from '../../support/legacy-tree.ts';

const id = hexIdOf(1);
const owner = asOwner('anon-0123456789abcdef0123456789abcdef');
const where = { owner, kind: 'generated', id, day: dayOf(Date.UTC(2025, 2, 4)), ext: 'png' } as const;
const bytes = Buffer.from('a picture');
const thumb = Buffer.from('a thumbnail');

function parse(text: string, legacyTz = 'UTC'): PictureRecord {
  return parseRecord(parseSidecarText(text), where, { legacyTz });
}

/** What the earlier system wrote, with some members replaced (undefined: left out). */
function older(overrides: { readonly [name: string]: unknown } = {}): string {
  const text = sidecarText({ bytes, thumb }, where, '2025-03-04T05:06:07.891234');
  return JSON.stringify({ ...JSON.parse(text), ...overrides });
}

function refusal(text: string) {
  try {
    parse(text);
  } catch (error) {
    if (isKirokuError(error)) return { code: error.code, field: error.details.field };
    throw error;
  }
  return undefined;
}

describe('parseRecord of an older sidecar', () => {
  it('reads exactly the older members, and gives the new ones their defaults', () => {
    const text = sidecarText(
      { bytes, thumb, seed: '18446744073709551615', tags: ['고양이'], prompt: '산' },
      where,
      '2025-03-04T05:06:07.891234',
    );
    expect(parse(text)).toEqual({
      v: 1,
      rev: 1,
      id,
      owner,
      kind: 'generated',
      status: 'active',
      created_at: '2025-03-04T05:06:07.891Z',
      updated_at: '2025-03-04T05:06:07.891Z',
      trashed_at: null,
      original_filename: 'ComfyUI_00000_.png',
      mime: 'image/png',
      bytes: bytes.length,
      sha256: JSON.parse(text).sha256,
      crc32: null,
      width: null,
      height: null,
      thumbhash: null,
      thumb: `thumb/${id}.jpg`,
      thumb_bytes: 0,
      thumb_v: 1,
      tags: ['고양이'],
      favorite: false,
      rating: null,
      source: 'import',
      workflow_id: 'txt2img',
      aspect_ratio: '1:1',
      seed: '18446744073709551615',
      prompt: '산',
      extra: {},
    });
  });

  it('says by the day folder which day it is, when the local day was another', () => {
    const record = parse(older({ created_at: '2025-03-04T05:06:07' }), 'Asia/Seoul');
    expect(record).toMatchObject({ created_at: '2025-03-03T20:06:07.000Z', day: '2025/03/04' });
  });

  it('reads trash without a date as trash without a date', () => {
    expect(parse(older({ status: 'trash' }))).toMatchObject({ status: 'trash', trashed_at: null });
  });

  it('has no thumbnail where none is named', () => {
    expect(parse(older({ thumb: null }))).toMatchObject({ thumb: null, thumb_v: 0 });
  });

  it('keeps unknown members, exact numbers, and __proto__ as a plain member', () => {
    const text = older({ rating_old: { stars: 3 } }).replace(
      /}$/,
      ',"big":12345678901234567890,"huge":1e999,"fine":1.50,"__proto__":{"polluted":true}}',
    );
    const record = parse(text);
    expect(Object.entries(record.extra)).toEqual([
      ['rating_old', { stars: 3 }],
      ['big', '12345678901234567890'],
      ['huge', '1e999'],
      ['fine', 1.5],
      ['__proto__', { polluted: true }],
    ]);
    expect(Object.hasOwn(record, 'polluted') || 'polluted' in {}).toBe(false);
    expect(parse(encodeRecord(record).toString())).toEqual(record);
  });

  it('keeps what stands wrongly in an optional member, beside its default', () => {
    const record = parse(older({ rating: '9', favorite: 'yes', seed: 'random', updated_at: 7, crc32: null }));
    expect(record).toMatchObject({ rating: null, favorite: false, crc32: null });
    expect(record.updated_at).toBe(record.created_at);
    expect(record.seed).toBeUndefined();
    expect(record.extra).toEqual({
      unreadable: { rating: '9', favorite: 'yes', seed: 'random', updated_at: 7 },
    });
    expect(parse(encodeRecord(record).toString())).toEqual(record);
  });

  it('takes numbers and structures as text where text belongs', () => {
    const record = parse(older({ workflow_id: 12, prompt: { text: '猫' }, steps: '20' }));
    expect(record).toMatchObject({ workflow_id: '12', prompt: '{"text":"猫"}', steps: 20 });
  });

  it('drops private members it cannot read: they must not become public', () => {
    const record = parse(older({ idem: 'nonsense', adopted_from: { name: 'x' } }));
    expect(encodeRecord(record).toString()).not.toMatch(/nonsense|adopted_from/);
  });

  it('skips a byte order mark', () => {
    expect(parse(`\uFEFF${older()}`).id).toBe(id);
  });

  it.each<[string, unknown]>([
    ['original_filename', 7],
    ['original_filename', undefined],
    ['mime', 'text/html'],
    ['mime', undefined],
    ['bytes', -1],
    ['bytes', '12'],
    ['sha256', 'short'],
    ['sha256', null],
    ['created_at', 'yesterday'],
    ['created_at', 1741064767],
    ['created_at', undefined],
    ['status', 'deleted'],
    ['status', undefined],
    ['tags', 'cat'],
    ['tags', [1]],
    ['v', 'one'],
  ])('names %s when it is %j', (field, value) => {
    expect(refusal(older({ [field]: value }))).toEqual({ code: 'invalid_metadata', field });
  });

  it.each(['', '{', '[]', 'null', '"text"', '[{}]', '{"a":NaN}', '['.repeat(100_000)])(
    'refuses a text that is no object: %j',
    (text) => {
      expect(refusal(text.slice(0, 100_000))).toEqual({ code: 'invalid_metadata', field: 'sidecar' });
    },
  );

  it.each([101, 5000, 200_000])('refuses %i levels of nesting', (levels) => {
    const text = older().replace(/}$/, `,"deep":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect(refusal(text)).toEqual({ code: 'invalid_metadata', field: 'sidecar' });
  });

  it('takes no number for a seed that it could not read again (found by chance: 1e40)', () => {
    const record = parse(older({ seed: 1e40 }));
    expect(record.seed).toBeUndefined();
    expect(record.extra).toMatchObject({ unreadable: { seed: 1e40 } });
    expect(parse(encodeRecord(record).toString())).toEqual(record);
  });

  it('answers any JSON with a record that survives, or with a refusal of ours', () => {
    const names = Object.keys(JSON.parse(older())).concat(
      'loras',
      'parents',
      'from',
      'rev',
      'thumb_v',
      'trashed_at',
    );
    const replaced = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    fc.assert(
      fc.property(replaced, (overrides: { readonly [name: string]: unknown }) => {
        const text = older(overrides);
        if (refusal(text) !== undefined) return;
        const record = parse(text);
        expect(parse(encodeRecord(record).toString())).toEqual(record);
      }),
    );
  });
});

describe('parseSidecarText', () => {
  it('leaves every number alone that JavaScript holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ value });
        expect(parseSidecarText(text)).toEqual(JSON.parse(text) as JsonObject);
      }),
    );
  });
});
