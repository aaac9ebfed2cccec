import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonReader } from '../../../../src/media/metadata/json.ts';

const parse = (text: string) => createJsonReader().parse(text);

/** Which is read as a text; tested below. */
const LONG_INTEGER = /(^|[^.0-9])[0-9]{16,}([^.0-9e]|$)/;

describe('createJsonReader', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!LONG_INTEGER.test(text));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('reads the bare words of Python as null, and leaves them alone inside texts', () => {
    expect(parse('{"a": [NaN, Infinity, -Infinity], "b": "NaN, \\"Infinity", "NaN": 1}')).toEqual({
      a: [null, null, null],
      b: 'NaN, "Infinity',
      NaN: 1,
    });
    expect(parse('NaN')).toBeNull();
    expect(parse('{"a": NaNa}')).toBeUndefined();
    expect(parse('{"a": nan}')).toBeUndefined();
  });

  it('keeps integers that a number does not carry as texts', () => {
    expect(parse('[18446744073709551615, -9007199254740993, 9007199254740991, 9007199254740992]')).toEqual([
      '18446744073709551615',
      '-9007199254740993',
      9007199254740991,
      '9007199254740992',
    ]);
    expect(parse('[1.00000000000000000001, 1e300, 12345678901234567.5]')).toEqual([
      1,
      1e300,
      Number('12345678901234567.5'),
    ]);
    expect(parse('{"12345678901234567890": "12345678901234567890"}')).toEqual({
      '12345678901234567890': '12345678901234567890',
    });
  });

  it('unwraps an object inside a JSON text, twice at most', () => {
    const inner = '{"a":18446744073709551615}';
    const wrapped = JSON.stringify(inner);
    expect(parse(wrapped)).toEqual({ a: '18446744073709551615' });
    expect(parse(JSON.stringify(wrapped))).toBe(wrapped);
    expect(parse('"{not json"')).toBe('{not json');
    expect(parse('"plain"')).toBe('plain');
  });

  it('keeps __proto__ a plain member', () => {
    const value = createJsonReader().object('{"__proto__": {"polluted": 1}, "a": 2}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'a']);
    expect({}).not.toHaveProperty('polluted');
  });

  it('gives undefined for what is no JSON, cut short or too deep', () => {
    for (const text of ['', '{', '{"a":1', '"abc', '[1,]', '{"a" 1}', '\\"', 'hello', '1 2', '-', '"\\']) {
      expect(parse(text)).toBeUndefined();
    }
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parse(nested(64))).toBeDefined();
    expect(parse(nested(65))).toBeUndefined();
    expect(parse('['.repeat(5_000_000))).toBeUndefined();
  });

  it('builds no more values for one file than its limit, however many texts it has', () => {
    const reader = createJsonReader();
    const many = `[${'1,'.repeat(99_999)}1]`;
    expect(reader.parse(many)).toHaveLength(100_000);
    expect(reader.parse(many)).toBeUndefined();
    expect(createJsonReader().parse(`[${'{},'.repeat(160_000)}1]`)).toBeUndefined();
  });

  it('never throws, and never finds a number where JSON.parse finds another', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]",:\\0123456789eE+-.NaIfinty u'), maxLength: 60 }),
        (text) => {
          const value = parse(text);
          expect(() => JSON.stringify(value)).not.toThrow();
        },
      ),
      { numRuns: 3000 },
    );
  });
});
