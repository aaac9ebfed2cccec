import type { Recipe } from '../../../src/media/metadata/recipe.ts';
import {
  chunks,
  jpegExif,
  jpegWith,
  jpegXmp,
  pngTexts,
  pngWith,
  riffChunk,
  segment,
  webpWith,
} from './containers.ts';
import { ascii, codings, exifBlock, userComment } from './exif.ts';
import { plainGraph, plainWorkflow } from './graphs.ts';
import * as texts from './texts.ts';

/** One file, and what has to be found in it. */
export interface Sample {
  readonly name: string;
  readonly file: () => Promise<Buffer>;
  readonly expected: Partial<Recipe> & Pick<Recipe, 'tool'>;
  /** Fields that must stay unknown. */
  readonly absent?: readonly (keyof Recipe)[];
}

type Coding = keyof typeof codings;

const commented = (text: string, coding: Coding, littleEndian: boolean) =>
  exifBlock({ littleEndian, exif: [userComment(codings[coding](text))] });

const jpegComment = (text: string, coding: Coding = 'utf16be', littleEndian = false) =>
  jpegWith([jpegExif(commented(text, coding, littleEndian))]);

const webpComment = (text: string, coding: Coding = 'utf16be', lead = '') =>
  webpWith([], [riffChunk('EXIF', Buffer.concat([Buffer.from(lead), commented(text, coding, true)]))]);

const hard: Sample['expected'] = {
  tool: 'a1111',
  toolVersion: 'v1.10.1',
  prompt: 'castle, Steps: up to the gate <lora:fog_v2:0.6>\n성, 밤',
  negativePrompt: 'blurry,\nlow quality',
  steps: 28,
  sampler: 'DPM++ 2M',
  scheduler: 'Karras',
  cfg: 5.5,
  seed: '18446744073709551615',
  requested: { width: 832, height: 1216 },
  model: { name: 'my, model: v1', hash: '0011223344' },
  loras: [{ name: 'fog_v2', weight: 0.6, hash: 'aabbccddeeff' }],
  clipSkip: 1,
  origin: 'embedded',
  confidence: 'high',
};

const KOREAN =
  '성 안의 고양이\nNegative prompt: 흐림\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 0, Size: 512x512';
const korean: Sample['expected'] = {
  tool: 'a1111-compatible',
  prompt: '성 안의 고양이',
  negativePrompt: '흐림',
  seed: '0',
  steps: 20,
};

const everyCoding: Sample[] = (Object.keys(codings) as Coding[]).flatMap((coding) =>
  [true, false].map((littleEndian) => ({
    name: `A1111, JPEG, UserComment ${coding}, TIFF ${littleEndian ? 'II' : 'MM'}, Korean first character`,
    file: () => jpegComment(KOREAN, coding, littleEndian),
    expected: korean,
  })),
);

