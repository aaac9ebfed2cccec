import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph, SAMPLER_INPUTS, sampler } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

describe('conditioning', () => {
  it('puts no more texts together than a text may be long, however they double', () => {
    const texts = ['a', 'b'].map((letter) => [
      `${letter}0`,
      node('CLIPTextEncode', { text: letter.repeat(64 * 1024), clip: ['4', 1] }),
    ]);
    const pairs = Array.from({ length: 8 }, (_, n) => [
      [
        `a${n + 1}`,
        node('ConditioningCombine', { conditioning_1: [`a${n}`, 0], conditioning_2: [`b${n}`, 0] }),
      ],
      [
        `b${n + 1}`,
        node('ConditioningCombine', { conditioning_1: [`b${n}`, 0], conditioning_2: [`a${n}`, 0] }),
      ],
    ]);
    const graph = {
      ...Object.fromEntries([...texts, ...pairs.flat()]),
      '3': sampler({ positive: ['a8', 0] }),
    };
    const recipe = read(plainGraph(graph));
    expect(recipe).toMatchObject({
      seed: '0',
      confidence: 'low',
      warnings: expect.arrayContaining([expect.stringContaining('too long')]),
    });
    expect(recipe).not.toHaveProperty('prompt');
  });

  it('says nothing where it was zeroed out, whatever lies behind (c)', () => {
    const graph = plainGraph({ '7': node('ConditioningZeroOut', { conditioning: ['6', 0] }) });
    expect(read(graph)).toMatchObject({
      prompt: 'a cat, 고양이, 猫',
      negativePrompt: '',
      confidence: 'high',
    });
  });

  it('chooses by output behind nodes with two', () => {
    const graph = plainGraph({
      '3': node('KSampler', {
        ...SAMPLER_INPUTS,
        positive: ['20', 0],
        negative: ['20', 1],
      }),
      '7': node('CLIPTextEncode', { text: 'blurry', clip: ['4', 1] }),
      '20': node('ControlNetApplyAdvanced', {
        positive: ['21', 0],
        negative: ['21', 1],
        strength: 1,
        control_net: ['22', 0],
        image: ['23', 0],
      }),
      '21': node('ControlNetApplyAdvanced', { positive: ['6', 0], negative: ['7', 0], image: ['23', 0] }),
      '22': node('ControlNetLoader', { control_net_name: 'x' }),
      '23': node('LoadImage', { image: 'pose.png' }),
    });
    const recipe = read(graph);
    expect(recipe).toMatchObject({ prompt: 'a cat, 고양이, 猫', negativePrompt: 'blurry', mode: 'txt2img' });
    expect(recipe).not.toHaveProperty('initImage');
  });

  it.each(['ApplyInstantID', 'Attention couple', 'BrushNet'])(
    'knows the two apart behind %s, which gives out a model first',
    (type) => {
      const graph = plainGraph({
        '3': sampler({ model: ['20', 0], positive: ['20', 1], negative: ['20', 2] }),
        '7': node('CLIPTextEncode', { text: 'blurry', clip: ['4', 1] }),
        '20': node(type, { model: ['4', 0], positive: ['6', 0], negative: ['7', 0] }),
      });
      expect(read(graph)).toMatchObject({ prompt: 'a cat, 고양이, 猫', negativePrompt: 'blurry' });
    },
  );

  it('reads the text of an encoder that has no CLIP', () => {
    const encoder = node('MZ_ChatGLM3', {
      text: 'a landscape',
      chatglm3_model: ['4', 0],
      hid_proj: ['4', 1],
    });
    expect(read(plainGraph({ '6': encoder }))).toMatchObject({ prompt: 'a landscape', confidence: 'medium' });
  });

  it('joins what is combined, equal texts once', () => {
    const graph = plainGraph({
      '6': node('ConditioningCombine', { conditioning_1: ['30', 0], conditioning_2: ['31', 0] }),
      '30': node('ConditioningSetArea', {
        conditioning: ['32', 0],
        width: 64,
        height: 64,
        x: 0,
        y: 0,
        strength: 1,
      }),
      '31': node('ConditioningConcat', { conditioning_to: ['33', 0], conditioning_from: ['32', 0] }),
      '32': node('CLIPTextEncode', { text: 'left', clip: ['4', 1] }),
      '33': node('CLIPTextEncodeSDXL', {
        text_g: 'right',
        text_l: 'right',
        width: 1024,
        height: 1024,
        clip: ['4', 1],
      }),
    });
    expect(read(graph)?.prompt).toBe('left\nright\nleft');
  });

  it.each([
    ['CLIPTextEncodeFlux', { clip_l: 'short', t5xxl: 'long text', guidance: 2.5 }, 'short\nlong text'],
    ['CLIPTextEncodeSD3', { clip_l: 'a', clip_g: '', t5xxl: 'a' }, 'a'],
    ['CLIPTextEncodeHiDream', { clip_l: '', clip_g: '', t5xxl: '', llama: '' }, ''],
    ['CLIPTextEncodeLumina2', { system_prompt: 'You are', user_prompt: 'a dog' }, 'a dog'],
    ['TextEncodeQwenImageEdit', { prompt: 'make it blue' }, 'make it blue'],
    ['BNK_CLIPTextEncodeAdvanced', { text: 'packed', weight_interpretation: 'A1111' }, 'packed'],
    ['ImpactWildcardEncode', { wildcard_text: '__animal__', populated_text: 'a wolf', mode: true }, 'a wolf'],
  ])('reads %s', (type, inputs, prompt) => {
    expect(read(plainGraph({ '6': node(type, { clip: ['4', 1], ...inputs }) }))?.prompt).toBe(prompt);
  });

  it('reads both prompts of a loader that holds them', () => {
    const graph = plainGraph({
      '3': node('KSampler (Efficient)', {
        ...SAMPLER_INPUTS,
        model: ['4', 0],
        positive: ['4', 1],
        negative: ['4', 2],
        latent_image: ['4', 3],
      }),
      '4': node('Efficient Loader', {
        ckpt_name: 'dream.safetensors',
        clip_skip: -2,
        lora_name: 'ink.safetensors',
        lora_model_strength: 0.7,
        lora_clip_strength: 0.6,
        positive: 'castle',
        negative: 'fog',
        empty_latent_width: 512,
        empty_latent_height: 768,
        batch_size: 1,
      }),
    });
    expect(read(graph)).toMatchObject({
      prompt: 'castle',
      negativePrompt: 'fog',
      model: { name: 'dream.safetensors' },
      loras: [{ name: 'ink.safetensors', weight: 0.7, clipWeight: 0.6 }],
      clipSkip: 2,
      confidence: 'medium',
    });
  });

  it('reads through bundles', () => {
    const { model: _, positive: __, negative: ___, ...rest } = SAMPLER_INPUTS;
    const graph = plainGraph({
      '3': node('ImpactKSamplerBasicPipe', { ...rest, basic_pipe: ['40', 0] }),
      '40': node('ToBasicPipe', { model: ['4', 0], clip: ['4', 1], positive: ['6', 0], negative: ['7', 0] }),
    });
    expect(read(graph)).toMatchObject({
      prompt: 'a cat, 고양이, 猫',
      negativePrompt: '',
      model: { name: 'sd_xl_base_1.0.safetensors' },
      confidence: 'medium',
    });
  });

  it('reads what loaders and settings hand on in one bundle', () => {
    const graph = {
      '1': node('easy fullLoader', {
        ckpt_name: 'easy.safetensors',
        lora_name: 'ink.safetensors',
        lora_model_strength: 0.5,
        lora_clip_strength: 0.5,
        positive: 'a boat',
        negative: 'fog',
        batch_size: 1,
      }),
      '2': node('easy preSampling', {
        steps: 15,
        cfg: 6,
        sampler_name: 'euler',
        scheduler: 'karras',
        denoise: 1,
        seed: 21,
        pipe: ['1', 0],
      }),
      '3': node('easy kSampler', { pipe: ['2', 0], image_output: 'Hide', link_id: 0, save_prefix: 'x' }),
      '4': node('SaveImage', { filename_prefix: 'x', images: ['3', 1] }),
    };
    const recipe = read(graph);
    expect(recipe).toMatchObject({
      prompt: 'a boat',
      negativePrompt: 'fog',
      seed: '21',
      steps: 15,
      cfg: 6,
      scheduler: 'karras',
      model: { name: 'easy.safetensors' },
      loras: [{ name: 'ink.safetensors', weight: 0.5, clipWeight: 0.5 }],
      confidence: 'medium',
    });
    expect(recipe).not.toHaveProperty('passes');
  });

  it('knows no prompt behind a node it does not know', () => {
    const graph = plainGraph({ '6': node('MysteryConditioner', { a: ['4', 1], b: ['5', 0] }) });
    const recipe = read(graph);
    expect(recipe).not.toHaveProperty('prompt');
    expect(recipe).toMatchObject({ seed: '0', dynamic: ['prompt'] });
  });
});
