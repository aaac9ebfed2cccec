import { chunks, jpegExif, jpegWith, jpegXmp, pngTexts, pngWith, riffChunk, webpWith } from './containers.ts';
import { ascii, exifBlock } from './exif.ts';
import { plainGraph } from './graphs.ts';
import { jpegComment, type Sample } from './sample.ts';
import * as texts from './texts.ts';

const graph = JSON.stringify(plainGraph());

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

export const others: Sample[] = [
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
    name: 'JSON of a tool that nothing names',
    file: () => pngTexts({ parameters: '{"Positive Prompt": "a vase", "seed": "5", "model_name": "vase"}' }),
    expected: { tool: 'unknown', prompt: 'a vase', seed: '5', model: { name: 'vase' }, confidence: 'medium' },
    absent: ['negativePrompt', 'steps'],
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