const a1111: Sample[] = [
  {
    name: 'A1111, PNG iTXt, hard case',
    file: () => pngTexts({ parameters: texts.HARD_A1111 }),
    expected: hard,
  },
  {
    name: 'A1111, PNG packed iTXt',
    file: () => pngWith([chunks.international('parameters', texts.HARD_A1111, true)]),
    expected: hard,
  },
  {
    name: 'A1111, PNG tEXt with raw UTF-8',
    file: () => pngWith([chunks.text('parameters', Buffer.from(texts.HARD_A1111))]),
    expected: hard,
  },
  {
    name: 'A1111, PNG text behind the pixels',
    file: () => pngWith([], [chunks.international('parameters', texts.HARD_A1111)]),
    expected: hard,
  },
  {
    name: 'A1111, PNG tEXt of latin-1 with an accent',
    file: () => pngTexts({ parameters: 'un café\nSteps: 4, Sampler: LCM, CFG scale: 1e-05, Seed: 1' }),
    expected: { tool: 'a1111-compatible', prompt: 'un café', cfg: 0.00001, negativePrompt: '' },
    absent: ['scheduler', 'model', 'requested'],
  },
  {
    name: 'A1111, PNG eXIf',
    file: () => pngWith([chunks.exif(commented(texts.HARD_A1111, 'utf16be', false))]),
    expected: hard,
  },
  {
    name: 'A1111, JPEG comment',
    file: () => jpegWith([segment(0xfe, Buffer.from(texts.HARD_A1111))]),
    expected: hard,
  },
  { name: 'A1111, WebP without lead', file: () => webpComment(texts.HARD_A1111), expected: hard },
  {
    name: 'A1111, WebP with lead',
    file: () => webpComment(texts.HARD_A1111, 'utf16le', 'Exif\0\0'),
    expected: hard,
  },
  {
    name: 'Forge, Flux',
    file: () => pngTexts({ parameters: texts.FORGE }),
    expected: {
      tool: 'forge',
      guidance: 3.5,
      cfg: 1,
      sampler: 'Euler',
      scheduler: 'Simple',
      negativePrompt: '',
      loras: [{ name: 'winter', weight: 0.8, clipWeight: 0.4 }],
    },
  },
  {
    name: 'SD.Next, image to image',
    file: () => jpegComment(texts.SDNEXT),
    expected: { tool: 'sdnext', clipSkip: 2, denoise: 0.45, mode: 'img2img', model: { name: 'door_xl' } },
  },
  {
    name: 'Civitai, on-site generator',
    file: () => jpegComment(texts.CIVITAI_A1111, 'utf16le', true),
    expected: {
      tool: 'civitai',
      prompt: 'a knight in armour',
      model: { name: 'Illusion XL' },
      loras: [{ name: 'Plate Armour', weight: 0.7 }],
      seed: '99',
    },
  },
  {
    name: 'A1111, CRLF and settings over several lines',
    file: () =>
      pngTexts({
        parameters: 'a\r\nNegative prompt: b\r\nSteps: 9,\r\nSampler: Euler,\r\nSeed: 5, Size: 8x8',
      }),
    expected: {
      tool: 'a1111-compatible',
      prompt: 'a',
      negativePrompt: 'b',
      steps: 9,
      sampler: 'Euler',
      seed: '5',
    },
  },
  {
    name: 'A1111, a prompt that begins with a brace',
    file: () => pngTexts({ parameters: '{{a cat}}, b\nSteps: 1, Sampler: x, Seed: 2' }),
    expected: { tool: 'a1111-compatible', prompt: '{{a cat}}, b' },
  },
];

const comfy: Sample['expected'] = {
  tool: 'comfyui',
  prompt: 'a lighthouse, NaN clouds',
  negativePrompt: '',
  seed: '0',
  cfg: 1,
  steps: 20,
  sampler: 'euler',
  scheduler: 'normal',
  origin: 'graph',
};
const graph = JSON.stringify(plainGraph());
const workflow = JSON.stringify(plainWorkflow);
/** As Python writes it: a bare NaN, which is no JSON. */
const changed = graph.replace('"class_type":"KSampler"', '"is_changed":[NaN],"class_type":"KSampler"');

const comfyui: Sample[] = [
  { name: 'ComfyUI, PNG tEXt', file: () => pngTexts({ prompt: graph, workflow }), expected: comfy },
  { name: 'ComfyUI, bare NaN', file: () => pngTexts({ prompt: changed }), expected: comfy },
  { name: 'ComfyUI, PNG zTXt', file: () => pngWith([chunks.packed('prompt', graph)]), expected: comfy },
  { name: 'ComfyUI, JSON twice', file: () => pngTexts({ prompt: JSON.stringify(graph) }), expected: comfy },
  { name: 'ComfyUI, animated PNG', file: () => pngWith([], [chunks.own('prompt', graph)]), expected: comfy },
  {
    name: 'ComfyUI, animated WebP',
    file: () =>
      webpWith(
        [],
        [
          riffChunk(
            'EXIF',
            exifBlock({ first: [ascii(0x010f, `workflow:${workflow}`), ascii(0x0110, `prompt:${graph}`)] }),
          ),
        ],
      ),
    expected: comfy,
  },
  {
    name: 'ComfyUI, saver with JPEG',
    file: () =>
      jpegWith([
        jpegExif(
          exifBlock({
            littleEndian: true,
            first: [ascii(0x010e, `Workflow: ${workflow}`), ascii(0x010f, `Prompt: ${graph}`)],
          }),
        ),
      ]),
    expected: comfy,
  },
  {
    name: 'ComfyUI with A1111 text: the graph wins, the text fills',
    file: () =>
      pngTexts({
        prompt: graph,
        parameters:
          'other\nSteps: 99, Sampler: other, Seed: 7, Model: other, VAE: good.vae.pt, Version: ComfyUI',
      }),
    expected: { ...comfy, also: ['a1111-text'], vae: 'good.vae.pt' },
  },
  {
    name: 'ComfyUI, the editor graph alone',
    file: () => pngTexts({ workflow }),
    expected: { tool: 'comfyui', origin: 'graph', confidence: 'low' },
  },
];

