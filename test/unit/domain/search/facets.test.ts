import { describe, expect, it } from 'vitest';
import { facetValues } from '../../../../src/domain/search/facets.ts';
import { sampleRecord } from '../../../support/records.ts';

describe('facetValues', () => {
  it('gives each value once, and nothing for what is not known', () => {
    const record = sampleRecord({
      tags: ['a', 'b', 'a'],
      model: null,
      workflow_id: '',
      generator: 'comfyui',
      loras: [{ name: 'x' }, { name: 'x', weight: 1 }, { name: '' }, { weight: 2 }],
    });
    expect(facetValues(record)).toEqual({
      tag: ['a', 'b'],
      workflow: [],
      model: [],
      lora: ['x'],
      ratio: ['4:3'],
      generator: ['comfyui'],
    });
  });

  it('takes LoRAs from the prompt only where the record lists none', () => {
    const prompt = 'a <lora:ink v2:0.8> b <lora:한글:1> c <lora:ink v2:0.2> d <lora:bare> <lora:> <lyco:z:1>';
    expect(facetValues(sampleRecord({ prompt })).lora).toEqual(['ink v2', '한글', 'bare']);
    expect(facetValues(sampleRecord({ prompt, loras: [{ name: 'x' }] })).lora).toEqual(['x']);
  });
});
