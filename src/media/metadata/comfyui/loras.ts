import type { LoraPart } from '../recipe.ts';
import { type Found, known } from './found.ts';
import { type GraphNode, isObject, linkOf, literalOf } from './graph.ts';
import { resolve, resolveFirst } from './literals.ts';
import type { Walk } from './walk.ts';
import { BOOLEAN, NUMBER, TEXT } from './wanted.ts';

/** The LoRAs that one node applies, in the order in which it does. */
export interface FoundLoras {
  readonly loras: readonly LoraPart[];
  readonly dynamic: boolean;
}

const NONE: FoundLoras = { loras: [], dynamic: false };

const MODEL_STRENGTHS = [
  'strength_model',
  'lora_model_strength',
  'strength',
  'lora_strength',
  'model_strength',
];
const CLIP_STRENGTHS = ['strength_clip', 'lora_clip_strength', 'clip_strength'];
/** Numbered inputs of the stacking nodes, by what they are: LoRA Stacker, CR LoRA Stack, rgthree's stack. */
const NUMBERED_NAMES = [/^lora_name_(\d{1,3})$/, /^lora_(\d{2})$/, /^lora_(\d{1,3})_name$/];

/** A pair of strengths is one when both are 0, or a switch is off: then it is not used. */
export function lorasOf(walk: Walk, node: GraphNode): FoundLoras {
  const parts = [...stackBehind(walk, node), single(walk, node), power(node), numbered(walk, node)];
  return {
    loras: parts.flatMap(({ loras }) => loras),
    dynamic: parts.some(({ dynamic }) => dynamic),
  };
}

/** A `lora_stack` link: what it brings comes before what the node has itself. */
function stackBehind(walk: Walk, node: GraphNode): readonly FoundLoras[] {
  const link = linkOf(walk.graph, node, 'lora_stack') ?? linkOf(walk.graph, node, 'optional_lora_stack');
  if (link === undefined) return [];
  return [walk.descend(link, NONE, () => lorasOf(walk, link.node))];
}

interface Strengths {
  readonly model: Found<number>;
  readonly clip: Found<number>;
}

function used(name: Found<string>, { model, clip }: Strengths): FoundLoras {
  if (name.state === 'dynamic') return { loras: [], dynamic: true };
  if (name.state === 'absent' || name.value === '' || name.value === 'None') return NONE;
  const [weight, clipWeight] = [known(model), known(clip)];
  if ((weight ?? clipWeight) === 0 && (clipWeight ?? 0) === 0) return NONE;
  const part: LoraPart = {
    name: name.value,
    ...(weight === undefined ? {} : { weight }),
    ...(clipWeight === undefined ? {} : { clipWeight }),
  };
  return { loras: [part], dynamic: false };
}

/** `LoraLoader`, `LoraLoaderModelOnly`, and loaders of packs with one LoRA. */
function single(walk: Walk, node: GraphNode): FoundLoras {
  if (!node.inputs.has('lora_name')) return NONE;
  return used(resolve(walk, node, 'lora_name', TEXT), {
    model: resolveFirst(walk, node, MODEL_STRENGTHS, NUMBER),
    clip: resolveFirst(walk, node, CLIP_STRENGTHS, NUMBER),
  });
}

/** rgthree's Power Lora Loader: inputs of `{on, lora, strength, strengthTwo?}`. */
function power(node: GraphNode): FoundLoras {
  const loras: LoraPart[] = [];
  for (const name of node.inputs.names()) {
    const value = /^lora_\d{1,3}$/.test(name) ? literalOf(node, name) : undefined;
    if (!isObject(value) || value['on'] !== true) continue;
    const lora = TEXT.read(value['lora']);
    const weight = NUMBER.read(value['strength']);
    const clipWeight = NUMBER.read(value['strengthTwo']);
    if (lora === undefined || lora === '' || lora === 'None') continue;
    if (weight === 0 && (clipWeight ?? 0) === 0) continue;
    loras.push({
      name: lora,
      ...(weight === undefined ? {} : { weight }),
      ...(clipWeight === undefined ? {} : { clipWeight }),
    });
  }
  return { loras, dynamic: false };
}

function numbered(walk: Walk, node: GraphNode): FoundLoras {
  const count =
    known(resolveFirst(walk, node, ['lora_count', 'num_loras'], NUMBER)) ?? Number.POSITIVE_INFINITY;
  const groups: FoundLoras[] = [];
  for (const name of node.inputs.names()) {
    const digits = numberOf(name);
    if (digits === undefined || Number(digits) > count || isObject(literalOf(node, name))) continue;
    if (isOff(walk, node, digits)) continue;
    groups.push(used(resolve(walk, node, name, TEXT), strengthsOf(walk, node, digits)));
  }
  return { loras: groups.flatMap(({ loras }) => loras), dynamic: groups.some(({ dynamic }) => dynamic) };
}

function numberOf(name: string): string | undefined {
  for (const pattern of NUMBERED_NAMES) {
    const digits = pattern.exec(name)?.[1];
    if (digits !== undefined) return digits;
  }
  return undefined;
}

function isOff(walk: Walk, node: GraphNode, digits: string): boolean {
  const toggles = [`switch_${digits}`, 'toggle'];
  return known(resolveFirst(walk, node, toggles, BOOLEAN)) === false;
}

/** The Efficiency stacker has one weight or a pair, by its mode; the others have only one of the two. */
function strengthsOf(walk: Walk, node: GraphNode, digits: string): Strengths {
  const pair = {
    model: [`model_weight_${digits}`, `model_str_${digits}`, `lora_${digits}_model_strength`],
    clip: [`clip_weight_${digits}`, `clip_str_${digits}`, `lora_${digits}_clip_strength`],
  };
  const one = [`lora_wt_${digits}`, `strength_${digits}`, `lora_${digits}_strength`];
  const simple = literalOf(node, 'input_mode') === 'simple' || literalOf(node, 'mode') === 'simple';
  return {
    model: resolveFirst(walk, node, simple ? one : [...pair.model, ...one], NUMBER),
    clip: resolveFirst(walk, node, simple ? [] : pair.clip, NUMBER),
  };
}