const swarm: Sample['expected'] = {
  tool: 'swarmui',
  toolVersion: '0.9.3.1',
  prompt: 'a koi pond <segment:face>',
  negativePrompt: '',
  seed: '18446744073709551615',
  steps: 24,
  cfg: 1,
  sampler: 'euler',
  scheduler: 'simple',
  model: { name: 'flux/koi_dev', hash: '00ff' },
  loras: [
    { name: 'water', weight: 0.5 },
    { name: 'art/ink', weight: 1, hash: 'aa11' },
  ],
  requested: { width: 1216, height: 832 },
};

const invokeai: Sample[] = [
  {
    name: 'InvokeAI 5',
    file: () => pngTexts({ invokeai_metadata: texts.INVOKE_V4, invokeai_graph: '{}' }),
    expected: {
      tool: 'invokeai',
      toolVersion: '5.6.0',
      prompt: 'a harbour at dawn',
      negativePrompt: '',
      seed: '0',
      sampler: 'dpmpp_2m_sde_k',
      clipSkip: 1,
      denoise: 0.6,
      initImage: 'aaaa.png',
      mode: 'img2img',
      model: { name: 'Juggernaut XL v9', hash: 'blake3:0123' },
      vae: 'sdxl-vae-fp16-fix',
      loras: [{ name: 'harbour', hash: 'blake3:44', weight: 0.75 }],
    },
    absent: ['scheduler'],
  },
  {
    name: 'InvokeAI 3',
    file: () => pngTexts({ invokeai_metadata: texts.INVOKE_V3 }),
    expected: {
      tool: 'invokeai',
      cfg: 0,
      clipSkip: 3,
      mode: 'txt2img',
      model: { name: 'stable-diffusion-v1-5' },
      loras: [{ name: 'hills', weight: 1 }],
    },
    absent: ['requested', 'vae', 'denoise'],
  },
  {
    name: 'InvokeAI, nothing said',
    file: () => pngTexts({ invokeai_metadata: '{}' }),
    expected: { tool: 'invokeai' },
    absent: ['prompt', 'negativePrompt', 'seed', 'loras'],
  },
  {
    name: 'InvokeAI 2, sd-metadata',
    file: () => pngTexts({ 'sd-metadata': texts.INVOKE_LEGACY, Dream: texts.INVOKE_DREAM }),
    expected: {
      tool: 'invokeai',
      toolVersion: '2.3.5',
      prompt: 'a boat  on a lake',
      negativePrompt: 'oars, people',
      model: { name: 'stable-diffusion-1.5' },
      seed: '3031912972',
      requested: { width: 512, height: 640 },
    },
  },
  {
    name: 'InvokeAI 1, Dream',
    file: () => pngTexts({ Dream: texts.INVOKE_DREAM }),
    expected: {
      tool: 'invokeai',
      prompt: 'a boat  on a lake',
      negativePrompt: 'oars',
      steps: 30,
      seed: '42',
      cfg: 7.5,
      sampler: 'k_euler_a',
      requested: { width: 512, height: 640 },
    },
  },
];

const v4: Sample['expected'] = {
  tool: 'novelai',
  prompt: '2girls, garden',
  characters: ['red hair', '파란 머리'],
  negativePrompt: 'blurry',
  model: { name: 'NovelAI Diffusion V4', hash: '37C2B166' },
  sampler: 'k_dpmpp_2m',
  scheduler: 'karras',
  cfg: 6,
  seed: '1',
  mode: 'txt2img',
};

