import type { Descriptive } from '../../src/domain/record.ts';

/** A source of numbers in 0…1; the same source gives the same words. */
export type Random = () => number;

/** Parts of prompts as people write them, so that search, list width and byte lengths are tried on real text. */
const LANGUAGES = [
  {
    weight: 5,
    subject: [
      'a lighthouse keeper reading by an oil lamp',
      'an elderly fisherman mending nets',
      'a red fox asleep under birch trees',
      'a girl with an umbrella on a night train platform',
      'an abandoned greenhouse full of ferns',
      'two astronauts playing chess on a basalt plain',
      'a bowl of ramen on a cedar counter',
      'a mountain village after the first snow',
    ],
    style: [
      'watercolor, soft edges',
      'cinematic lighting, 35mm',
      'oil painting, thick impasto',
      'isometric, pastel palette',
      'ukiyo-e woodblock print',
      'macro photography, shallow depth of field',
    ],
    detail: ['highly detailed', 'morning fog', 'golden hour', 'rain on glass', 'film grain', 'muted colours'],
    negative: 'lowres, bad anatomy, extra fingers, watermark',
    join: ', ',
    rare: ['in the town of ', 'by the river ', 'from the archive of '],
  },
  {
    weight: 3,
    subject: [
      '안개 낀 새벽의 한옥 마을',
      '우산을 쓴 소녀가 서 있는 밤의 기차역',
      '눈 덮인 산을 오르는 등산객',
      '바닷가 절벽 위의 하얀 등대',
      '벚꽃이 흩날리는 궁궐 마당',
      '창가에서 책을 읽는 고양이',
    ],
    style: ['수채화 느낌', '영화 같은 조명', '유화 질감', '픽셀 아트', '사실적인 사진'],
    detail: ['부드러운 빛', '아주 섬세한 묘사', '따뜻한 색감', '비에 젖은 거리', '필름 입자'],
    negative: '저화질, 흐릿함, 글자, 워터마크',
    join: ', ',
    rare: ['배경은 ', '화가 ', '마을 이름 '],
  },
  {
    weight: 3,
    subject: [
      '雨上がりの路地裏に佇む猫',
      '夕暮れの海辺を歩く少女',
      '雪に埋もれた山間の温泉宿',
      '提灯の灯る夏祭りの参道',
      '窓辺で手紙を書く老人',
      '廃墟となった遊園地の観覧車',
    ],
    style: ['水彩画風', '映画的な照明', '浮世絵風', 'アニメ塗り', 'フィルム写真'],
    detail: ['柔らかな光', '緻密な描写', '淡い色彩', '霧', '逆光', '被写界深度'],
    negative: '低品質, ぼやけ, 文字, 透かし',
    join: '、',
    rare: ['舞台は', '画家', '村の名は'],
  },
] as const;

const MODELS = [
  'sdxl-base-1.0.safetensors',
  'flux1-dev.safetensors',
  'animagine-xl-3.1.safetensors',
  'qwen-image',
];
const LORAS = ['add-detail-xl', 'ink-wash-v2', 'film-grain', '수묵화_v1', 'pixel-art-xl'];
const SAMPLERS = ['euler', 'euler_ancestral', 'dpmpp_2m', 'dpmpp_sde'];
const SCHEDULERS = ['normal', 'karras', 'simple', 'beta'];
const RATIOS = ['1:1', '3:2', '2:3', '16:9', '9:16', '4:3'];
const WORKFLOWS = ['txt2img-basic', 'txt2img-hires', 'img2img-refine', 'controlnet-pose', 'inpaint'];
const TAGS = ['portrait', 'landscape', 'draft', 'final', 'client-a', '풍경', '인물', '風景', '没'];

/** Syllables of made-up names: what people search for is often a name that few of their prompts hold. */
const SYLLABLES = [
  'ka',
  'ro',
  'mi',
  'ven',
  'dor',
  'sha',
  'lu',
  'tem',
  'or',
  'qui',
  'zan',
  'bel',
  'fi',
  'nor',
];
const HANGUL = ['가', '온', '누', '리', '솔', '별', '하', '람', '서', '윤', '담', '결'];
const KANA = ['カ', 'ミ', 'ノ', 'セ', 'ト', 'ル', 'ハ', 'ナ', 'ヨ', 'リ', 'サ', 'ク'];

export function pick<T>(random: Random, list: readonly [T, ...T[]] | readonly T[]): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

function language(random: Random): (typeof LANGUAGES)[number] {
  let left = random() * LANGUAGES.reduce((sum, { weight }) => sum + weight, 0);
  for (const candidate of LANGUAGES) {
    left -= candidate.weight;
    if (left < 0) return candidate;
  }
  return LANGUAGES[0];
}

/** One of some ten thousand names, in the script of the words around it. */
function rareName(random: Random, words: (typeof LANGUAGES)[number]): string {
  const syllables = words === LANGUAGES[1] ? HANGUL : words === LANGUAGES[2] ? KANA : SYLLABLES;
  return Array.from({ length: 4 }, () => pick(random, syllables)).join('');
}

/** A decimal seed of up to 2^64 − 1, as pipelines draw them. */
function bigSeed(random: Random): string {
  const part = () => BigInt(Math.floor(random() * 2 ** 32));
  return String((part() << 32n) | part());
}

/** What a pipeline would say about one picture. */
function describeNew(random: Random): Descriptive {
  const words = language(random);
  const prompt: string[] = [
    pick(random, words.subject),
    pick(random, words.style),
    pick(random, words.detail),
  ];
  while (random() < 0.6) prompt.push(pick(random, words.detail));
  if (random() < 0.5) prompt.push(`${pick(random, words.rare)}${rareName(random, words)}`);
  if (random() < 0.2) prompt.push(`(${pick(random, words.style)}:1.${Math.floor(random() * 5)})`);
  const loras = random() < 0.3 ? [{ name: pick(random, LORAS), weight: Math.round(random() * 10) / 10 }] : [];
  return {
    workflow_id: pick(random, WORKFLOWS),
    aspect_ratio: pick(random, RATIOS),
    seed: bigSeed(random),
    prompt: prompt.join(words.join),
    negative_prompt: random() < 0.7 ? words.negative : '',
    model: pick(random, MODELS),
    loras,
    sampler: pick(random, SAMPLERS),
    scheduler: pick(random, SCHEDULERS),
    steps: 20 + Math.floor(random() * 20),
    cfg: 1 + Math.floor(random() * 14) / 2,
    generator: 'comfyui',
  };
}

/** Descriptions one after another, as one person makes them: a good one is tried again with another seed, or steps. */
export function descriptions(random: Random): () => Descriptive {
  let last: Descriptive | undefined;
  return () => {
    if (last === undefined || random() < 0.5) last = describeNew(random);
    else if (random() < 0.8) last = { ...last, seed: bigSeed(random) };
    else last = { ...last, steps: 20 + Math.floor(random() * 20) };
    return last;
  };
}

/** Usually none, sometimes up to three. */
export function drawTags(random: Random): string[] {
  const tags = new Set<string>();
  while (tags.size < 3 && random() < 0.35) tags.add(pick(random, TAGS));
  return [...tags];
}
