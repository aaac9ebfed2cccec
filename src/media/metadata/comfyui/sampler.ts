import { customSettings } from './custom-sampler.ts';
import { ABSENT, type Found, mapFound } from './found.ts';
import { type GraphNode, linkOf, literalOf } from './graph.ts';
import { resolve } from './literals.ts';
import { type InputPlace, placeOf } from './pipes.ts';
import type { Walk } from './walk.ts';
import { NUMBER, readSeed, SEED, TEXT, type Wanted } from './wanted.ts';

/** One sampling pass as its nodes say it. */
export interface Settings {
  readonly seed: Found<string>;
  readonly steps: Found<number>;
  readonly cfg: Found<number>;
  readonly sampler: Found<string>;
  readonly scheduler: Found<string>;
  readonly denoise: Found<number>;
  readonly positive: InputPlace | undefined;
  /** Undefined where the pass has none (`BasicGuider`). */
  readonly negative: InputPlace | undefined;
  readonly model: InputPlace | undefined;
}

const SAMPLERS = new Set(['KSampler', 'KSamplerAdvanced', 'SamplerCustom', 'SamplerCustomAdvanced']);
const SEEDS = ['seed', 'noise_seed', 'rng_seed'];
/** Savers that write settings down have them as inputs too. */
const WRITES = /sav(?:e|ing)|metadata|parameters/i;
const DRIVEN = ['positive', 'model', 'guider', 'pipe', 'context'];
const MODELS = ['model', 'base_model', 'ckpt_name', 'unet_name'];

/**
 * True for a node that makes a picture or a latent in steps: ComfyUI's own samplers, and those of packs (detailers
 * and tiled upscalers too), known by their settings.
 */
export function isSampler(walk: Walk, node: GraphNode): boolean {
  if (SAMPLERS.has(node.type)) return true;
  if (WRITES.test(node.type) && !/sampl/i.test(node.type)) return false;
  const has = (name: string) => node.inputs.has(name);
  const set = has('sampler_name') || has('sampler') || has('scheduler') || has('cfg');
  if (SEEDS.some(has) && has('steps') && set) return true;
  if (!/sampler/i.test(node.type)) return false;
  return DRIVEN.some((name) => linkOf(walk.graph, node, name) !== undefined);
}

/** Reads what a sampler was set to, through links, guiders and bundles. */
export function settingsOf(walk: Walk, node: GraphNode): Settings {
  if (!SAMPLERS.has(node.type)) walk.doubt('medium');
  const ask = <T>(names: readonly string[], want: Wanted<T>): Found<T> => {
    const place = placeOf(walk, node, names);
    return place === undefined ? ABSENT : resolve(walk, place.node, place.name, want);
  };
  const custom = customSettings(walk, node);
  return {
    seed: custom?.seed ?? (addsNoise(node) ? seedOf(ask(SEEDS, SEED)) : ABSENT),
    steps: whole(told(custom?.steps) ?? ask(['steps', 'steps_total'], NUMBER)),
    cfg: custom?.cfg ?? ask(['cfg'], NUMBER),
    sampler: told(custom?.sampler) ?? ask(['sampler_name'], TEXT),
    scheduler: told(custom?.scheduler) ?? ask(['scheduler'], TEXT),
    denoise: told(custom?.denoise) ?? ask(['denoise'], NUMBER),
    ...(custom?.guided ?? {
      positive: placeOf(walk, node, ['positive', 'base_positive', 'conditioning', 'text_embeds']),
      negative: placeOf(walk, node, ['negative', 'base_negative', 'neg_conditioning']),
      model: placeOf(walk, node, MODELS),
    }),
  };
}

/** What other nodes leave open, the sampler may say itself. */
function told<T>(found: Found<T> | undefined): Found<T> | undefined {
  return found?.state === 'absent' ? undefined : found;
}

/** A pass that goes on with what another has left adds none: its seed takes no part. */
function addsNoise(node: GraphNode): boolean {
  const value = literalOf(node, 'add_noise');
  return value !== false && value !== 'disable';
}

function seedOf(found: Found<string>): Found<string> {
  return mapFound(found, readSeed);
}

function whole(found: Found<number>): Found<number> {
  return mapFound(found, (steps) => (Number.isInteger(steps) && steps >= 0 ? steps : undefined));
}