const novelai: Sample[] = [
  {
    name: 'NovelAI 3',
    file: () => pngTexts(texts.NOVELAI_V3),
    expected: {
      tool: 'novelai',
      prompt: '{{a cat}}, [dog]',
      negativePrompt: 'lowres',
      steps: 28,
      cfg: 5,
      seed: '3012345678',
      model: { name: 'Stable Diffusion XL', hash: '7BCCAA2C' },
      requested: { width: 832, height: 1216 },
    },
    absent: ['denoise', 'characters'],
  },
  { name: 'NovelAI 4', file: () => pngTexts(texts.NOVELAI_V4), expected: v4 },
  { name: 'NovelAI 4, WebP', file: () => webpComment(texts.NOVELAI_WRAPPED, 'utf16le'), expected: v4 },
  {
    name: 'NovelAI without its comment',
    file: () => pngTexts({ Software: 'NovelAI', Description: 'a cat' }),
    expected: { tool: 'novelai', prompt: 'a cat', confidence: 'medium' },
    absent: ['negativePrompt', 'seed'],
  },
];

const fooocusJson: Sample['expected'] = {
  tool: 'fooocus',
  toolVersion: 'Fooocus v2.5.0',
  prompt: 'a bridge',
  negativePrompt: '',
  seed: '7541893473834123',
  steps: 30,
  cfg: 4,
  requested: { width: 1152, height: 896 },
  model: { name: 'juggernautXL_v8Rundiffusion', hash: 'aeb7e9e689' },
  loras: [{ name: 'sd_xl_offset_example-lora_1.0', weight: 0.1, hash: '4852686128' }],
  clipSkip: 2,
};

const fooocus: Sample[] = [
  {
    name: 'Fooocus, JSON',
    file: () => pngTexts({ fooocus_scheme: 'fooocus', parameters: texts.FOOOCUS_JSON }),
    expected: fooocusJson,
  },
  {
    name: 'Fooocus, JSON in JPEG',
    file: () =>
      jpegWith([
        jpegExif(
          exifBlock({
            first: [ascii(0x0131, 'Fooocus v2.5.0')],
            exif: [userComment(codings.utf16be(texts.FOOOCUS_JSON)), ascii(0x927c, 'fooocus')],
          }),
        ),
      ]),
    expected: fooocusJson,
  },
  {
    name: 'Fooocus, A1111 scheme',
    file: () => pngTexts({ fooocus_scheme: 'a1111', parameters: texts.FOOOCUS_A1111 }),
    expected: {
      tool: 'fooocus',
      prompt: 'a bridge',
      negativePrompt: 'fog',
      sampler: 'DPM++ 2M SDE',
      scheduler: 'Karras',
    },
  },
  {
    name: 'RuinedFooocus',
    file: () => pngTexts({ parameters: texts.RUINED_FOOOCUS }),
    expected: {
      tool: 'ruinedfooocus',
      prompt: 'a ruin',
      negativePrompt: 'sun',
      cfg: 8,
      model: { name: 'crystalClearXL_ccxl.safetensors', hash: '0b76532e03' },
      loras: [{ name: 'ruins.safetensors', weight: 0.5 }],
    },
  },
  {
    name: 'Hosted demo',
    file: () => pngTexts({ parameters: texts.DEMO_JSON }),
    expected: {
      tool: 'hosted-demo',
      prompt: 'a tree',
      model: { name: 'cagliostrolab/animagine-xl-3.1', hash: 'e3c47aedb0' },
      requested: { width: 832, height: 1216 },
      steps: 28,
    },
  },
];

const easy: Sample['expected'] = {
  tool: 'easydiffusion',
  prompt: 'a cottage, {warm} light',
  negativePrompt: '',
  seed: '1511372853',
  steps: 25,
  cfg: 7.5,
  sampler: 'euler_a',
  model: { name: 'C:\\models\\stable-diffusion\\cottage_v1.ckpt' },
  loras: [{ name: 'warm-light', weight: 0.5 }],
  requested: { width: 768, height: 512 },
};

