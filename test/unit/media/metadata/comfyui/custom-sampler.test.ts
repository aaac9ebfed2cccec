import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { fluxGraph, node, plainGraph } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

describe('the Flux way', () => {
  it('reads guider, noise, sigmas, sampler and guidance from their own nodes (b)', () => {
    const recipe = read(fluxGraph());
    expect(recipe).toMatchObject({
      prompt: 'a fox in the snow',
      seed: '18446744073709551615',
      steps: 28,
      guidance: 3.5,
      sampler: 'euler',
      scheduler: 'simple',
      model: { name: 'flux1-dev.safetensors' },
      vae: 'ae.safetensors',
      requested: { width: 1024, height: 1024 },
      confidence: 'high',
    });
    expect(recipe).not.toHaveProperty('negativePrompt');
    expect(recipe).not.toHaveProperty('cfg');
  });

  it.each([
    ['CFGGuider', { positive: ['26', 0], negative: ['31', 0], cfg: 4 }, { cfg: 4, negativePrompt: 'bad' }],
    [
      'DualCFGGuider',
      { cond1: ['26', 0], cond2: ['31', 0], negative: ['31', 0], cfg_conds: 5, cfg_cond2_negative: 1 },
      { cfg: 5, negativePrompt: 'bad' },
    ],
    [
      'PerpNegGuider',
      { positive: ['26', 0], negative: ['31', 0], empty_conditioning: ['32', 0], cfg: 6, neg_scale: 1 },
      { cfg: 6, negativePrompt: 'bad' },
    ],
  ])('reads %s', (type, inputs, expected) => {
    const graph = fluxGraph({
      '22': node(type, { model: ['30', 0], ...inputs }),
      '31': node('CLIPTextEncode', { text: 'bad', clip: ['11', 0] }),
      '32': node('CLIPTextEncode', { text: '', clip: ['11', 0] }),
    });
    expect(read(graph)).toMatchObject({ prompt: 'a fox in the snow', ...expected });
  });

  it('reads schedulers that are their own class, sigmas behind sigmas, and no noise as no seed', () => {
    const nodes = {
      '16': node('SamplerEulerAncestral', { eta: 1, s_noise: 1 }),
      '17': node('SplitSigmasDenoise', { sigmas: ['18', 0], denoise: 0.6 }),
      '18': node('KarrasScheduler', { steps: 12, sigma_max: 14, sigma_min: 0.03, rho: 7 }),
      '25': node('DisableNoise'),
    };
    const recipe = read(fluxGraph(nodes));
    expect(recipe).toMatchObject({ steps: 12, scheduler: 'Karras', sampler: 'EulerAncestral' });
    expect(recipe).not.toHaveProperty('seed');
    const second = node('SamplerCustomAdvanced', {
      noise: ['25', 0],
      guider: ['22', 0],
      sampler: ['16', 0],
      sigmas: ['17', 1],
      latent_image: ['5', 0],
    });
    expect(read(fluxGraph({ ...nodes, '13': second }))?.denoise).toBe(0.6);
  });

  it('reads SamplerCustom, whose seed counts only when it adds noise', () => {
    const custom = (add_noise: boolean) =>
      plainGraph({
        '3': node('SamplerCustom', {
          add_noise,
          noise_seed: 77,
          cfg: 3,
          model: ['4', 0],
          positive: ['6', 0],
          negative: ['7', 0],
          sampler: ['10', 0],
          sigmas: ['11', 0],
          latent_image: ['5', 0],
        }),
        '10': node('KSamplerSelect', { sampler_name: 'lcm' }),
        '11': node('SDTurboScheduler', { steps: 1, denoise: 1, model: ['4', 0] }),
      });
    expect(read(custom(true))).toMatchObject({
      seed: '77',
      cfg: 3,
      steps: 1,
      sampler: 'lcm',
      scheduler: 'SDTurbo',
    });
    expect(read(custom(false))).not.toHaveProperty('seed');
  });
});
