import { describe, expect, it } from 'vitest';
import { searchText } from '../../../../src/domain/search/text.ts';
import { idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

describe('searchText', () => {
  it('keeps what is read and what is compared apart, both folded', () => {
    const record = sampleRecord({
      prompt: 'A (Cat:1.2)\u0002seed=1',
      tags: ['풍경'],
      model: 'M',
      loras: [{ name: 'Ink' }],
      negative_prompt: 'Blurry',
      steps: 30,
      seed: '7',
      parents: [
        { kind: 'input', id: idOf(7), role: '' },
        { kind: 'control', id: idOf(8), role: '' },
      ],
    });
    const { free, terms } = searchText(record);
    expect(free.split('\u0001')).toEqual([
      'a cat seed=1',
      '풍경',
      'm',
      'ink',
      'txt2img-v3',
      'comfyui_00001_.png',
    ]);
    expect(terms.split('\u0002').map((term) => term.replace(/^recipe=[0-9a-f]{16}$/, 'recipe=KEY'))).toEqual([
      '',
      'steps=30',
      'width=1024',
      'height=768',
      'seed=7',
      'size=1024x768',
      'recipe=KEY',
      `parent=${idOf(7)}`,
      `parent=${idOf(8)}`,
      'negative=blurry',
      '',
    ]);
  });

  it('writes nothing for what is not known', () => {
    const record = sampleRecord({ prompt: null, seed: null, width: null, tags: [], workflow_id: null });
    expect(searchText(record)).toEqual({ free: 'comfyui_00001_.png', terms: '\u0002height=768\u0002' });
  });
});