const others: Sample[] = [
  { name: 'SwarmUI, lists', file: () => pngTexts({ parameters: texts.SWARM_LISTS }), expected: swarm },
  {
    name: 'SwarmUI, texts with commas, beside a graph',
    file: () => pngTexts({ prompt: graph, parameters: texts.SWARM_COMMAS }),
    expected: swarm,
  },
  { name: 'SwarmUI, JPEG', file: () => jpegComment(texts.SWARM_LISTS, 'utf16le'), expected: swarm },
  {
    name: 'SwarmUI, first versions',
    file: () => jpegWith([jpegExif(exifBlock({ first: [ascii(0x0110, texts.SWARM_COMMAS)] }))]),
    expected: swarm,
  },
  {
    name: 'Easy Diffusion, PNG texts',
    file: () => pngTexts(texts.EASY_TEXTS),
    expected: easy,
    absent: ['vae', 'clipSkip', 'passes'],
  },
  {
    name: 'Easy Diffusion, JSON in JPEG',
    file: () => jpegComment(JSON.stringify(texts.EASY_TEXTS), 'ascii'),
    expected: easy,
    absent: ['vae'],
  },
  {
    name: 'Easy Diffusion, older titles',
    file: () => pngTexts(texts.EASY_TITLES),
    expected: {
      tool: 'easydiffusion',
      prompt: 'a mill',
      negativePrompt: 'cars',
      sampler: 'ddim',
      cfg: 9,
      steps: 40,
    },
  },
  {
    name: 'Draw Things, PNG',
    file: () => pngWith([chunks.international('XML:com.adobe.xmp', texts.DRAW_THINGS_XMP)]),
    expected: {
      tool: 'drawthings',
      prompt: 'a whale & its calf',
      negativePrompt: '',
      seed: '4068147395',
      cfg: 1.5,
      model: { name: 'whale_xl_q6p.ckpt' },
      requested: { width: 1024, height: 768 },
      loras: [{ name: 'deep_lora_f16.ckpt', weight: 0.4 }],
    },
  },
  {
    name: 'Draw Things, JPEG',
    file: () => jpegWith([jpegXmp(texts.DRAW_THINGS_XMP)]),
    expected: { tool: 'drawthings', seed: '4068147395' },
  },
  {
    name: 'Draw Things, WebP',
    file: () => webpWith([riffChunk('XMP ', Buffer.from(texts.DRAW_THINGS_XMP))]),
    expected: { tool: 'drawthings', seed: '4068147395' },
  },
  {
    name: 'TensorArt beside a graph',
    file: () => pngTexts({ prompt: graph, generation_data: texts.TENSORART }),
    expected: {
      tool: 'tensorart',
      prompt: 'a temple',
      negativePrompt: 'modern',
      seed: '12345678901234567890',
      model: { name: 'temple_flux', hash: 'AB12' },
      clipSkip: 2,
    },
  },
  {
    name: 'Stability Matrix beside a graph',
    file: () => pngTexts({ 'parameters-json': texts.STABILITY_MATRIX, smproj: '{}', prompt: graph }),
    expected: {
      tool: 'stability-matrix',
      prompt: 'a comet',
      sampler: 'Euler',
      scheduler: 'normal',
      model: { name: 'comet.safetensors', hash: 'ff' },
    },
  },
  {
    name: 'Civitai, graph with plain words beside it',
    file: () =>
      jpegComment(
        JSON.stringify({
          ...plainGraph(),
          extra: { airs: [] },
          extraMetadata: JSON.stringify({
            prompt: 'a moth',
            negativePrompt: '',
            cfgScale: 3,
            seed: 6,
            baseModel: 'SDXL',
          }),
        }),
        'utf16le',
        true,
      ),
    expected: { tool: 'civitai', prompt: 'a moth', negativePrompt: '', cfg: 3, seed: '6' },
    absent: ['model'],
  },
];

/** Every case of the table, all containers. */
export const samples: readonly [Sample, ...Sample[]] = [
  { name: 'A1111, JPEG', file: () => jpegComment(texts.HARD_A1111), expected: hard },
  ...a1111,
  ...everyCoding,
  ...comfyui,
  ...invokeai,
  ...novelai,
  ...fooocus,
  ...others,
];
