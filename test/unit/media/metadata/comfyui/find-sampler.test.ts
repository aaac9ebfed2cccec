import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph, sampler } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

describe('passes', () => {
  const hires = plainGraph({
    '10': node('LatentUpscaleBy', { samples: ['3', 0], upscale_method: 'nearest-exact', scale_by: 1.5 }),
    '11': sampler({
      seed: 99,
      steps: 12,
      cfg: 7,
      sampler_name: 'dpmpp_2m',
      denoise: 0.5,
      latent_image: ['10', 0],
    }),
    '8': node('VAEDecode', { samples: ['11', 0], vae: ['4', 2] }),
  });

  it('of a hires chain: the first is the picture’s (d)', () => {
    expect(read(hires)).toMatchObject({
      seed: '0',
      steps: 20,
      cfg: 1,
      denoise: 1,
      mode: 'txt2img',
      requested: { width: 832, height: 1216 },
      passes: [
        { seed: '0', steps: 20, cfg: 1, sampler: 'euler_ancestral', scheduler: 'normal', denoise: 1 },
        { seed: '99', steps: 12, cfg: 7, sampler: 'dpmpp_2m', scheduler: 'normal', denoise: 0.5 },
      ],
      confidence: 'high',
    });
  });

  it('through pixels and a detailer', () => {
    const graph = plainGraph({
      '10': node('ImageUpscaleWithModel', { upscale_model: ['13', 0], image: ['8', 0] }),
      '11': node('VAEEncode', { pixels: ['10', 0], vae: ['4', 2] }),
      '12': sampler({ seed: 5, denoise: 0.3, latent_image: ['11', 0] }),
      '13': node('UpscaleModelLoader', { model_name: '4x.pth' }),
      '14': node('VAEDecode', { samples: ['12', 0], vae: ['4', 2] }),
      '15': node('FaceDetailer', {
        image: ['14', 0],
        model: ['4', 0],
        clip: ['4', 1],
        positive: ['6', 0],
        negative: ['7', 0],
        seed: 6,
        steps: 9,
        cfg: 8,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 0.4,
      }),
      '9': node('SaveImage', { filename_prefix: 'x', images: ['15', 0] }),
    });
    const recipe = read(graph);
    expect(recipe?.seed).toBe('0');
    expect(recipe?.passes?.map(({ seed }) => seed)).toEqual(['0', '5', '6']);
  });

  it('of base and refiner: steps are not added, and a pass without noise has no seed', () => {
    const half = (changes: object) =>
      node('KSamplerAdvanced', {
        add_noise: 'enable',
        noise_seed: 41,
        steps: 25,
        cfg: 8,
        sampler_name: 'euler',
        scheduler: 'normal',
        start_at_step: 0,
        end_at_step: 20,
        return_with_leftover_noise: 'enable',
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
        ...changes,
      });
    const graph = plainGraph({
      '3': half({}),
      '30': half({ add_noise: 'disable', noise_seed: 42, start_at_step: 20, latent_image: ['3', 0] }),
      '8': node('VAEDecode', { samples: ['30', 0], vae: ['4', 2] }),
    });
    const recipe = read(graph);
    expect(recipe).toMatchObject({ seed: '41', steps: 25 });
    expect(recipe?.passes).toHaveLength(2);
    expect(recipe?.passes?.[1]).not.toHaveProperty('seed');
  });
});
