import fc from 'fast-check';
import type { ListQuery } from '../../src/catalog/catalog.ts';
import { isKirokuError } from '../../src/domain/errors.ts';
import { KINDS, type Kind, STATUSES } from '../../src/domain/kind.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { FACETS } from '../../src/domain/search/facets.ts';
import { parseSearch, type Term } from '../../src/domain/search/query.ts';
import type { Selection } from '../../src/domain/search/selection.ts';
import { idOf } from '../support/ids.ts';
import { START } from './catalog-rig.ts';

/**
 * Records and questions that meet each other: both are made of the same few words, believable ones and such as have
 * broken one search or another.
 */
const MINUTE = 60_000;
/** Pictures lie within so many minutes, a few on each of three days. */
const MINUTES = 3 * 1_440;
const NAMES = 24;

const WORDS = [
  'a cat',
  'night train',
  'Cat',
  'ＣＡＴ',
  '고양이',
  '지붕 위의 고양이',
  '猫',
  '屋根の上の猫',
  'ﾈｺ',
  '(cat:1.2)',
  '((masterpiece))',
  '<lora:ink-wash:0.8>',
  '<lora:수묵화_v1:1>',
  '<lora:ink-wash',
  '<lora:>',
  'lora:ink-wash',
  '\\(x\\)',
  '"quoted"',
  '👨‍👩‍👧‍👦',
  'I\u0307stanbul',
  'ΣΊΣΥΦΟΣ',
  'half \ud83d surrogate',
  'line\nbreak\u0001end\u0002steps=30',
  'ﬁne',
  '한국',
  '\u1112\u1161\u11ab\u1100\u116e\u11a8',
  'x'.repeat(70),
];
const TAGS = ['cat', 'Cat', '고양이', '猫', 'client a', 'ｃａｔ', 'a"b', '', 'été', 'e\u0301te\u0301'];
const MODELS = ['sdxl-base-1.0.safetensors', 'flux1-dev.safetensors', 'FLUX1-dev.safetensors', '모델_v2', ''];
const LORAS = ['ink-wash', '수묵화_v1', 'add-detail-xl'];
const WORKFLOWS = ['txt2img', 'img2img-refine', 'TXT2IMG', '작업 1'];
const RATIOS = ['1:1', '16:9', '2.35:1'];
const GENERATORS = ['comfyui', 'a1111', 'ComfyUI'];
const SAMPLERS = ['euler', 'dpmpp_2m', 'DPM++ 2M'];
const SEEDS = ['0', '7', '18446744073709551615'];
const RECIPES = ['0123456789abcdef'];

const textOf = fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }).map((words) => words.join(', '));
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 5 });

