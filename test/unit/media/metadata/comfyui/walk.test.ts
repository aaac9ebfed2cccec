import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Link } from '../../../../../src/media/metadata/comfyui/graph.ts';
import { readComfyRecipe, readComfyWorkflow } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';
import { createWalk } from '../../../../../src/media/metadata/comfyui/walk.ts';
import { fluxGraph, node, plainGraph } from '../../../../support/comfyui/graphs.ts';

const link = (id: string, slot = 0): Link => ({
  node: {
    id,
    type: 'X',
    title: '',
    inputs: { size: 3, has: () => false, get: () => undefined, names: () => [] },
  },
  slot,
});

describe('a walk', () => {
  it('ends with its budget, and says so', () => {
    const walk = createWalk(new Map(), 10);
    expect(walk.spend(10)).toBe(true);
    expect(walk.verdict()).toEqual({ confidence: 'high', warnings: [] });
    expect(walk.spend(1)).toBe(false);
    expect(walk.descend(link('a'), 'cut', () => 'looked')).toBe('cut');
    expect(walk.verdict()).toMatchObject({ confidence: 'low', warnings: [expect.any(String)] });
  });

  it('does not go round in circles, but takes another output of the same node', () => {
    const walk = createWalk(new Map());
    const inner = (slot: number) =>
      walk.descend(link('a'), 'cut', () => walk.descend(link('a', slot), 'cut', () => 'looked'));
    expect(inner(1)).toBe('looked');
    expect(inner(0)).toBe('cut');
    expect(walk.descend(link('a'), 'cut', () => 'again')).toBe('again');
  });

  it('goes no deeper than 200 links', () => {
    const walk = createWalk(new Map());
    const down = (depth: number): number => walk.descend(link(`n${depth}`), depth, () => down(depth + 1));
    expect(down(0)).toBe(200);
  });
});

const TYPES = [
  'KSampler',
  'KSamplerAdvanced',
  'SamplerCustom',
  'SamplerCustomAdvanced',
  'KSamplerSelect',
  'BasicScheduler',
  'SplitSigmasDenoise',
  'CFGGuider',
  'RandomNoise',
  'CLIPTextEncode',
  'CLIPTextEncodeSDXL',
  'ConditioningCombine',
  'ConditioningZeroOut',
  'FluxGuidance',
  'ControlNetApplyAdvanced',
  'StringConcatenate',
  'StringReplace',
  'JoinStringMulti',
  'Text Concatenate',
  'ComfySwitchNode',
  'ImpactSwitch',
  'Any Switch (rgthree)',
  'Reroute',
  'LoraLoader',
  'Power Lora Loader (rgthree)',
  'LoRA Stacker',
  'CLIPSetLastLayer',
  'CheckpointLoaderSimple',
  'ModelMergeSimple',
  'EmptyLatentImage',
  'LatentUpscale',
  'VAEDecode',
  'VAEEncode',
  'LoadImage',
  'SaveImage',
  'Efficient Loader',
  'Context (rgthree)',
  'Something Else',
];
const NAMES = [
  'seed noise_seed steps cfg sampler_name scheduler denoise add_noise model positive negative latent_image samples',
  'images image pixels noise guider sampler sigmas conditioning conditioning_1 conditioning_2 text text_g text_l',
  'string_a string_b delimiter string find replace inputcount string_1 text_a switch on_true on_false select input1',
  'clip lora_name strength_model lora_1 lora_stack lora_count lora_name_1 stop_at_clip_layer ckpt_name model1 model2',
  'width height length batch_size mask vae vae_name filename_prefix prompt populated_text pipe base_ctx guidance value',
]
  .join(' ')
  .split(' ');

const literal = fc.oneof(
  fc.integer({ min: -3, max: 100 }),
  fc.double(),
  fc.boolean(),
  fc.string({ maxLength: 12 }),
  fc.constantFrom('x %date% 1', '__proto__', '18446744073709551615', '99999999999999999999', ' 8 x 9', null),
  fc.constant({ __value__: ['a', 1] }),
  fc.constant({ on: true, lora: 'l', strength: 0.5 }),
  fc.jsonValue({ maxDepth: 2 }),
);
/** Graphs of ids `0` … `19`, so that most links lead somewhere, in circles too. */
const id = fc.integer({ min: 0, max: 19 });
const value = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.oneof(id, id.map(String)), fc.integer({ min: 0, max: 3 })) },
  { weight: 2, arbitrary: literal },
);
const inputs = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 12 });
const arbitraryNode = fc
  .tuple(fc.constantFrom(...TYPES), inputs, fc.option(fc.string(), { nil: undefined }))
  .map(([type, given, title]) => node(type, given, title));
