import { describe, expect, it } from 'vitest';
import { recipeKey, recipeNumbers } from '../../../../src/domain/search/recipe-key.ts';
import { idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

const base = {
  prompt: 'a cat',
  model: 'm',
  sampler: 'euler',
  steps: 20,
  cfg: 7,
  loras: [{ name: 'ink', weight: 0.5 }],
};

describe('recipeKey', () => {
  it.each([
    ['another picture', { id: idOf(9), sha256: 'cd'.repeat(32), tags: [], favorite: true }],
    ['the seed', { seed: '1' }],
    ['the steps', { steps: 21 }],
    ['cfg', { cfg: 3 }],
    ["a LoRA's weight", { loras: [{ name: 'ink', weight: 0.9 }] }],
  ])('is the same where nothing but %s differs', (_what, change) => {
    expect(recipeKey(sampleRecord({ ...base, ...change }))).toBe(recipeKey(sampleRecord(base)));
  });

  it.each([
    ['the prompt', { prompt: 'a dog' }],
    ['the negative prompt', { negative_prompt: 'blurry' }],
    ['the model', { model: 'n' }],
    ['the sampler', { sampler: 'dpm' }],
    ['the size', { width: 512 }],
    ['the workflow', { workflow_id: 'other' }],
    ['a LoRA', { loras: [{ name: 'other', weight: 0.5 }] }],
    ['no LoRA', { loras: [] }],
  ])('is another one where %s differs', (_what, change) => {
    expect(recipeKey(sampleRecord({ ...base, ...change }))).not.toBe(recipeKey(sampleRecord(base)));
  });

  it('is none where no prompt is known', () => {
    expect(recipeKey(sampleRecord({ prompt: null }))).toBeUndefined();
    expect(recipeKey(sampleRecord({ prompt: '' }))).toBeUndefined();
  });
});

describe('recipeNumbers', () => {
  it('names every number, known or not', () => {
    const record = sampleRecord({
      ...base,
      loras: [{ name: 'ink', weight: 0.5 }, { name: 'wash' }, { odd: 1 }],
    });
    expect([...recipeNumbers(record)]).toEqual([
      ['seed', '18446744073709551615'],
      ['steps', '20'],
      ['cfg', '7'],
      ['lora:ink', '0.5'],
      ['lora:wash', null],
    ]);
  });
});
