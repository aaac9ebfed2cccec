import { jpegExif, jpegWith, pngTexts } from './containers.ts';
import { ascii, codings, exifBlock, userComment } from './exif.ts';
import { type Sample, webpComment } from './sample.ts';
import * as texts from './texts.ts';

export const invokeai: Sample[] = [
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

export const novelai: Sample[] = [
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

export const fooocus: Sample[] = [
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
