import { chunks, jpegWith, pngTexts, pngWith, segment } from './containers.ts';
import { codings } from './exif.ts';
import { type Coding, commented, jpegComment, type Sample, webpComment } from './sample.ts';
import * as texts from './texts.ts';

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

/** One text in every coding of a UserComment. */
export const everyCoding: Sample[] = (Object.keys(codings) as Coding[]).flatMap((coding) =>
  [true, false].map((littleEndian) => ({
    name: `A1111, JPEG, UserComment ${coding}, TIFF ${littleEndian ? 'II' : 'MM'}, Korean first character`,
    file: () => jpegComment(KOREAN, coding, littleEndian),
    expected: korean,
  })),
);

/** The A1111 family, in every container and coding. */
export const a1111: Sample[] = [
  { name: 'A1111, JPEG', file: () => jpegComment(texts.HARD_A1111), expected: hard },
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
