import type { LoraPart } from '../recipe.ts';
import { ABSENT, type Found, foundValue, known } from './found.ts';
import { type GraphNode, isObject, linkOf, literalOf } from './graph.ts';
import { resolve, resolveFirst } from './literals.ts';
import type { Walk } from './walk.ts';
import { BOOLEAN, NUMBER, TEXT, type Wanted } from './wanted.ts';

/** The LoRAs that one node applies, in the order in which it does. */
export interface FoundLoras {
  readonly loras: readonly LoraPart[];
  /** There are others, whose names the graph does not hold or we cannot read. */
  readonly dynamic: boolean;
}

/** A longer text is no file's name. */
const MAX_NAME = 1024;
/** Entries of one list that are looked at. */
const MAX_LISTED = 256;

const NONE: FoundLoras = { loras: [], dynamic: false };
/** Inputs of which one at least is in every node whose LoRAs we can read. */
const READABLE =
  /^(?:lora_name|lora_stack|optional_lora_stack|loras|PowerLoraLoaderHeaderWidget|lora_?\d+.*|lora_name_\d+)$/;

const MODEL_STRENGTHS = [
  'strength_model',
  'lora_model_strength',
  'strength',
  'lora_strength',
  'model_strength',
];
const CLIP_STRENGTHS = ['strength_clip', 'lora_clip_strength', 'clip_strength'];
/** Numbered inputs of the stacking nodes, by what they are: LoRA Stacker, CR LoRA Stack, rgthree's stack. */
const NUMBERED_NAMES = [/^lora_name_(\d{1,3})$/, /^lora_(\d{2})$/, /^lora_?(\d{1,3})_name$/];

/** A pair of strengths is one when both are 0, or a switch is off: then it is not used. */
export function lorasOf(walk: Walk, node: GraphNode): FoundLoras {
  const parts = [
    ...stackBehind(walk, node),
    single(walk, node),
    power(node),
    managed(node),
    numbered(walk, node),
  ];
  const unread = /lora/i.test(node.type) && !node.inputs.names().some((name) => READABLE.test(name));
  return {
    loras: parts.flatMap(({ loras }) => loras),
    dynamic: unread || parts.some(({ dynamic }) => dynamic),
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
  if (name.value.length > MAX_NAME) return { loras: [], dynamic: true };
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
  const names = node.inputs.names().filter((name) => /^lora_\d{1,3}$/.test(name));
  return entries(
    names.map((name) => literalOf(node, name)),
    { on: 'on', name: 'lora', weight: 'strength', clip: 'strengthTwo' },
  );
}

/** Lora Manager's loader: a list of `{name, strength, clipStrength?, active}`. */
function managed(node: GraphNode): FoundLoras {
  const list: unknown = literalOf(node, 'loras');
  const members = { on: 'active', name: 'name', weight: 'strength', clip: 'clipStrength' };
  return entries(Array.isArray(list) ? list.slice(0, MAX_LISTED) : [], members);
}

interface Members {
  readonly on: string;
  readonly name: string;
  readonly weight: string;
  readonly clip: string;
}

function entries(list: readonly unknown[], members: Members): FoundLoras {
  const found = list.map((entry) => {
    if (!isObject(entry) || entry[members.on] !== true) return NONE;
    return used(readAs(TEXT, entry[members.name]), {
      model: readAs(NUMBER, entry[members.weight]),
      clip: readAs(NUMBER, entry[members.clip]),
    });
  });
  return { loras: found.flatMap(({ loras }) => loras), dynamic: false };
}

function readAs<T>(want: Wanted<T>, value: unknown): Found<T> {
  const read = want.read(value);
  return read === undefined ? ABSENT : foundValue(read);
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
    model: [
      `model_weight_${digits}`,
      `model_str_${digits}`,
      `lora_${digits}_model_strength`,
      `lora${digits}_model_strength`,
    ],
    clip: [
      `clip_weight_${digits}`,
      `clip_str_${digits}`,
      `lora_${digits}_clip_strength`,
      `lora${digits}_clip_strength`,
    ],
  };
  const one = [`lora_wt_${digits}`, `strength_${digits}`, `lora_${digits}_strength`];
  const simple = literalOf(node, 'input_mode') === 'simple' || literalOf(node, 'mode') === 'simple';
  return {
    model: resolveFirst(walk, node, simple ? one : [...pair.model, ...one], NUMBER),
    clip: resolveFirst(walk, node, simple ? [] : pair.clip, NUMBER),
  };
}
