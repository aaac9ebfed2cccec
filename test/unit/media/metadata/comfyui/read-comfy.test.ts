import { describe, expect, it } from 'vitest';
import { readComfyRecipe } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { fluxGraph, node, plainGraph } from '../../../../support/comfyui/graphs.ts';

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
    const sampler = plainGraph()['3'];
    const rounded = { ...sampler, inputs: { ...(sampler as { inputs: object }).inputs, seed: 2 ** 63 } };
    expect(read(plainGraph({ '3': rounded }))?.seed).toBeUndefined();
    const text = {
      ...sampler,
      inputs: { ...(sampler as { inputs: object }).inputs, seed: '9223372036854775808' },
    };
    expect(read(plainGraph({ '3': text }))?.seed).toBe('9223372036854775808');
  });
});

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
    const graph = fluxGraph({
      '16': node('SamplerEulerAncestral', { eta: 1, s_noise: 1 }),
      '17': node('SplitSigmasDenoise', { sigmas: ['18', 0], denoise: 0.6 }),
      '18': node('KarrasScheduler', { steps: 12, sigma_max: 14, sigma_min: 0.03, rho: 7 }),
      '25': node('DisableNoise'),
    });
    const recipe = read(graph);
    expect(recipe).toMatchObject({ steps: 12, scheduler: 'Karras', sampler: 'EulerAncestral' });
    expect(recipe).not.toHaveProperty('seed');
    graph['13'] = node('SamplerCustomAdvanced', {
      ...(graph['13'] as { inputs: object }).inputs,
      sigmas: ['17', 1],
    });
    expect(read(graph)?.denoise).toBe(0.6);
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

describe('conditioning', () => {
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
        ...(plainGraph()['3'] as { inputs: object }).inputs,
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
        ...(plainGraph()['3'] as { inputs: object }).inputs,
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
    const {
      model: _,
      positive: __,
      negative: ___,
      ...rest
    } = (plainGraph()['3'] as { inputs: Record<string, unknown> }).inputs;
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

  it('knows no prompt behind a node it does not know', () => {
    const graph = plainGraph({ '6': node('MysteryConditioner', { a: ['4', 1], b: ['5', 0] }) });
    const recipe = read(graph);
    expect(recipe).not.toHaveProperty('prompt');
    expect(recipe).toMatchObject({ seed: '0', dynamic: ['prompt'] });
  });
});

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
  ])('come through %s', (type, inputs, prompt) => {
    const graph = withText({
      '50': node(type, inputs),
      '51': node('PrimitiveString', { value: 'one' }),
      '52': node('Text Multiline', { text: ' two ' }),
    });
    expect(read(graph)).toMatchObject({ prompt, dynamic: [] });
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
        ...(plainGraph()['3'] as { inputs: object }).inputs,
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

describe('models and LoRAs', () => {
  it('are told from the loader on; what is off is not told (i)', () => {
    const graph = plainGraph({
      '3': node('KSampler', { ...(plainGraph()['3'] as { inputs: object }).inputs, model: ['73', 0] }),
      '4': node('CheckpointLoaderSimple', { ckpt_name: 'SDXL\\base\\model.safetensors' }),
      '70': node('LoraLoader', {
        lora_name: 'styles\\ink.safetensors',
        strength_model: 0.8,
        strength_clip: 1,
        model: ['4', 0],
        clip: ['4', 1],
      }),
      '71': node('LoraLoader', {
        lora_name: 'off.safetensors',
        strength_model: 0,
        strength_clip: 0,
        model: ['70', 0],
        clip: ['70', 1],
      }),
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
      '3': node('KSampler', { ...(plainGraph()['3'] as { inputs: object }).inputs, model: ['75', 0] }),
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

  it('that only the text encoder goes through count for the texts; layers left out are told', () => {
    const graph = plainGraph({
      '6': node('CLIPTextEncode', { text: 'x', clip: ['78', 0] }),
      '78': node('CLIPSetLastLayer', { stop_at_clip_layer: -2, clip: ['79', 1] }),
      '79': node('LoraLoader', {
        lora_name: 'words.safetensors',
        strength_model: 1,
        strength_clip: 0.3,
        model: ['4', 0],
        clip: ['4', 1],
      }),
    });
    expect(read(graph)).toMatchObject({
      clipSkip: 2,
      loras: [{ name: 'words.safetensors', clipWeight: 0.3 }],
    });
  });

  it('have no one name when merged', () => {
    const graph = plainGraph({
      '3': node('KSampler', { ...(plainGraph()['3'] as { inputs: object }).inputs, model: ['80', 0] }),
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
