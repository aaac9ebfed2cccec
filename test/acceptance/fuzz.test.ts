import { describe, expect, it } from 'vitest';
import part from '../../scripts/dev/proof/fuzz.ts';
import { runFuzz } from './fuzz.ts';
import { mismatches, type OpenApi } from './fuzz-schema.ts';

const CYCLES = part.sizes.ci;

describe('requests made from the OpenAPI document', () => {
  it(`${CYCLES} of them: each is answered as the document says, and none is a failure of ours`, {
    timeout: 300_000,
  }, async () => {
    const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`fuzz: seed ${seed}`);
    // how long a busy machine takes decides nothing here; the command holds every answer to five seconds
    const { breaches, figures } = await runFuzz({
      cycles: CYCLES,
      seed,
      say: console.log,
      patienceMs: 60_000,
    });
    expect(breaches, `seed ${seed}`).toEqual([]);
    const figure = (wanted: string) => Number(figures.find(({ name }) => name === wanted)?.value);
    expect(figure('operations')).toBeGreaterThan(95);
    expect(figure('of them with a success')).toBeGreaterThan(85);
  });
});

/** The judge itself: what it does not see, it would never find. */
describe('an answer against its schema', () => {
  const document: OpenApi = {
    paths: {},
    components: { schemas: { Name: { type: 'string', minLength: 1 } } },
  };
  const schema = {
    type: 'object',
    properties: {
      name: { $ref: '#/components/schemas/Name' },
      age: { type: ['integer', 'null'], minimum: 0 },
    },
    required: ['name'],
    additionalProperties: false,
  };

  it.each([
    [{ name: 'a', age: null }, 0],
    [{ name: '' }, 1],
    [{ age: 1 }, 1],
    [{ name: 'a', age: -1 }, 1],
    [{ name: 'a', age: 1.5 }, 1],
    [{ name: 'a', more: 1 }, 1],
    [[], 1],
    [null, 1],
  ])('%j has %i faults', (value, faults) => {
    expect(mismatches(document, schema, value)).toHaveLength(faults);
  });

  it('one of several, exactly', () => {
    const one = { oneOf: [{ type: 'string' }, { enum: ['a', 1] }] };
    expect([1, 'b', 'a', true].map((value) => mismatches(document, one, value).length)).toEqual([0, 0, 1, 1]);
  });

  it('does not pass over a keyword that it does not know', () => {
    expect(() => mismatches(document, { pattern: '^a$' }, 'b')).toThrow('pattern');
  });
});
