import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aspectRatio } from '../../../src/domain/aspect.ts';
import { parseDescriptive } from '../../../src/domain/descriptive.ts';
import { KirokuError } from '../../../src/domain/errors.ts';
import { cleanTags } from '../../../src/domain/tags.ts';
import { isoOf, parseTime } from '../../../src/domain/time.ts';

const parsed = (meta: object) => parseDescriptive(meta).meta;

function refusedField(value: unknown): unknown {
  try {
    parseDescriptive(value);
  } catch (error) {
    if (error instanceof KirokuError && error.code === 'invalid_metadata') return error.details.field;
    throw error;
  }
  return 'accepted';
}

describe('what a caller says about a picture', () => {
  it('is taken as it is when it is right', () => {
    const meta = {
      workflow_id: 'wf-1',
      aspect_ratio: '16:9',
      seed: '18446744073709551615',
      prompt: '한국어 日本語 🐈',
      negative_prompt: null,
      model: 'sd_xl.safetensors',
      loras: [{ name: 'x', weight: 0.5, deep: { a: [1, null, true] } }],
      sampler: 'euler',
      scheduler: 'karras',
      steps: 30,
      cfg: 7.5,
      generator: 'comfyui',
      job_id: 'j',
      parents: [{ kind: 'input', id: '01arz3ndektsv4rrffq69g5fav', role: 'init' }],
      from: { prompt: 'embedded' },
    };
    expect(parseDescriptive(meta)).toEqual({ meta });
  });

  it('may hold the time, tags, favourite and rating beside', () => {
    const beside = { created_at: '2026-11-21T09:00:00+09:00', tags: ['b', ' a '], favorite: true, rating: 5 };
    expect(parseDescriptive(beside)).toEqual({
      meta: {},
      createdAt: Date.parse('2026-11-21T00:00:00Z'),
      tags: ['b', 'a'],
      favorite: true,
      rating: 5,
    });
  });

  it.each([
    [0, '0'],
    ['0', '0'],
    ['00012', '12'],
    [9007199254740991, '9007199254740991'],
    ['18446744073709551615', '18446744073709551615'],
    [null, null],
  ])('keeps the seed %s exactly', (seed, kept) => {
    expect(parsed({ seed })).toEqual({ seed: kept });
  });

  it.each([
    ['seed', -1],
    ['seed', 9007199254740992],
    ['seed', 1.5],
    ['seed', '18446744073709551616'],
    ['seed', '1e3'],
    ['seed', ''],
    ['prompt', 5],
    ['prompt', 'x'.repeat(65_537)],
    ['model', 'x'.repeat(1025)],
    ['steps', 1.5],
    ['steps', '20'],
    ['cfg', Number.POSITIVE_INFINITY],
    ['cfg', Number.NaN],
    ['aspect_ratio', '16/9'],
    ['aspect_ratio', '0:1'],
    ['loras', {}],
    ['loras', ['x']],
    ['loras', [{ a: { b: { c: { d: { e: 1 } } } } }]],
    ['loras', [{ a: 'x'.repeat(17_000) }]],
    ['loras', [{ a: Number.POSITIVE_INFINITY }]],
    ['loras', Array.from({ length: 65 }, () => ({}))],
    ['parents', [{ kind: 'other', id: '0'.repeat(32), role: '' }]],
    ['parents', [{ kind: 'input', id: '../x', role: '' }]],
    ['parents', [{ kind: 'input', id: '0'.repeat(32), role: '', more: 1 }]],
    ['from', { prompt: 'guess' }],
    ['from', { toString: 'job' }],
    ['created_at', 1700000000000],
    ['created_at', '2026-11-21T09:00:00'],
    ['created_at', '2026-02-30T09:00:00Z'],
    ['created_at', '1969-12-31T23:59:59Z'],
    ['tags', 'a'],
    ['tags', ['a', 1]],
    ['favorite', 'yes'],
    ['rating', 6],
  ])('refuses %s: %j', (field, value) => {
    expect(refusedField({ [field]: value })).toBe(field);
  });

  it.each([[null], [[]], ['x'], [5], [undefined]])('refuses %j in place of an object', (value) => {
    expect(refusedField(value)).toBe('meta');
  });

  it('refuses members it does not know by name, those of every object too', () => {
    expect(refusedField({ owner: 'x' })).toBe('owner');
    expect(refusedField({ constructor: 1 })).toBe('constructor');
    expect(refusedField(JSON.parse('{"__proto__":{"prompt":"x"}}'))).toBe('__proto__');
    expect(refusedField({ ['x'.repeat(1000)]: 1 })).toBe('x'.repeat(64));
  });

  it('lets no member reach a prototype', () => {
    const meta = parsed(JSON.parse('{"loras":[{"__proto__":{"polluted":true}}]}'));
    const [lora] = meta.loras ?? [];
    expect(Object.getPrototypeOf(lora)).toBe(Object.prototype);
    expect(Object.hasOwn(lora ?? {}, '__proto__')).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('replaces what no UTF-8 text can hold', () => {
    expect(parsed({ prompt: 'a\0b\uD800c' })).toEqual({ prompt: 'a\uFFFDb\uFFFDc' });
    expect(parsed({ loras: [{ 'k\uDC00': '\0' }] })).toEqual({ loras: [{ 'k\uFFFD': '\uFFFD' }] });
  });

  it('either refuses any JSON with its own error or gives something that survives a round trip', () => {
    const field = fc.constantFrom(
      'prompt',
      'seed',
      'loras',
      'parents',
      'from',
      'cfg',
      'tags',
      '__proto__',
      'x',
    );
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue({ maxDepth: 6 })), (value) => {
        const given: unknown = JSON.parse(JSON.stringify(value));
        if (refusedField(given) !== 'accepted') return;
        const result = parseDescriptive(given);
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      }),
    );
  });
});

describe('tags', () => {
  it('are trimmed, normalized, unique, visible, in order', () => {
    expect(cleanTags(['  b ', 'a\tb', 'e\u0301', '\u00e9', '', ' ', 'b', '\u202Ex\u0007'])).toEqual([
      'b',
      'ab',
      'é',
      'x',
    ]);
  });

  it('count characters, not bytes', () => {
    expect(cleanTags(['🐈'.repeat(64)])).toHaveLength(1);
    expect(() => cleanTags(['🐈'.repeat(65)])).toThrow(KirokuError);
    const many = Array.from({ length: 65 }, (_, index) => `${index}`);
    expect(() => cleanTags(many)).toThrow(KirokuError);
    expect(cleanTags(many.slice(1))).toHaveLength(64);
  });

  it('clean to themselves', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 30 }), (tags) => {
        const clean = cleanTags(tags);
        expect(cleanTags(clean)).toEqual(clean);
      }),
    );
  });
});

describe('times', () => {
  it('round-trip, and are real days', () => {
    expect(parseTime('2024-02-29T12:00:00.123Z')).toBe(Date.parse('2024-02-29T12:00:00.123Z'));
    expect(parseTime('2023-02-29T12:00:00Z')).toBeUndefined();
    expect(parseTime('2024-02-29T25:00:00Z')).toBeUndefined();
    expect(isoOf(0)).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('the aspect ratio', () => {
  it.each([
    [1024, 1024, '1:1'],
    [832, 1216, '13:19'],
    [1920, 1080, '16:9'],
    [1, 50_000, '1:50000'],
  ])('of %i × %i is %s', (width, height, ratio) => {
    expect(aspectRatio(width, height)).toBe(ratio);
    expect(refusedField({ aspect_ratio: ratio })).toBe('accepted');
  });
});
