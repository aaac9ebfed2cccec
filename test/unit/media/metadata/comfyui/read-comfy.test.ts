import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph, sampler } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

describe('a plain graph', () => {
  it('is read whole: 0, 1 and an empty text are values (a)', () => {
    expect(read(plainGraph())).toEqual({
      tool: 'comfyui',
      prompt: 'a cat, 고양이, 猫',
      negativePrompt: '',
      seed: '0',
      steps: 20,
      cfg: 1,
      sampler: 'euler_ancestral',
      scheduler: 'normal',
      denoise: 1,
      model: { name: 'sd_xl_base_1.0.safetensors' },
      loras: [],
      requested: { width: 832, height: 1216 },
      mode: 'txt2img',
      origin: 'graph',
      confidence: 'high',
      dynamic: [],
      warnings: [],
    });
  });

  it('gives back what another object gives that is no graph: nothing', () => {
    for (const value of [null, 1, 'x', [], {}, { a: 1 }, { a: { class_type: 1 } }, { prompt: 'a cat' }]) {
      expect(read(value)).toBeUndefined();
    }
    const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, id) => [id, node('Note')]));
    expect(read(many)).toBeUndefined();
  });

  it('keeps a word NaN of the prompt, whatever members a server has added (h)', () => {
    const graph = plainGraph({
      '6': { ...node('CLIPTextEncode', { text: 'NaN, [NaN]', clip: ['4', 1] }), is_changed: [null] },
    });
    expect(read(graph)?.prompt).toBe('NaN, [NaN]');
  });

  it('does not believe a seed that JavaScript has rounded', () => {
    const seeded = (seed: unknown) => read(plainGraph({ '3': sampler({ seed }) }))?.seed;
    expect(seeded(2 ** 63)).toBeUndefined();
    expect(seeded('9223372036854775808')).toBe('9223372036854775808');
    expect(seeded('18446744073709551616')).toBeUndefined();
  });
});

describe('broken graphs', () => {
  it('ids with colons, numbers as ids in links, circles, links to nothing (f)', () => {
    const graph = {
      '12:3': sampler({ model: ['4', 0], latent_image: [5, 0], positive: ['12:6', 0], negative: ['404', 0] }),
      '4': node('CheckpointLoaderSimple', { ckpt_name: 'm.safetensors' }),
      '5': node('EmptyLatentImage', { width: 64, height: 64, batch_size: 1 }),
      '12:6': node('CLIPTextEncode', { text: 'sub', clip: [4, 1] }),
      '8': node('VAEDecode', { samples: ['12:3', 0], vae: [4, 2] }),
      '9': node('SaveImage', { filename_prefix: 'a', images: [8, 0] }),
    };
    const recipe = read(graph);
    expect(recipe).toMatchObject({ prompt: 'sub', seed: '0', model: { name: 'm.safetensors' } });
    expect(recipe).not.toHaveProperty('negativePrompt');
  });

  it.each([
    ['conditioning', { '6': node('FluxGuidance', { guidance: 1, conditioning: ['6', 0] }) }, 'prompt'],
    [
      'text',
      {
        '6': node('CLIPTextEncode', { text: ['60', 0], clip: ['4', 1] }),
        '60': node('StringConcatenate', { string_a: ['60', 0], string_b: ['60', 0], delimiter: '' }),
      },
      undefined,
    ],
    [
      'model',
      { '4': node('LoraLoaderModelOnly', { lora_name: 'a', strength_model: 1, model: ['4', 0] }) },
      'model',
    ],
    ['samplers', { '5': sampler({ latent_image: ['3', 0] }) }, 'prompt'],
  ])('a circle in the %s ends', (_name, changes, missing) => {
    const recipe = read(plainGraph(changes));
    expect(recipe).toBeDefined();
    if (missing !== undefined) expect(recipe).not.toHaveProperty(missing);
  });

  it('a wrapped list is a literal', () => {
    const graph = plainGraph({
      '6': node('CLIPTextEncode', { text: { __value__: 'wrapped' }, clip: ['4', 1] }),
    });
    expect(read(graph)?.prompt).toBe('wrapped');
  });
});

describe('without a sampler', () => {
  it('a hosted model’s node has the prompt', () => {
    const graph = {
      '1': node('FluxProUltraImageNode', { prompt: 'a lake', seed: 8, aspect_ratio: '16:9' }),
      '2': node('SaveImage', { filename_prefix: 'x', images: ['1', 0] }),
    };
    expect(read(graph)).toMatchObject({ prompt: 'a lake', seed: '8', confidence: 'medium' });
  });

  it('what is looked for in a picture is no prompt', () => {
    const graph = {
      '1': node('LoadImage', { image: 'a.png' }),
      '2': node('GroundingDinoSAMSegment (segment anything)', {
        prompt: 'face',
        threshold: 0.3,
        image: ['1', 0],
      }),
      '3': node('SaveImage', { filename_prefix: 'x', images: ['2', 0] }),
    };
    expect(read(graph)).not.toHaveProperty('prompt');
  });

  it('only what is unmistakable is taken', () => {
    const graph = {
      '1': node('CLIPTextEncode', { text: 'good' }),
      '2': node('CLIPTextEncode', { text: 'bad' }, 'Negative Prompt'),
      '3': node('UNETLoader', { unet_name: 'u.safetensors' }),
    };
    expect(read(graph)).toMatchObject({
      prompt: 'good',
      negativePrompt: 'bad',
      model: { name: 'u.safetensors' },
      confidence: 'low',
    });
    expect(read({ ...graph, '4': node('CLIPTextEncode', { text: 'another' }) })).not.toHaveProperty('prompt');
  });

  it('a sampler that leads to no output is read with little confidence', () => {
    const graph = plainGraph({ '8': undefined, '9': undefined });
    expect(read(graph)).toMatchObject({ seed: '0', prompt: 'a cat, 고양이, 猫', confidence: 'low' });
  });

  it('pure processing says nothing', () => {
    const graph = {
      '1': node('LoadImage', { image: 'a.png' }),
      '2': node('ImageInvert', { image: ['1', 0] }),
      '3': node('SaveImage', { filename_prefix: 'x', images: ['2', 0] }),
    };
    expect(read(graph)).toEqual({
      tool: 'comfyui',
      origin: 'graph',
      confidence: 'low',
      dynamic: [],
      warnings: [expect.any(String)],
    });
  });
});
