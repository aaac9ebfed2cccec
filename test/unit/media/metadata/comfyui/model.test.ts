import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { node, plainGraph, SAMPLER_INPUTS, sampler } from '../../../../support/comfyui/graphs.ts';

const read = (graph: unknown, hints = {}) => readComfyRecipe(graph, hints);

/** A LoRA that model and text encoder of this node go through. */
const loraAfter = (from: string, lora_name: string, strength_model: number, strength_clip: number) =>
  node('LoraLoader', { lora_name, strength_model, strength_clip, model: [from, 0], clip: [from, 1] });

it('takes no text that is too long for a name', () => {
  const graph = plainGraph({
    '3': sampler({ model: ['11', 0] }),
    '10': node('LoraLoaderModelOnly', { lora_name: 'x'.repeat(1025), strength_model: 1, model: ['4', 0] }),
    '11': node('LoraLoaderModelOnly', { lora_name: 'y'.repeat(1024), strength_model: 1, model: ['10', 0] }),
  });
  expect(readComfyRecipe(graph, {})?.loras).toEqual([{ name: 'y'.repeat(1024), weight: 1 }]);
});

describe('models and LoRAs', () => {
  it('are told from the loader on; what is off is not told (i)', () => {
    const graph = plainGraph({
      '3': node('KSampler', { ...SAMPLER_INPUTS, model: ['73', 0] }),
      '4': node('CheckpointLoaderSimple', { ckpt_name: 'SDXL\\base\\model.safetensors' }),
      '70': loraAfter('4', 'styles\\ink.safetensors', 0.8, 1),
      '71': loraAfter('70', 'off.safetensors', 0, 0),
      '72': node('LoraLoaderModelOnly', {
        lora_name: 'fast.safetensors',
        strength_model: -0.5,
        model: ['71', 0],
      }),
      '73': node('Power Lora Loader (rgthree)', {
        PowerLoraLoaderHeaderWidget: { type: 'PowerLoraLoaderHeaderWidget' },
        lora_1: { on: true, lora: 'eyes.safetensors', strength: 0.4 },
        lora_2: { on: false, lora: 'unused.safetensors', strength: 1 },
        lora_3: { on: true, lora: 'two.safetensors', strength: 0.5, strengthTwo: 0.25 },
        '➕ Add Lora': '',
        model: ['72', 0],
        clip: ['71', 1],
      }),
      '6': node('CLIPTextEncode', { text: 'x', clip: ['73', 1] }),
    });
    expect(read(graph)).toMatchObject({
      model: { name: 'SDXL\\base\\model.safetensors' },
      loras: [
        { name: 'styles\\ink.safetensors', weight: 0.8, clipWeight: 1 },
        { name: 'fast.safetensors', weight: -0.5 },
        { name: 'eyes.safetensors', weight: 0.4 },
        { name: 'two.safetensors', weight: 0.5, clipWeight: 0.25 },
      ],
      confidence: 'high',
    });
  });

  it('are told from stacks', () => {
    const graph = plainGraph({
      '3': node('KSampler', { ...SAMPLER_INPUTS, model: ['75', 0] }),
      '75': node('CR Apply LoRA Stack', { model: ['4', 0], clip: ['4', 1], lora_stack: ['76', 0] }),
      '76': node('CR LoRA Stack', {
        switch_1: 'On',
        lora_name_1: 'b.safetensors',
        model_weight_1: 0.5,
        clip_weight_1: 0.6,
        switch_2: 'Off',
        lora_name_2: 'c.safetensors',
        model_weight_2: 1,
        clip_weight_2: 1,
        switch_3: 'On',
        lora_name_3: 'None',
        model_weight_3: 1,
        clip_weight_3: 1,
        lora_stack: ['77', 0],
      }),
      '77': node('LoRA Stacker', {
        input_mode: 'simple',
        lora_count: 1,
        lora_name_1: 'a.safetensors',
        lora_wt_1: 0.9,
        model_str_1: 1,
        clip_str_1: 1,
        lora_name_2: 'hidden.safetensors',
        lora_wt_2: 1,
      }),
    });
    expect(read(graph)?.loras).toEqual([
      { name: 'a.safetensors', weight: 0.9 },
      { name: 'b.safetensors', weight: 0.5, clipWeight: 0.6 },
    ]);
  });

  it('are told from lists and numbered inputs of packs', () => {
    const graph = (loader: object) => plainGraph({ '3': sampler({ model: ['75', 0] }), '75': loader });
    const managed = node('Lora Loader (LoraManager)', {
      text: '<lora:a:0.7>',
      loras: {
        __value__: [
          { name: 'a', strength: 0.7, active: true, clipStrength: 0.5 },
          { name: 'b', strength: 1, active: false },
        ],
      },
      model: ['4', 0],
    });
    expect(read(graph(managed))?.loras).toEqual([{ name: 'a', weight: 0.7, clipWeight: 0.5 }]);
    const numbered = node('ttN pipeLoader', {
      lora1_name: 'one.safetensors',
      lora1_model_strength: 0.4,
      lora1_clip_strength: 0.3,
      lora2_name: 'None',
      model: ['4', 0],
    });
    expect(read(graph(numbered))?.loras).toEqual([{ name: 'one.safetensors', weight: 0.4, clipWeight: 0.3 }]);
  });

  it('are not said to be none where a node of LoRAs cannot be read', () => {
    const graph = plainGraph({
      '3': sampler({ model: ['75', 0] }),
      '75': node('LoraLoaderFromURL', { url: 'https://example.com/x', strength_model: 1, model: ['4', 0] }),
    });
    const recipe = read(graph);
    expect(recipe).not.toHaveProperty('loras');
    expect(recipe?.dynamic).toEqual(['loras']);
  });

  it('that only the text encoder goes through count for the texts; layers left out are told', () => {
    const graph = plainGraph({
      '6': node('CLIPTextEncode', { text: 'x', clip: ['78', 0] }),
      '78': node('CLIPSetLastLayer', { stop_at_clip_layer: -2, clip: ['79', 1] }),
      '79': loraAfter('4', 'words.safetensors', 1, 0.3),
    });
    expect(read(graph)).toMatchObject({
      clipSkip: 2,
      loras: [{ name: 'words.safetensors', clipWeight: 0.3 }],
    });
  });

  it('have the name beside a preview', () => {
    const graph = plainGraph({
      '4': node('CheckpointLoader|pysssss', { ckpt_name: { content: 'shown.safetensors', image: null } }),
    });
    expect(read(graph)?.model).toEqual({ name: 'shown.safetensors' });
  });

  it('have no one name when merged', () => {
    const graph = plainGraph({
      '3': node('KSampler', { ...SAMPLER_INPUTS, model: ['80', 0] }),
      '80': node('ModelMergeSimple', { model1: ['4', 0], model2: ['81', 0], ratio: 0.5 }),
      '81': node('CheckpointLoaderSimple', { ckpt_name: 'other.safetensors' }),
    });
    const recipe = read(graph);
    expect(recipe).not.toHaveProperty('model');
    expect(recipe).not.toHaveProperty('loras');
  });

  it('have a name through a link, and none where it is chosen at run time', () => {
    const loader = (inputs: object) =>
      plainGraph({
        '4': node('CheckpointLoaderSimple', inputs),
        '82': node('PrimitiveString', { value: 'linked.ckpt' }),
        '83': node('RandomModelName', {}),
      });
    expect(read(loader({ ckpt_name: ['82', 0] }))?.model).toEqual({ name: 'linked.ckpt' });
    expect(read(loader({ ckpt_name: ['83', 0] }))).toMatchObject({ dynamic: ['model'] });
  });
});
