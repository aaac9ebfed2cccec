import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph, sampler } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

describe('where it began', () => {
  const begun = (nodes: { readonly [id: string]: object }) => read(plainGraph(nodes));

  it('from a picture', () => {
    const recipe = begun({
      '3': sampler({ denoise: 0.6, latent_image: ['90', 0] }),
      '90': node('VAEEncode', { pixels: ['91', 0], vae: ['4', 2] }),
      '91': node('ImageScale', {
        image: ['92', 0],
        width: 512,
        height: 512,
        upscale_method: 'area',
        crop: 'center',
      }),
      '92': node('LoadImage', { image: 'sketch.png [input]' }),
    });
    expect(recipe).toMatchObject({ mode: 'img2img', initImage: 'sketch.png', denoise: 0.6 });
    expect(recipe).not.toHaveProperty('requested');
  });

  it('from a part of a picture', () => {
    const encoded = begun({
      '3': sampler({ latent_image: ['90', 0] }),
      '90': node('VAEEncodeForInpaint', {
        pixels: ['92', 0],
        mask: ['92', 1],
        vae: ['4', 2],
        grow_mask_by: 6,
      }),
      '92': node('LoadImage', { image: 'room.png' }),
    });
    expect(encoded).toMatchObject({ mode: 'inpaint', initImage: 'room.png' });
    const conditioned = begun({
      '3': sampler({ positive: ['93', 0], negative: ['93', 1], latent_image: ['93', 2] }),
      '92': node('LoadImage', { image: 'room.png' }),
      '93': node('InpaintModelConditioning', {
        positive: ['6', 0],
        negative: ['7', 0],
        vae: ['4', 2],
        pixels: ['92', 0],
        mask: ['92', 1],
      }),
    });
    expect(conditioned).toMatchObject({
      mode: 'inpaint',
      initImage: 'room.png',
      prompt: 'a cat, 고양이, 猫',
      negativePrompt: '',
    });
  });

  it('as a film, from a first frame', () => {
    const recipe = begun({
      '3': sampler({ positive: ['94', 0], negative: ['94', 1], latent_image: ['94', 2] }),
      '92': node('LoadImage', { image: 'first.png' }),
      '94': node('WanImageToVideo', {
        positive: ['6', 0],
        negative: ['7', 0],
        vae: ['4', 2],
        start_image: ['92', 0],
        width: 832,
        height: 480,
        length: 81,
        batch_size: 1,
      }),
    });
    expect(recipe).toMatchObject({
      mode: 'video',
      initImage: 'first.png',
      requested: { width: 832, height: 480 },
      prompt: 'a cat, 고양이, 猫',
    });
  });

  it('does not take a whole picture in base64 for its name', () => {
    const recipe = begun({
      '3': sampler({ latent_image: ['90', 0] }),
      '90': node('VAEEncode', { pixels: ['92', 0], vae: ['4', 2] }),
      '92': node('ETN_LoadImageBase64', { image: 'iVBORw0KGgo=' }),
    });
    expect(recipe).toMatchObject({ mode: 'img2img' });
    expect(recipe).not.toHaveProperty('initImage');
  });

  it('of a size in one text', () => {
    const sized = node('SDXLEmptyLatentSizePicker+', {
      resolution: ' 832 x 1216  (portrait)',
      batch_size: 1,
    });
    expect(begun({ '5': sized })?.requested).toEqual({ width: 832, height: 1216 });
  });

  it('says no mode where a picture is part of the prompt', () => {
    const recipe = begun({
      '6': node('TextEncodeQwenImageEdit', {
        clip: ['4', 1],
        prompt: 'make it blue',
        vae: ['4', 2],
        image: ['92', 0],
      }),
      '92': node('LoadImage', { image: 'red.png' }),
    });
    expect(recipe?.prompt).toBe('make it blue');
    expect(recipe).not.toHaveProperty('mode');
  });
});
