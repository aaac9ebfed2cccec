import { type Random, randomBelow } from '../../test/support/random.ts';
import { NEGATIVES, PROMPTS, STYLES, TAGS, type Tongue } from './demo-prompts.ts';
import { SCENES, type Scene } from './demo-scenes.ts';
import { pick } from './seed-words.ts';

/** How a picture was asked for. */
export interface DemoRecipe {
  readonly prompt: string;
  readonly negative: string;
  readonly model: string;
  readonly lora: { readonly name: string; readonly weight: number } | undefined;
  /** Decimal, up to 2^64 − 1. */
  readonly seed: string;
  readonly steps: number;
  readonly cfg: number;
  readonly sampler: string;
  readonly scheduler: string;
}

/** One picture to be painted, and what a pipeline and its owner do with it. */
export interface DemoPicture {
  readonly owner: string;
  readonly scene: Scene;
  readonly paintSeed: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly ratio: string;
  /** PNG carries a ComfyUI graph, JPEG the text of A1111; of WebP the pipeline says everything itself. */
  readonly form: 'png' | 'jpeg' | 'webp';
  readonly recipe: DemoRecipe;
  readonly workflow: string;
  /** ms since the epoch. */
  readonly time: number;
  readonly tags: readonly string[];
  readonly favorite: boolean;
  readonly rating: number | null;
  readonly trashed: boolean;
}

export interface PlanOptions {
  /** With how many pictures each. */
  readonly owners: readonly { readonly owner: string; readonly count: number }[];
  /** The newest picture is from a little before this, ms. */
  readonly until: number;
  readonly random: Random;
}

const DAYS = 180;
const DAY_MS = 86_400_000;
const MODELS = [
  'sd_xl_base_1.0.safetensors',
  'flux1-dev.safetensors',
  'animagine-xl-3.1.safetensors',
  'qwen-image.safetensors',
];
const LORAS = ['add-detail-xl', 'ink-wash-v2', 'film-grain', '수묵화_v1'];
const SAMPLERS = ['euler', 'dpmpp_2m', 'dpmpp_sde', 'euler_ancestral'];
const WORKFLOWS = ['txt2img-basic', 'txt2img-hires', 'img2img-refine', 'inpaint'];
const SHAPES = [
  { ratio: '3:2', width: 1152, height: 768 },
  { ratio: '2:3', width: 768, height: 1152 },
  { ratio: '1:1', width: 960, height: 960 },
  { ratio: '16:9', width: 1280, height: 720 },
  { ratio: '9:16', width: 720, height: 1280 },
  { ratio: '21:9', width: 1344, height: 576 },
];
const FORMS = ['png', 'png', 'jpeg', 'webp'] as const;

/** Everybody's pictures. The same random source plans the same, but for the days, which end at `until`. */
export function planDemo({ owners, until, random }: PlanOptions): DemoPicture[] {
  return owners.flatMap(({ owner, count }, place) => {
    const pictures: DemoPicture[] = [];
    for (let sitting = 0; pictures.length < count; sitting += 1) {
      const session = planSession({ owner, place, until, random }, sitting);
      pictures.push(...session.slice(0, count - pictures.length));
    }
    return pictures;
  });
}

/** What the first screen shows: one after another, the latest first. */
const LATEST: readonly Scene[] = [
  'mountains',
  'flower',
  'sea',
  'aurora',
  'dunes',
  'ink',
  'planet',
  'city',
  'fractal',
];

interface Somebody {
  readonly owner: string;
  /** Among all of them: not all of them began with the same today. */
  readonly place: number;
  readonly until: number;
  readonly random: Random;
}

/** One sitting: an idea tried with some seeds, then with other numbers. The first ones are from today and yesterday. */
function planSession({ owner, place, until, random }: Somebody, sitting: number): DemoPicture[] {
  const latest = sitting < LATEST.length ? LATEST[(sitting + place * 2) % LATEST.length] : undefined;
  const scene = latest ?? pick(random, Object.keys(SCENES) as Scene[]);
  const tongue: Tongue = pick(random, ['en', 'en', 'ko', 'ja']);
  const shape = pick(random, SHAPES);
  const form = pick(random, FORMS);
  const workflow = pick(random, WORKFLOWS);
  const first = planRecipe(scene, tongue, random);
  // more of late than long ago
  const daysAgo = latest === undefined ? random() ** 2 * DAYS + 1 : 0.02 + sitting * 0.11 + place * 0.013;
  // now and then most of it is nothing
  const badShare = sitting % 11 === 7 ? 0.75 : 0.05;
  const start = until - daysAgo * DAY_MS;
  const recipes = sittingOf(first, 2 + randomBelow(random, latest === undefined ? 8 : 4), random);
  const tag = random() < 0.6 ? [pick(random, TAGS[tongue])] : [];
  return recipes.map((recipe, index) => {
    const liking = random();
    return {
      owner,
      scene,
      paintSeed: randomBelow(random, 1e9),
      ...shape,
      form,
      recipe,
      workflow,
      time: Math.round(Math.min(start + index * (20_000 + random() * 50_000), until - 1_000)),
      tags: liking > 0.8 ? [...new Set([...tag, pick(random, TAGS[tongue])])] : tag,
      favorite: liking > 0.88,
      rating: liking > 0.7 ? 3 + randomBelow(random, 3) : null,
      trashed: liking < badShare,
    };
  });
}

function planRecipe(scene: Scene, tongue: Tongue, random: Random): DemoRecipe {
  const styles = [pick(random, STYLES[tongue]), pick(random, STYLES[tongue])];
  return {
    prompt: [pick(random, PROMPTS[scene][tongue]), ...new Set(styles)].join(tongue === 'ja' ? '、' : ', '),
    negative: NEGATIVES[tongue],
    model: pick(random, MODELS),
    lora:
      random() < 0.35 ? { name: pick(random, LORAS), weight: (4 + randomBelow(random, 6)) / 10 } : undefined,
    seed: planSeed(random),
    steps: 20 + randomBelow(random, 5) * 4,
    cfg: 3 + randomBelow(random, 9) / 2,
    sampler: pick(random, SAMPLERS),
    scheduler: pick(random, ['normal', 'karras', 'simple']),
  };
}

/** Some seeds, and at the end the last one with other strengths. */
function sittingOf(first: DemoRecipe, count: number, random: Random): DemoRecipe[] {
  const recipes = [first];
  while (recipes.length < count) {
    const last = recipes.at(-1) ?? first;
    recipes.push(
      recipes.length < count * 0.7 ? { ...last, seed: planSeed(random) } : { ...last, cfg: last.cfg + 0.5 },
    );
  }
  return recipes;
}

function planSeed(random: Random): string {
  return String((BigInt(randomBelow(random, 2 ** 32)) << 20n) | BigInt(randomBelow(random, 2 ** 20)));
}
