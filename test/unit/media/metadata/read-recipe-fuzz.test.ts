import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/media/byte-source.ts';
import { createBudget } from '../../../../src/media/metadata/budget.ts';
import { detectRecipe } from '../../../../src/media/metadata/detect.ts';
import { readEmbedded } from '../../../../src/media/metadata/embedded.ts';
import { stripMetadata } from '../../../../src/media/metadata/strip.ts';
import { chunks, pngWith } from '../../../support/metadata/containers.ts';
import { hostileFiles } from '../../../support/metadata/hostile.ts';
import { samples } from '../../../support/metadata/samples.ts';
import * as texts from '../../../support/metadata/texts.ts';

const MIB = 1024 * 1024;
const files = await Promise.all(samples.map(({ file }) => file()));

const edit = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'cut', 'double', 'drop'),
  value: fc.nat(255),
});

function mutate(bytes: Buffer, edits: readonly { at: number; kind: string; value: number }[]): Buffer {
  return edits.reduce((given, { at, kind, value }) => {
    if (given.length === 0) return given;
    const place = at % given.length;
    if (kind === 'cut') return given.subarray(0, place);
    if (kind === 'double')
      return Buffer.concat([given.subarray(0, place), given.subarray(Math.max(0, place - value))]);
    if (kind === 'drop') return Buffer.concat([given.subarray(0, place), given.subarray(place + value)]);
    const copy = Buffer.from(given);
    copy[place] = value;
    return copy;
  }, bytes);
}

/** Reads without the last resort of `readRecipe`, so that a failure shows. */
async function read(bytes: Uint8Array) {
  const budget = createBudget();
  const work = { bytes: 0 };
  const source = bytesSource(bytes);
  const counting = {
    ...source,
    read: (position: number, length: number) => {
      work.bytes += Math.max(0, Math.min(length, bytes.length - position));
      return source.read(position, length);
    },
  };
  const embedded = await readEmbedded(counting, budget);
  return { recipe: detectRecipe(embedded), embedded, spent: budget.spent(), read: work.bytes };
}

describe('hostile files', () => {
  it('mutated samples never throw, and cost no more than the limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        async (index, edits) => {
          const bytes = mutate(files[index] ?? Buffer.alloc(0), edits);
          const { spent, read: bytesRead, embedded } = await read(bytes);
          expect(spent).toBeLessThanOrEqual(16 * MIB);
          expect(bytesRead).toBeLessThanOrEqual(4 * bytes.length + MIB);
          expect(embedded.texts.length).toBeLessThanOrEqual(256);
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('mutated samples come out of the copy without metadata whole, or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(files.length - 1),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        async (index, edits) => {
          const bytes = mutate(files[index] ?? Buffer.alloc(0), edits);
          const pieces: Uint8Array[] = [];
          try {
            for await (const piece of stripMetadata(bytesSource(bytes))) pieces.push(piece);
          } catch (error) {
            expect(error).toMatchObject({ code: 'undecodable_image' });
            expect(pieces).toEqual([]);
          }
          expect((await readEmbedded(bytesSource(Buffer.concat(pieces)))).texts).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('any text under any keyword never throws', () => {
    const keyword = fc.constantFrom(
      ...['parameters', 'prompt', 'workflow', 'UserComment', 'Comment', 'Description', 'Software', 'Dream'],
      ...[
        'invokeai_metadata',
        'sd-metadata',
        'generation_data',
        'parameters-json',
        'fooocus_scheme',
        'CreatorTool',
      ],
      ...['use_stable_diffusion_model', 'smproj', 'Source', 'Model', 'MakerNote'],
    );
    const written = Object.values(texts).filter((text) => typeof text === 'string');
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.json({ maxDepth: 5 }),
      fc.constantFrom(...written, 'NovelAI', 'fooocus', 'Draw Things', '{}', '[]', 'null', '""'),
      fc
        .tuple(fc.constantFrom(...written), fc.nat(), fc.string({ maxLength: 3 }))
        .map(([whole, at, more]) => {
          const place = at % whole.length;
          return whole.slice(0, place) + more + whole.slice(place + 1);
        }),
    );
    const entry = fc.record({ keyword, text, place: fc.constant('tEXt' as const) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), (all) => {
        const found = detectRecipe({ texts: all, graphs: graphs(all) });
        expect(found === undefined || found.tool.length > 0).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('members of another type than expected never throw', () => {
    const values = fc.jsonValue({ maxDepth: 3 });
    const sources = Object.values(texts).flatMap((text) => {
      if (typeof text !== 'string' || !text.startsWith('{')) return [];
      const object: { [name: string]: unknown } = JSON.parse(text.replace(/\0+$/, ''));
      return [object];
    });
    const keyword = fc.constantFrom(
      'parameters',
      'UserComment',
      'invokeai_metadata',
      'sd-metadata',
      'generation_data',
      'Comment',
      'parameters-json',
    );
    fc.assert(
      fc.property(fc.constantFrom(...sources), keyword, fc.nat(), values, (object, key, which, value) => {
        const names = Object.keys(object);
        const text = JSON.stringify({ ...object, [names[which % names.length] ?? '']: value });
        const software = {
          keyword: 'Software',
          text: which % 2 === 0 ? 'NovelAI' : 'x',
          place: 'tEXt',
        } as const;
        const all = [software, { keyword: key, text, place: 'tEXt' } as const];
        expect(() => detectRecipe({ texts: all, graphs: {} })).not.toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  it('deep and broad JSON, and endless brackets, are no recipe and no failure', async () => {
    const hostile = [
      '['.repeat(MIB),
      '{"a":'.repeat(200_000),
      `{"prompt":${'['.repeat(65)}${']'.repeat(65)}}`,
      '"'.repeat(MIB),
      '\\'.repeat(MIB),
    ];
    for (const text of hostile) {
      for (const keyword of ['parameters', 'prompt', 'workflow', 'generation_data', 'UserComment']) {
        const { recipe } = await read(await pngWith([chunks.international(keyword, text, true)]));
        expect(recipe?.prompt === undefined || recipe.prompt === text).toBe(true);
      }
    }
  });
});

describe('files made to cost much', () => {
  it.each(Object.entries(hostileFiles))('%s', async (_, make) => {
    const bytes = await make();
    const { spent, read: bytesRead, embedded } = await read(bytes);
    expect(spent).toBeLessThanOrEqual(16 * MIB);
    expect(bytesRead).toBeLessThanOrEqual(17 * MIB);
    expect(embedded.texts.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(16 * MIB);
  });
});

function graphs(all: readonly { keyword: string; text: string }[]) {
  const find = (keyword: string) => all.find((one) => one.keyword === keyword)?.text;
  const [prompt, workflow] = [find('prompt'), find('workflow')];
  return { ...(prompt === undefined ? {} : { prompt }), ...(workflow === undefined ? {} : { workflow }) };
}
