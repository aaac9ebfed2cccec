import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph, sampler } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

describe('several saved pictures', () => {
  const two = plainGraph({
    '9': node('SaveImage', { filename_prefix: 'day/first_%date:yyyy-MM-dd%', images: ['8', 0] }),
    '100': sampler({ seed: 7, sampler_name: 'heun' }),
    '101': node('VAEDecode', { samples: ['100', 0], vae: ['4', 2] }),
    '102': node('SaveImage', { filename_prefix: 'second', images: ['101', 0] }),
  });

  it('are told apart by the node, and by the name (e)', () => {
    expect(read(two, { outputNode: '9' })).toMatchObject({
      seed: '0',
      sampler: 'euler_ancestral',
      confidence: 'high',
    });
    expect(read(two, { outputNode: '102' })).toMatchObject({ seed: '7', sampler: 'heun' });
    expect(read(two, { filename: 'second_00012_.png' })).toMatchObject({ seed: '7', confidence: 'high' });
    expect(read(two, { filename: 'second_00012_ (1).png' })?.seed).toBe('7');
    expect(read(two, { filename: 'C:\\out\\day\\first_2026-11-21_00003_.png' })?.seed).toBe('0');
  });

  it.each([undefined, 'renamed.png', 'second_part_00001_.png'])(
    'that nothing tells apart say only what they have in common: %s',
    (filename) => {
      const recipe = read(two, filename === undefined ? {} : { filename });
      expect(recipe).not.toHaveProperty('seed');
      expect(recipe).not.toHaveProperty('sampler');
      expect(recipe).toMatchObject({ prompt: 'a cat, 고양이, 猫', steps: 20, confidence: 'low' });
    },
  );

  it('of one chain are one recipe', () => {
    const graph = plainGraph({
      '10': node('LatentUpscale', { samples: ['3', 0], width: 1024, height: 1024 }),
      '11': sampler({ seed: 99, denoise: 0.5, latent_image: ['10', 0] }),
      '12': node('VAEDecode', { samples: ['11', 0], vae: ['4', 2] }),
      '13': node('SaveImage', { filename_prefix: 'hires', images: ['12', 0] }),
    });
    const unnamed = read(graph);
    expect(unnamed).toMatchObject({ seed: '0', confidence: 'medium' });
    expect(unnamed).not.toHaveProperty('passes');
    expect(read(graph, { filename: 'hires_00001_.png' })?.passes).toHaveLength(2);
    expect(read(graph, { filename: 'ComfyUI_00001_.png' })).not.toHaveProperty('passes');
  });

  it('a preview beside the saver did not write it', () => {
    const graph = { ...two, '102': node('PreviewImage', { images: ['101', 0] }) };
    expect(read(graph)).toMatchObject({ seed: '0', confidence: 'high' });
  });

  it('a saver that writes settings down is no sampler', () => {
    const saver = node('SDPromptSaver', {
      filename: 'x',
      images: ['8', 0],
      seed: 5,
      steps: 1,
      cfg: 2,
      sampler_name: 'other',
      scheduler: 'other',
      positive: 'written down',
      model_name: 'other',
    });
    const recipe = read(plainGraph({ '9': saver }));
    expect(recipe).toMatchObject({ seed: '0', prompt: 'a cat, 고양이, 猫', confidence: 'high' });
    expect(recipe).not.toHaveProperty('passes');
  });

  it('names with signs that are no placeholders', () => {
    const graph = { ...two, '102': node('SaveImage', { filename_prefix: '100%', images: ['101', 0] }) };
    expect(read(graph, { filename: '100%_00001_.png' })?.seed).toBe('7');
  });
});
