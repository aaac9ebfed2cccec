import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKirokuError } from '../../../../src/domain/errors.ts';
import { type DateRange, parseSearch } from '../../../../src/domain/search/query.ts';

const DAY = 86_400_000;
const dates: DateRange = (date) => {
  const from = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(from) ? undefined : { from, to: from + DAY };
};
const parse = (query: string) => parseSearch(query, dates);
const text = (of: string, negated = false) => ({ by: 'text', text: of, negated });

/** Where the refusal says that the mistake is. */
function mistakeAt(query: string): unknown {
  try {
    parse(query);
  } catch (error) {
    if (isKirokuError(error, 'invalid_query')) return error.details['at'];
    throw error;
  }
  return 'accepted';
}

describe('parseSearch', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['cat dog', [text('cat'), text('dog')]],
    ['"red fox" -blue', [text('red fox'), text('blue', true)]],
    ['-"red fox"', [text('red fox', true)]],
    ['고양이 雨', [text('고양이'), text('雨')]],
    ['(cat:1.2)', [text('cat')]],
    ['((', []],
    ['<lora:x:0.8>', [text('lora:x')]],
    ['http://a.b', [text('http://a.b')]],
    ['constructor:x', [text('constructor:x')]],
    ['12:30', [text('12:30')]],
    ['- cat', 0],
    ['well-known', [text('well-known')]],
    ['--cat', [text('-cat', true)]],
    ['model:SDXL', [{ by: 'facet', facet: 'model', text: 'sdxl', whole: false, negated: false }]],
    ['-lora:"ink wash"', [{ by: 'facet', facet: 'lora', text: 'ink wash', whole: false, negated: true }]],
    ['tag:풍경', [{ by: 'facet', facet: 'tag', text: '풍경', whole: true, negated: false }]],
    ['seed:007', [{ by: 'exact', field: 'seed', text: '7', negated: false }]],
    [
      'seed:18446744073709551615',
      [{ by: 'exact', field: 'seed', text: '18446744073709551615', negated: false }],
    ],
    ['size:832x1216', [{ by: 'exact', field: 'size', text: '832x1216', negated: false }]],
    ['size:832×1216', [{ by: 'exact', field: 'size', text: '832x1216', negated: false }]],
    ['steps:>30', [{ by: 'number', field: 'steps', is: '>', value: 30, negated: false }]],
    ['CFG:<=7.5', [{ by: 'number', field: 'cfg', is: '<=', value: 7.5, negated: false }]],
    ['steps:30', [{ by: 'number', field: 'steps', is: '=', value: 30, negated: false }]],
    ['sampler:Euler', [{ by: 'field', field: 'sampler', text: 'euler', negated: false }]],
    [
      'before:2026-01-02',
      [{ by: 'time', from: Number.NEGATIVE_INFINITY, to: Date.UTC(2026, 0, 2), negated: false }],
    ],
    [
      'after:2026-01-02',
      [{ by: 'time', from: Date.UTC(2026, 0, 3), to: Number.POSITIVE_INFINITY, negated: false }],
    ],
  ])('%j', (query, terms) => {
    if (typeof terms === 'number') expect(mistakeAt(query)).toBe(terms);
    else expect(parse(query)).toEqual(terms);
  });

  it.each([
    ['cat "red fox', 4],
    ['cat -', 4],
    ['cat ""', 4],
    ['cat -""', 4],
    ['cat model:', 4],
    ['cat model:()', 4],
    ['cat steps:many', 10],
    ['cat steps:>', 10],
    ['cat -seed:abc', 10],
    ['cat size:big', 9],
    ['cat before:soon', 11],
    ['cat recipe:xyz', 11],
    ['cat parent:xyz', 11],
    ['x'.repeat(1001), 1000],
    [
      Array.from({ length: 33 }, (_, i) => `w${i}`).join(' '),
      Array.from({ length: 32 }, (_, i) => `w${i} `).join('').length,
    ],
  ])('refuses %j and says where', (query, at) => {
    expect(mistakeAt(query)).toBe(at);
  });

  it('either understands a query or refuses it with a place inside it', () => {
    const part = fc.constantFrom(
      'cat',
      '"',
      '-',
      ':',
      ' ',
      'steps:',
      'model:',
      '>',
      '3',
      '(',
      '고',
      '\u3000',
      'tag:"a b"',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const query = parts.join('');
        const at = mistakeAt(query);
        if (at === 'accepted') {
          for (const term of parse(query)) if ('text' in term) expect(term.text).not.toBe('');
        } else {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(query.length);
        }
      }),
    );
  });
});
