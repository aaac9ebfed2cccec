import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph, SAMPLER_INPUTS } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

describe('texts', () => {
  const withText = (nodes: { readonly [id: string]: object }) =>
    plainGraph({ '6': node('CLIPTextEncode', { text: ['50', 0], clip: ['4', 1] }), ...nodes });

  it('come through primitives and concatenations (g)', () => {
    const graph = withText({
      '50': node('StringConcatenate', { string_a: ['51', 0], string_b: 'at night', delimiter: ', ' }),
      '51': node('PrimitiveStringMultiline', { value: 'a castle' }),
    });
    expect(read(graph)).toMatchObject({ prompt: 'a castle, at night', dynamic: [], confidence: 'high' });
  });

  it.each([
    ['an unknown LLM', node('LLMPromptMaker', { instruction: 'write a prompt', model: 'llama', seed: 5 })],
    ['a sole text in one', node('OllamaGenerate', { prompt: 'write a prompt' })],
    ['a sole text with a temperature', node('Muse', { text: 'write a prompt', temperature: 0.7 })],
    ['a captioner', node('Florence2Run', { image: ['5', 0], task: 'caption' })],
    ['wildcards', node('DPRandomGenerator', { text: '{a|b}', seed: 4 })],
    [
      'a text replaced by a pack',
      node('StringFunction|pysssss', { action: 'replace', text_a: 'a', text_b: 'b' }),
    ],
    ['two texts of an unknown node', node('Mixer', { a: 'x', b: 'y' })],
    ['a shown text of an LLM', node('ShowText|pysssss', { text: ['52', 0], text_0: 'an old answer' })],
    [
      'an LLM in a concatenation',
      node('StringConcatenate', { string_a: 'x', string_b: ['52', 0], delimiter: '' }),
    ],
    [
      'a switch that is not decided',
      node('ComfySwitchNode', { switch: ['52', 0], on_true: 'a', on_false: 'b' }),
    ],
  ])('made at run time are not invented: %s (g)', (_name, made) => {
    const recipe = read(withText({ '50': made, '52': node('GeminiNode', { prompt: 'x' }) }));
    expect(recipe).not.toHaveProperty('prompt');
    expect(recipe?.dynamic).toEqual(['prompt']);
    expect(recipe?.negativePrompt).toBe('');
  });

  it.each([
    ['ShowText|pysssss', { text: ['51', 0] }, 'one'],
    ['PreviewAny', { source: ['51', 0] }, 'one'],
    ['ComfySwitchNode', { switch: false, on_true: ['52', 0], on_false: ['51', 0] }, 'one'],
    ['CR Text Input Switch', { Input: 2, text1: ['51', 0], text2: ['52', 0] }, ' two '],
    ['ImpactSwitch', { select: 1, sel_mode: false, input1: ['51', 0], input2: ['52', 0] }, 'one'],
    [
      'Text Concatenate',
      { delimiter: '\\n', clean_whitespace: 'true', text_b: ['52', 0], text_a: ['51', 0] },
      'one\ntwo',
    ],
    [
      'JoinStringMulti',
      { inputcount: 2, string_1: ['51', 0], string_2: 'x', delimiter: '+', return_list: false },
      'one+x',
    ],
    ['StringTrim', { string: ['52', 0], mode: 'Both' }, 'two'],
    ['StringReplace', { string: 'a-b-c', find: '-', replace: '.' }, 'a.b.c'],
    ['Reroute', { '': ['51', 0] }, 'one'],
    ['StringFunction|pysssss', { action: 'append', tidy_tags: 'no', text_a: ['51', 0], text_b: '+' }, 'one+'],
  ])('come through %s', (type, inputs, prompt) => {
    const graph = withText({
      '50': node(type, inputs),
      '51': node('PrimitiveString', { value: 'one' }),
      '52': node('Text Multiline', { text: ' two ' }),
    });
    expect(read(graph)).toMatchObject({ prompt, dynamic: [] });
  });

  it('typed into a styler are told, though the style may have added to them', () => {
    const styler = node('SDXLPromptStyler', { text_positive: 'a fox', text_negative: 'fog', style: 'ink' });
    const graph = plainGraph({
      '6': node('CLIPTextEncode', { text: ['50', 0], clip: ['4', 1] }),
      '7': node('CLIPTextEncode', { text: ['50', 1], clip: ['4', 1] }),
      '50': styler,
    });
    expect(read(graph)).toMatchObject({ prompt: 'a fox', negativePrompt: 'fog', confidence: 'medium' });
  });

  it('of an unknown node with only one are believed less', () => {
    expect(read(withText({ '50': node('MyNotes', { words: 'a tree' }) }))).toMatchObject({
      prompt: 'a tree',
      confidence: 'medium',
    });
  });

  it('that grow without end are not made', () => {
    const doubling = Array.from({ length: 60 }, (_, level) => [
      String(50 + level),
      node('StringConcatenate', {
        string_a: [String(51 + level), 0],
        string_b: [String(51 + level), 0],
        delimiter: '',
      }),
    ]);
    const graph = withText({
      ...Object.fromEntries(doubling),
      '110': node('PrimitiveString', { value: 'x' }),
    });
    expect(read(graph)).not.toHaveProperty('prompt');
    const growing = withText({
      '50': node('StringReplace', { string: 'a'.repeat(200_000), find: 'a', replace: 'b'.repeat(200_000) }),
    });
    expect(read(growing)).not.toHaveProperty('prompt');
  });
});

describe('numbers through links', () => {
  const withSeed = (made: object) =>
    plainGraph({
      '3': node('KSampler', {
        ...SAMPLER_INPUTS,
        seed: ['60', 0],
        steps: ['61', 0],
      }),
      '60': made,
      '61': node('PrimitiveInt', { value: 33 }),
    });
  it.each([
    ['Seed (rgthree)', { seed: 12 }, '12'],
    ['easy globalSeed', { value: 13, mode: true, action: 'fixed', last_seed: 4 }, '13'],
    ['PrimitiveInt', { value: '18446744073709551615' }, '18446744073709551615'],
    ['CR Seed', { seed: 0 }, '0'],
  ])('are read from %s', (type, inputs, seed) => {
    expect(read(withSeed(node(type, inputs)))).toMatchObject({ seed, steps: 33 });
  });
  it('are not invented', () => {
    const recipe = read(withSeed(node('RandomInteger', { min: 1, max: 9 })));
    expect(recipe).not.toHaveProperty('seed');
    expect(recipe).toMatchObject({ steps: 33, dynamic: ['seed'] });
    expect(read(withSeed(node('Seed (rgthree)', { seed: -1 })))).not.toHaveProperty('seed');
  });
});
