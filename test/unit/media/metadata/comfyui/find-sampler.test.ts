import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);
const sampler = (changes: object) =>
  node('KSampler', { ...(plainGraph()['3'] as { inputs: object }).inputs, ...changes });

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

  it('names with signs that are no placeholders', () => {
    const graph = { ...two, '102': node('SaveImage', { filename_prefix: '100%', images: ['101', 0] }) };
    expect(read(graph, { filename: '100%_00001_.png' })?.seed).toBe('7');
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
