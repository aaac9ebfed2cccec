import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FacetCodes } from '../../../../src/catalog/manifest/facet-codes.ts';
import { FacetTable } from '../../../../src/catalog/manifest/facet-table.ts';
import { emptyHead, scanHead } from '../../../../src/catalog/manifest/record-head.ts';
import type { JsonObject } from '../../../../src/domain/json.ts';
import type { PictureRecord } from '../../../../src/domain/record.ts';
import { encodeRecord } from '../../../../src/domain/record-codec.ts';
import { FACETS, facetValues } from '../../../../src/domain/search/facets.ts';
import { arbitraryRecord, sampleRecord } from '../../../support/records.ts';

/** What the codes of a record stand for, in the form of `facetValues`, sorted. */
function valuesOf(table: FacetTable, { look, tags }: { look: number; tags: number }): unknown {
  const found: Record<string, string[]> = Object.fromEntries(FACETS.map((facet) => [facet, []]));
  for (const [sets, code] of [
    [table.looks, look],
    [table.tags, tags],
  ] as const) {
    for (const number of sets.numbersOf(code)) {
      found[FACETS[sets.facets[number] ?? 0] ?? '']?.push(sets.values[number] ?? '');
    }
  }
  for (const values of Object.values(found)) values.sort();
  return found;
}

function expectedOf(record: PictureRecord): unknown {
  return Object.fromEntries(
    Object.entries(facetValues(record)).map(([name, values]) => [name, [...values].sort()]),
  );
}

/** Reads encoded records as a scan does: one buffer, one after the other. */
function readAll(encoded: readonly Buffer[], table = new FacetTable()) {
  const codes = new FacetCodes(table);
  const buffer = Buffer.concat(encoded);
  codes.begin(buffer);
  let start = 0;
  const read = encoded.map(({ length }) => {
    const end = start + length;
    const head = emptyHead();
    const canonical = scanHead(buffer, start, end, head);
    codes.read(start, canonical ? head.shaEnd : -1, end);
    start = end;
    return { look: codes.look, tags: codes.tags };
  });
  return { read, table };
}

const word = fc.constantFrom(
  'a cat',
  '고양이',
  '猫',
  '<lora:',
  '<lora:ink',
  ':0.8>',
  '>',
  ':',
  '<',
  '\\',
  '"',
  '\u0007',
  'é',
);
const prompt = fc.array(word, { maxLength: 8 }).map((words) => words.join(''));
const name = fc.constantFrom('ink', '', '수묵화', 'a"b', 'x'.repeat(300), 'null');
const look = fc.record(
  {
    tags: fc.uniqueArray(name, { maxLength: 4 }),
    workflow_id: fc.option(name),
    aspect_ratio: fc.option(fc.constantFrom('1:1', '16:9')),
    model: fc.option(name),
    loras: fc.array(
      fc.oneof(fc.record({ name }), fc.record({ name, weight: fc.double() }), fc.constant({ x: 1 })),
      {
        maxLength: 2,
      },
    ),
    generator: fc.option(fc.constantFrom('comfyui', 'a1111')),
    sampler: fc.option(name),
    steps: fc.nat(50),
    seed: fc.option(fc.constantFrom('1', '18446744073709551615')),
    prompt: fc.option(prompt),
    negative_prompt: fc.option(prompt),
  },
  { requiredKeys: ['tags'] },
);

/** The same record with its members in another order. */
function shuffled(record: PictureRecord, keys: readonly number[]): Buffer {
  const members = Object.entries(JSON.parse(encodeRecord(record).toString('utf8')) as JsonObject);
  const sorted = members.map((member, i) => ({ member, key: keys[i % keys.length] ?? 0 }));
  sorted.sort((a, b) => a.key - b.key);
  return Buffer.from(JSON.stringify(Object.fromEntries(sorted.map(({ member }) => member))));
}

describe('the codes of records read by position', () => {
  it('stand for what facetValues gives, whatever was read before', () => {
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 30 }), (looks) => {
        const records = looks.map((one) => sampleRecord(one));
        const { read, table } = readAll(records.map(encodeRecord));
        expect(read.map((codes) => valuesOf(table, codes))).toEqual(records.map(expectedOf));
      }),
      { numRuns: 400 },
    );
  });

  it('hold for any record that can be written', () => {
    fc.assert(
      fc.property(fc.array(arbitraryRecord(), { minLength: 1, maxLength: 5 }), (records) => {
        const { read, table } = readAll(records.map(encodeRecord));
        expect(read.map((codes) => valuesOf(table, codes))).toEqual(records.map(expectedOf));
      }),
      { numRuns: 100 },
    );
  });

  it('hold for members in any order', () => {
    fc.assert(
      fc.property(look, fc.array(fc.nat(9), { minLength: 1, maxLength: 50 }), (one, keys) => {
        const record = sampleRecord(one);
        const { read, table } = readAll([encodeRecord(record), shuffled(record, keys)]);
        expect(read.map((codes) => valuesOf(table, codes))).toEqual([expectedOf(record), expectedOf(record)]);
        expect(read[0]).toEqual(read[1]);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same for the same values in other bytes', () => {
    const one = encodeRecord(sampleRecord({ model: 'sd "x"', loras: [{ name: 'ink', weight: 1 }] }));
    const other = encodeRecord(sampleRecord({ model: 'sd "x"', loras: [{ weight: 0.5, name: 'ink' }] }));
    const escaped = Buffer.from(one.toString('utf8').replace('ink', '\\u0069nk').replace('cat', '\\u0063at'));
    const { read } = readAll([one, other, escaped]);
    expect(read[1]).toEqual(read[0]);
    expect(read[2]).toEqual(read[0]);
  });

  it('take an escaped call of a prompt for what it is', () => {
    const record = encodeRecord(sampleRecord({ prompt: 'a <lora:ink:1>' }));
    const escaped = Buffer.from(record.toString('utf8').replace('<lora', '\\u003clora'));
    const { read, table } = readAll([escaped, record]);
    expect(valuesOf(table, read[0] ?? { look: 0, tags: 0 })).toMatchObject({ lora: ['ink'] });
    expect(read[1]).toEqual(read[0]);
  });

  it('give the same codes when they come from another buffer', () => {
    const records = [1, 2, 3].map((n) =>
      encodeRecord(sampleRecord({ tags: [`t${n}`], prompt: `<lora:l${n}>` })),
    );
    const { read, table } = readAll(records);
    expect(readAll([...records].reverse(), table).read.reverse()).toEqual(read);
  });

  it('refuse what must be parsed and cannot be', () => {
    const broken = Buffer.from(encodeRecord(sampleRecord()).toString('utf8').replace('"cat"', '"cat'));
    expect(() => readAll([broken])).toThrow();
  });
});