/** What one version of a picture says of itself; absent members are absent. */
export const described: fc.Arbitrary<Partial<PictureRecord>> = fc.record(
  {
    tags: fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 4 }),
    favorite: fc.boolean(),
    rating: maybe(fc.nat(5)),
    original_filename: fc.constantFrom('ComfyUI_00001_.png', '고양이.png', 'a b.png'),
    width: maybe(fc.constantFrom(512, 1024)),
    height: maybe(fc.constantFrom(512, 768)),
    workflow_id: maybe(fc.constantFrom(...WORKFLOWS)),
    aspect_ratio: maybe(fc.constantFrom(...RATIOS)),
    model: maybe(fc.constantFrom(...MODELS)),
    loras: fc.array(
      fc.oneof(
        fc.record({ name: fc.constantFrom(...LORAS), weight: fc.constantFrom(0.5, 1) }),
        fc.constantFrom({ name: '' }, { weight: 1 }),
      ),
      { maxLength: 2 },
    ),
    generator: maybe(fc.constantFrom(...GENERATORS)),
    sampler: maybe(fc.constantFrom(...SAMPLERS)),
    scheduler: maybe(fc.constantFrom('karras', 'normal')),
    steps: maybe(fc.constantFrom(20, 30, 31)),
    cfg: maybe(fc.constantFrom(1, 6.5, 7)),
    seed: maybe(fc.constantFrom(...SEEDS)),
    prompt: maybe(textOf),
    negative_prompt: maybe(textOf),
    parents: fc.array(
      fc.record({
        kind: fc.constant<Kind>('input'),
        id: fc.integer({ min: 1, max: 3 }).map(idOf),
        role: fc.constant('init'),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['tags', 'favorite'] },
);

/** Minutes after `START`: few different ones, so that times are equal now and then. */
export const minuteOf = fc.nat(40).map((n) => n * 90);

const field = fc.constantFrom(
  'tag',
  'workflow',
  'model',
  'lora',
  'ratio',
  'generator',
  'sampler',
  'scheduler',
  'negative',
);
const value = fc.constantFrom(
  ...WORDS,
  ...TAGS,
  ...MODELS,
  ...LORAS,
  ...WORKFLOWS,
  ...RATIOS,
  ...GENERATORS,
  ...SAMPLERS,
  'wash',
  'flux',
  '2m',
);
const quoted = value.map((text) => `"${text.replaceAll('"', '')}"`);
const sign = fc.constantFrom('', '', '-');
const term = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(sign, quoted).map((parts) => parts.join('')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(sign, fc.constantFrom('cat', '고양이', '이', '猫', 'train', 'lora:ink', 'a', 'zzz'))
      .map((parts) => parts.join('')),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(sign, field, quoted).map(([minus, name, text]) => `${minus}${name}:${text}`),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        sign,
        fc.constantFrom('steps', 'cfg', 'width', 'height', 'rating'),
        fc.constantFrom('', '=', '<', '>', '<=', '>='),
        fc.constantFrom('30', '7', '6.5', '1024', '3', '-1'),
      )
      .map(([minus, name, is, number]) => `${minus}${name}:${is}${number}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        sign,
        fc.oneof(
          fc.constantFrom(...SEEDS).map((seed) => `seed:${seed}`),
          fc.constantFrom('512x512', '1024x768').map((size) => `size:${size}`),
          fc.constantFrom(...RECIPES).map((recipe) => `recipe:${recipe}`),
          fc.integer({ min: 1, max: 3 }).map((n) => `parent:${idOf(n)}`),
        ),
      )
      .map((parts) => parts.join('')),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        sign,
        fc.constantFrom('before', 'after'),
        fc.constantFrom('2026-05-31', '2026-06-01', '2026-06-02', '2026-06-03'),
      )
      .map(([minus, name, date]) => `${minus}${name}:${date}`),
  },
);

function dateRange(date: string): { from: number; to: number } {
  const from = Date.parse(`${date}T00:00:00Z`);
  return { from, to: from + 86_400_000 };
}

/** The terms of a search as somebody would type it; none for what is no search. */
function termsOf(words: readonly string[]): Term[] {
  try {
    return parseSearch(words.join(' '), dateRange);
  } catch (error) {
    if (isKirokuError(error)) return [];
    throw error;
  }
}

const facet = fc.record({
  facet: fc.constantFrom(...FACETS),
  value: fc.constantFrom(...TAGS, ...MODELS, ...LORAS, ...WORKFLOWS, ...RATIOS, ...GENERATORS),
});
const time = fc.integer({ min: -10, max: MINUTES + 10 }).map((minute) => START + minute * MINUTE);
const often = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
const sometimes = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: of });
const seldom = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: of });

/** Any selection, mostly with few conditions, so that something is left. */
export function selectionOf(owner: Owner): fc.Arbitrary<Selection> {
  return fc
    .record({
      kind: fc.oneof({ weight: 5, arbitrary: fc.constant<Kind>('generated') }, fc.constantFrom(...KINDS)),
      status: fc.oneof(
        { weight: 4, arbitrary: fc.constant('active' as const) },
        fc.constantFrom(...STATUSES),
      ),
      from: seldom(time),
      to: seldom(time),
      favorite: seldom(fc.boolean()),
      facets: often(fc.array(facet, { maxLength: 2, size: 'max' })),
      words: sometimes(fc.array(term, { maxLength: 3, size: 'max' })),
    })
    .map(({ words, ...plain }) => ({
      owner,
      ...Object.fromEntries(Object.entries(plain).filter(([, given]) => given !== undefined)),
      kind: plain.kind,
      status: plain.status,
      ...(words === undefined ? {} : { terms: termsOf(words) }),
    }));
}

/** One question; lists are walked on by their cursors. */
export type Question =
  | { readonly ask: 'list'; readonly query: ListQuery }
  | { readonly ask: 'facets'; readonly selection: Selection; readonly most: number }
  | { readonly ask: 'timeline'; readonly selection: Selection; readonly hours: number };

export function questionOf(owner: Owner): fc.Arbitrary<Question> {
  const selection = selectionOf(owner);
  const at = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((page) => ({ page })) },
    {
      weight: 1,
      arbitrary: fc
        .record({ time, id: fc.integer({ min: 1, max: NAMES }).map(idOf) })
        .map((after) => ({ after })),
    },
  );
  const shape = fc.record({
    order: fc.constantFrom('newest' as const, 'oldest' as const),
    size: fc.constantFrom(1, 2, 3, 5, 100),
    at,
    exactTotal: fc.boolean(),
  });
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(selection, shape)
        .map(([of, how]) => ({ ask: 'list' as const, query: { ...of, ...how } })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(selection, fc.constantFrom(1, 2, 100))
        .map(([of, most]) => ({ ask: 'facets' as const, selection: of, most })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(selection, fc.constantFrom(-9, 0, 9))
        .map(([of, hours]) => ({ ask: 'timeline' as const, selection: of, hours })),
    },
  );
}
