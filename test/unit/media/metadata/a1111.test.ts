import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readA1111 } from '../../../../src/media/metadata/a1111.ts';
import { HARD_A1111 } from '../../../support/metadata/texts.ts';

const SETTINGS = 'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768';

describe('readA1111', () => {
  it('reads the hard case', () => {
    expect(readA1111(HARD_A1111)).toMatchObject({ seed: '18446744073709551615', steps: 28, clipSkip: 1 });
  });

  it('takes only the last line for settings', () => {
    const recipe = readA1111(`Steps: 9, Sampler: x, Seed: 9\nmore\n${SETTINGS}`);
    expect(recipe).toMatchObject({ prompt: 'Steps: 9, Sampler: x, Seed: 9\nmore', steps: 20, seed: '1' });
  });

  it('leaves a line to the prompt that has a name of the settings twice', () => {
    expect(readA1111(`castle\nSteps: up to the gate\n${SETTINGS}`)).toMatchObject({
      prompt: 'castle\nSteps: up to the gate',
      steps: 20,
    });
  });

  it('takes fewer than three pairs, and pairs of no setting, for a prompt', () => {
    expect(readA1111('a cat, Steps: 20, Seed: 1', true)).toMatchObject({
      prompt: 'a cat, Steps: 20, Seed: 1',
      confidence: 'low',
    });
    expect(readA1111('hair: red, eyes: blue, dress: green', true)).not.toHaveProperty('negativePrompt');
    expect(readA1111('hair: red, eyes: blue, dress: green')).toBeUndefined();
    expect(readA1111('', true)).toBeUndefined();
  });

  it('knows an empty negative prompt from an unknown one', () => {
    expect(readA1111(`a\n${SETTINGS}`)?.negativePrompt).toBe('');
    expect(readA1111(`a\nNegative prompt: \n${SETTINGS}`)?.negativePrompt).toBe('');
    expect(readA1111('a\nNegative prompt: b')).toMatchObject({ prompt: 'a', negativePrompt: 'b' });
    expect(readA1111('a', true)).not.toHaveProperty('negativePrompt');
    expect(readA1111(`Negative prompt: b\n${SETTINGS}`)).toMatchObject({ prompt: '', negativePrompt: 'b' });
  });

  it('reads settings alone', () => {
    expect(readA1111(SETTINGS)).toMatchObject({
      prompt: '',
      steps: 20,
      requested: { width: 512, height: 768 },
    });
  });

  it('leaves out the templates behind the settings', () => {
    const recipe = readA1111(
      `a cat\n${SETTINGS}, Version: v1.9.4\nTemplate: a {cat|dog}, Steps: 3\nNegative Template: x`,
    );
    expect(recipe).toMatchObject({ prompt: 'a cat', steps: 20, tool: 'a1111' });
  });

  it.each([
    ['DPM++ 2M Karras', 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M SDE Exponential', 'DPM++ 2M SDE', 'Exponential'],
    ['Euler SGM Uniform', 'Euler', 'SGM Uniform'],
    ['DPM++ 2M Align Your Steps', 'DPM++ 2M', 'Align Your Steps'],
    ['Euler a', 'Euler a', undefined],
    ['DDIM', 'DDIM', undefined],
  ])('splits the sampler %s', (sampler, name, scheduler) => {
    const recipe = readA1111(`a\nSteps: 1, Sampler: ${sampler}, Seed: 1`);
    expect([recipe?.sampler, recipe?.scheduler]).toEqual([name, scheduler]);
  });

  it('does not split a sampler beside a schedule of its own', () => {
    expect(readA1111('a\nSteps: 1, Sampler: Euler Karras, Schedule type: Beta, Seed: 1')).toMatchObject({
      sampler: 'Euler Karras',
      scheduler: 'Beta',
    });
  });

  it.each([
    ['Version: v1.10.1', 'a1111'],
    ['Version: f2.0.1v1.10.1-previous-1-gabc', 'forge'],
    ['Version: neo', 'forge'],
    ['App: SD.Next, Version: 5ee51f6', 'sdnext'],
    ['Version: ComfyUI', 'comfyui'],
    ['Version: Fooocus v2.5.0', 'fooocus'],
    ['Civitai resources: []', 'civitai'],
    ['Clip skip: 2', 'a1111-compatible'],
  ])('tells the tool by %s', (more, tool) => {
    expect(readA1111(`a\n${SETTINGS}, ${more}`)?.tool).toBe(tool);
  });

  it.each(['-1', '18446744073709551616', '1.5', 'NaN', ''])('does not know the seed %j', (seed) => {
    const recipe = readA1111(`a\nSteps: 1, Sampler: x, Seed: ${seed}, Size: 8x8`);
    expect(recipe?.steps).toBe(1);
    expect(recipe).not.toHaveProperty('seed');
  });

  it('reads quoted values, unquoted JSON, items without value, and broken ones', () => {
    const recipe = readA1111(
      'a\nSteps: 2, Sampler: "a, \\"b\\": c", Hashes: {"x": "}, {", "lora:l, 1": "ab"}, Tiling, VAE: "no end, Seed: 3',
    );
    expect(recipe).toMatchObject({ sampler: 'a, "b": c', vae: '"no end', seed: '3' });
    expect(recipe?.loras).toEqual([{ name: 'l, 1', hash: 'ab' }]);
  });

  it('keeps every prompt and setting that the writer could have written', () => {
    const line = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map((text) => `p ${text.replace(/[\r\n\u2028\u2029]/g, ' ')} q`);
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((text) => `v${text}v`);
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        fc.array(line, { maxLength: 3 }),
        value,
        (prompt, negative, model) => {
          const quoted = /[,:\n]/.test(model) ? JSON.stringify(model) : model;
          fc.pre(!/[\r\n]/.test(quoted));
          const text = `${prompt.join('\n')}\nNegative prompt: ${negative.join('\n')}\n${SETTINGS}, Model: ${quoted}, Version: v1.10.1`;
          const recipe = readA1111(text);
          expect(recipe?.prompt).toBe(prompt.join('\n'));
          expect(recipe?.negativePrompt).toBe(negative.join('\n'));
          expect(recipe?.model?.name).toBe(model);
        },
      ),
    );
  });

  it.each([
    ['colons', ':'],
    ['commas', ','],
    ['opening brackets', 'a:{,'],
    ['brackets that end late', 'a:{'],
    ['quotes', 'a:"\\'],
    ['lines', 'a: b, Steps: 1, Seed: 2\n'],
    ['templates', 'Template:\n'],
    ['tags', '<lora:'],
  ])('comes to an end on a million characters of %s', (_, piece) => {
    const text = piece.repeat(Math.floor(1_000_000 / piece.length));
    expect(() => readA1111(text, true)).not.toThrow();
    expect(() => readA1111(`${text.slice(0, 60_000).replaceAll('\n', ' ')}`, true)).not.toThrow();
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      'Steps: 1',
      ', ',
      ': ',
      '\n',
      '"',
      '{',
      '}',
      '[',
      ']',
      '\\',
      'Negative prompt:',
      'Seed',
      'x',
      '<lora:',
      '>',
      'Hashes: ',
      'Civitai resources: ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => void readA1111(parts.join(''), true)),
      { numRuns: 2000 },
    );
  });
});
