import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDescriptive } from '../../../../src/domain/descriptive.ts';
import { descriptiveOf } from '../../../../src/media/metadata/descriptive.ts';
import type { Recipe } from '../../../../src/media/metadata/recipe.ts';

const recipe = (fields: Partial<Recipe>): Recipe => ({
  tool: 'comfyui',
  origin: 'graph',
  confidence: 'high',
  dynamic: [],
  warnings: [],
  ...fields,
});

/** The record's own check must accept it, and must not change it. */
function metaOf(fields: Partial<Recipe>) {
  const found = descriptiveOf(recipe(fields));
  expect(parseDescriptive({ ...found.meta, from: found.from }).meta).toEqual({
    ...found.meta,
    from: found.from,
  });
  return found;
}

describe('descriptiveOf', () => {
  it('keeps values that only look like nothing, and says nothing of the unknown', () => {
    const { meta, from } = metaOf({ prompt: '', negativePrompt: '', seed: '0', cfg: 0, steps: 0, loras: [] });
    expect(meta).toEqual({
      prompt: '',
      negative_prompt: '',
      seed: '0',
      cfg: 0,
      steps: 0,
      loras: [],
      generator: 'comfyui',
    });
    expect(new Set(Object.values(from))).toEqual(new Set(['graph']));
    expect(Object.keys(from).sort()).toEqual(Object.keys(meta).sort());
    expect(metaOf({}).meta).toEqual({ generator: 'comfyui' });
    expect(metaOf({ tool: 'unknown' })).toMatchObject({ meta: {}, from: {} });
    expect(metaOf({ tool: 'unknown' }).meta).not.toHaveProperty('generator');
  });

  it('tells the fields of a text beside the graph', () => {
    const { from } = metaOf({ prompt: 'a', seed: '1', negativePrompt: 'b', fromOther: ['negativePrompt'] });
    expect(from).toEqual({ prompt: 'graph', seed: 'graph', negative_prompt: 'embedded', generator: 'graph' });
    expect(metaOf({ scheduler: 'x', steps: 1, origin: 'embedded', fromOther: ['scheduler'] }).from).toEqual({
      scheduler: 'graph',
      steps: 'embedded',
      generator: 'embedded',
    });
  });

  it('names models and LoRAs without folder and extension', () => {
    const { meta } = metaOf({
      model: { name: 'SDXL\\real\\sea_v3.safetensors' },
      loras: [
        { name: 'styles/ink.safetensors', weight: 0.5, clipWeight: 0, hash: 'ab' },
        { name: 'plain' },
        { name: '.safetensors' },
      ],
    });
    expect(meta.model).toBe('sea_v3');
    expect(meta.loras).toEqual([
      { name: 'ink', weight: 0.5, clip_weight: 0, hash: 'ab', file: 'styles/ink.safetensors' },
      { name: 'plain' },
      { name: '.safetensors' },
    ]);
  });

  it('puts what is said of each character into the prompt', () => {
    expect(metaOf({ prompt: 'two', characters: ['red', 'blue'] }).meta.prompt).toBe('two\nred\nblue');
  });

  it('cuts between characters, and says so', () => {
    const { meta, warnings } = metaOf({ prompt: '성'.repeat(30_000), sampler: '😀'.repeat(400) });
    expect(Buffer.byteLength(meta.prompt ?? '')).toBe(65_535);
    expect(meta.prompt).toBe('성'.repeat(21_845));
    expect(meta.sampler).toBe('😀'.repeat(256));
    expect(warnings).toEqual([
      'prompt: longer than 65536 bytes, cut.',
      'sampler: longer than 1024 bytes, cut.',
    ]);
    const whole = 'a'.repeat(65_536);
    expect(metaOf({ prompt: whole })).toMatchObject({ meta: { prompt: whole }, warnings: [] });
  });

  it('leaves out what a record cannot hold', () => {
    const { meta, warnings } = metaOf({
      seed: '18446744073709551616',
      steps: 1.5,
      cfg: Number.POSITIVE_INFINITY,
    });
    expect(meta).toEqual({ generator: 'comfyui' });
    expect(warnings).toHaveLength(3);
    expect(metaOf({ seed: '18446744073709551615' }).meta.seed).toBe('18446744073709551615');
  });

  it('keeps as many LoRAs as a record holds', () => {
    const loras = Array.from({ length: 100 }, (_, index) => ({ name: `lora ${index}`, weight: 1 }));
    expect(metaOf({ loras }).meta.loras).toHaveLength(64);
    const long = loras.map(({ name }) => ({ name: name + 'x'.repeat(500), hash: 'y'.repeat(500) }));
    const { meta, warnings } = metaOf({ loras: long });
    expect(meta.loras?.length).toBeGreaterThan(10);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('gives what the record accepts, whatever the recipe', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ maxLength: 40 }).map((some) => some.repeat(40)),
    );
    const number = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.NaN));
    const lora = fc.record(
      { name: text, weight: number, clipWeight: number, hash: text },
      { requiredKeys: ['name'] },
    );
    const fields = fc.record(
      {
        prompt: text,
        negativePrompt: text,
        characters: fc.array(text, { maxLength: 3 }),
        seed: fc.oneof(text, fc.bigInt().map(String)),
        steps: number,
        cfg: number,
        sampler: text,
        scheduler: text,
        model: fc.record({ name: text }),
        loras: fc.array(lora, { maxLength: 12 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, (given) => void metaOf(given)),
      { numRuns: 200 },
    );
  });
});