const arbitraryGraph = fc.dictionary(id.map(String), arbitraryNode, { minKeys: 1, maxKeys: 20 });

const KNOWN = [
  'tool prompt negativePrompt seed steps cfg guidance sampler scheduler denoise clipSkip model vae loras requested',
  'initImage mode passes origin confidence dynamic warnings',
]
  .join(' ')
  .split(' ');

describe('any graph', () => {
  it('is read without a throw, into fields of the right shape', () => {
    fc.assert(
      fc.property(arbitraryGraph, fc.option(fc.string(), { nil: undefined }), (graph, filename) => {
        const recipe = readComfyRecipe(graph, filename === undefined ? {} : { filename });
        expect(recipe).toBeDefined();
        expect(Object.keys(recipe ?? {}).filter((name) => !KNOWN.includes(name))).toEqual([]);
        if (recipe?.seed !== undefined) expect(BigInt(recipe.seed) < 2n ** 64n).toBe(true);
        if (recipe?.steps !== undefined) expect(Number.isInteger(recipe.steps)).toBe(true);
        expect(recipe?.warnings.length).toBeLessThanOrEqual(16);
        for (const field of recipe?.dynamic ?? []) {
          if (field !== 'loras') expect(recipe).not.toHaveProperty(field);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is read the same twice', () => {
    fc.assert(
      fc.property(arbitraryGraph, (graph) => {
        expect(readComfyRecipe(graph, {})).toEqual(readComfyRecipe(graph, {}));
      }),
      { numRuns: 200 },
    );
  });

  it('that is no graph at all does not throw either', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (given) => {
        readComfyRecipe(given, {});
        readComfyWorkflow(given);
        readComfyWorkflow({ nodes: [given, { id: 1, type: 'KSampler', inputs: [given] }], links: [given] });
      }),
      { numRuns: 500 },
    );
  });

  it('with one node of a good one replaced says nothing false about the rest', () => {
    const good = fluxGraph();
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), arbitraryNode, (replaced, other) => {
        const recipe = readComfyRecipe({ ...good, [replaced]: other }, {});
        const kept = readComfyRecipe(good, {});
        // What was replaced may say something else; a prompt never comes from nowhere.
        if (replaced !== '25' && replaced !== '13' && recipe?.seed !== undefined) {
          expect([kept?.seed, ...literals(other)]).toContain(recipe.seed);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Objects are none, and some cannot even be made a text (`{ "toString": false }`). */
function literals(other: { readonly inputs: object }): readonly string[] {
  return Object.values(other.inputs).flatMap((given: unknown) =>
    typeof given === 'object' ? [] : [String(given)],
  );
}

/** 20,000 nodes, made to be walked for ever. */
const hostile: readonly (readonly [string, () => object])[] = [
  [
    'samplers one behind the other',
    () => grow((n) => node('KSampler', { ...sampling, latent_image: [n + 1, 0] })),
  ],
  ['every node linked to twenty others', () => grow((n) => node('X', links(n, 20)))],
  [
    'texts that double',
    () => grow((n) => node('StringConcatenate', { string_a: [n + 1, 0], string_b: [n + 1, 0] })),
  ],
  [
    'prompts that fork',
    () =>
      grow((n) => node('ConditioningCombine', { conditioning_1: [n + 1, 0], conditioning_2: [n + 2, 0] })),
  ],
  ['as many outputs', () => grow((n) => node('SaveImage', { filename_prefix: 'a', images: [n, 0] }))],
];

const sampling = { seed: 1, steps: 1, cfg: 1, model: ['4', 0], positive: ['6', 0], negative: ['6', 0] };

function links(from: number, count: number): object {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`images${n}`, [100 + ((from * 7 + n * 131) % 19_900), 0]]),
  );
}

function grow(make: (n: number) => object): object {
  const grown = Array.from({ length: 19_900 }, (_, n) => [String(100 + n), make(100 + n)]);
  return {
    ...plainGraph({
      '3': node('KSampler', { ...sampling, positive: [100, 0], negative: [100, 0], latent_image: [100, 0] }),
      '6': node('CLIPTextEncode', { text: [100, 0] }),
    }),
    ...Object.fromEntries(grown),
  };
}

describe('a hostile graph of 20,000 nodes', () => {
  it.each(hostile)('ends: %s', (_name, make) => {
    const recipe = readComfyRecipe(make(), { filename: 'ComfyUI_00001_.png' });
    expect(recipe?.tool).toBe('comfyui');
    expect(recipe?.prompt).toBeUndefined();
    expect(JSON.stringify(recipe).length).toBeLessThan(20_000);
  });
});
