import { describe, expect, it } from 'vitest';
import { parseDescriptive } from '../../../src/domain/descriptive.ts';
import type { FoundRecipe } from '../../../src/media/decoder.ts';
import { describe as described, recipeOf } from '../../../src/services/describe.ts';

const found: FoundRecipe = {
  meta: { prompt: 'a cat', negative_prompt: '', seed: '7', steps: 20, generator: 'comfyui', loras: [] },
  from: {
    prompt: 'graph',
    negative_prompt: 'graph',
    seed: 'graph',
    steps: 'embedded',
    generator: 'graph',
    loras: 'graph',
  },
};

describe('what is kept of a new picture', () => {
  it('is what its job said, field by field, and else what the picture says; its source is named', () => {
    const said = { prompt: 'the job’s', seed: null, steps: 0, workflow_id: 'w' };
    expect(described(said, found)).toEqual({
      prompt: 'the job’s',
      seed: null,
      steps: 0,
      workflow_id: 'w',
      negative_prompt: '',
      generator: 'comfyui',
      loras: [],
      from: { negative_prompt: 'graph', generator: 'graph', loras: 'graph' },
    });
  });

  it('is what the job said where nothing was found, and nothing where neither says anything', () => {
    expect(described({ prompt: 'x' }, undefined)).toEqual({ prompt: 'x' });
    expect(described({}, undefined)).toEqual({});
  });

  it('keeps the sources that the job named, but for fields that it did not give', () => {
    const meta = described({ prompt: 'x', from: { prompt: 'user', seed: 'user' } }, found);
    expect(meta.from).toMatchObject({ prompt: 'user', seed: 'graph' });
  });

  it('takes LoRAs from tags in the prompt where nobody else names any', () => {
    const prompt = 'castle <lora:styles/ink:0.6> <lora:fog>';
    const loras = [
      { name: 'ink', weight: 0.6, file: 'styles/ink' },
      { name: 'fog', weight: 1 },
    ];
    expect(described({ prompt }, undefined)).toEqual({ prompt, loras });
    const embedded: FoundRecipe = { meta: { prompt }, from: { prompt: 'embedded' } };
    expect(described({}, embedded)).toEqual({
      prompt,
      loras,
      from: { prompt: 'embedded', loras: 'embedded' },
    });
    expect(described({ prompt, loras: [] }, undefined).loras).toEqual([]);
    expect(described({ prompt }, found)).toMatchObject({ prompt, loras: [], from: { loras: 'graph' } });
    expect(described({ prompt: 'a < b', loras: [] }, undefined)).toEqual({ prompt: 'a < b', loras: [] });
    expect(described({ prompt: 'a < b' }, undefined)).toEqual({ prompt: 'a < b' });
  });

  it('stays in the bounds of a record', () => {
    const prompt = Array.from({ length: 500 }, (_, n) => `<lora:${'n'.repeat(200)}${n}:1>`).join('');
    const { from: _, ...meta } = described({ prompt: prompt.slice(0, 60_000) }, undefined);
    expect(meta.loras?.length).toBeGreaterThan(10);
    expect(() => parseDescriptive(meta)).not.toThrow();
  });
});

describe('the recipe of a picture, for a copy of it', () => {
  it('is how its bytes were made, and from where that is known', () => {
    const record = {
      prompt: 'a cat',
      seed: null,
      steps: 20,
      workflow_id: 'w',
      job_id: 'j',
      aspect_ratio: '1:1',
      parents: [],
      from: { prompt: 'graph', workflow_id: 'user' },
    } as const;
    expect(recipeOf(record)).toEqual({ prompt: 'a cat', steps: 20, from: { prompt: 'graph' } });
    expect(recipeOf({ prompt: 'a cat' })).toEqual({ prompt: 'a cat' });
  });
});
