import type { LoraPart } from '../recipe.ts';
import { known } from './found.ts';
import { type GraphNode, type Link, linkOf } from './graph.ts';
import { resolve, resolveFirst, routeThrough } from './literals.ts';
import { type FoundLoras, lorasOf } from './loras.ts';
import { type InputPlace, pipeOf, placeOf } from './pipes.ts';
import type { Walk } from './walk.ts';
import { NUMBER, TEXT } from './wanted.ts';

/** A line of nodes from a sampler up to the loader of its model. */
export interface ModelLine {
  /** As the loader names it. */
  readonly name: string | undefined;
  /** The name is given at run time. */
  readonly dynamic: boolean;
  /** The one nearest to the loader first; undefined where the line could not be followed to its end. */
  readonly loras: readonly LoraPart[] | undefined;
  /** Nodes on the line that load LoRAs, for those who meet them again on another way. */
  readonly seen: ReadonlySet<GraphNode>;
  /** A LoRA's name or whether it is used is decided at run time. */
  readonly lorasDynamic: boolean;
}

/** Inputs that name the model's file, in the loaders of ComfyUI and of packs. */
const LOADERS = [
  'ckpt_name',
  'unet_name',
  'model_name',
  'base_ckpt_name',
  'gguf_name',
  'model_path',
  'model',
];
const ONWARD = ['model', 'base_model', 'MODEL', 'unet'];
const MERGED = ['model1', 'model2'];
/** Links followed from one node to the next. */
const MAX_LINE = 200;

interface Line {
  readonly groups: FoundLoras[];
  readonly seen: Set<GraphNode>;
}

/** Follows the model from an input that links to it. */
export function modelAt(walk: Walk, place: InputPlace | undefined): ModelLine {
  const line: Line = { groups: [], seen: new Set() };
  let next = place === undefined ? undefined : linkOf(walk.graph, place.node, place.name);
  if (place !== undefined && next === undefined && LOADERS.includes(place.name)) {
    line.groups.push(lorasOf(walk, place.node));
    return ended(line, walk, place.node);
  }
  for (let count = 0; next !== undefined && count < MAX_LINE; count += 1) {
    const { node }: Link = next;
    if (line.seen.has(node) || !walk.spend(1 + node.inputs.size)) break;
    line.seen.add(node);
    line.groups.push(lorasOf(walk, node));
    if (nameInput(walk, node) !== undefined) return ended(line, walk, node);
    next = onward(walk, node);
  }
  return { name: undefined, dynamic: false, loras: undefined, seen: line.seen, lorasDynamic: false };
}

function ended(line: Line, walk: Walk, loader: GraphNode): ModelLine {
  const input = nameInput(walk, loader) ?? '';
  const name = resolve(walk, loader, input, TEXT);
  return {
    name: known(name),
    dynamic: name.state === 'dynamic',
    loras: line.groups.toReversed().flatMap(({ loras }) => loras),
    seen: line.seen,
    lorasDynamic: line.groups.some(({ dynamic }) => dynamic),
  };
}

/** The input that names the model's file, when this node loads one. */
function nameInput(walk: Walk, node: GraphNode): string | undefined {
  // `model` is a link to go on by in most nodes, and a file's name in a few loaders.
  if (linkOf(walk.graph, node, 'model') !== undefined) return undefined;
  return LOADERS.find((name) => resolve(walk, node, name, TEXT).state !== 'absent');
}

function onward(walk: Walk, node: GraphNode): Link | undefined {
  const route = routeThrough(walk, node);
  if (route === 'undecided') return undefined;
  if (route !== undefined) return linkOf(walk.graph, node, route.input);
  if (MERGED.every((name) => node.inputs.has(name))) {
    walk.doubt('medium', 'models were merged: there is no one name');
    return undefined;
  }
  for (const name of ONWARD) {
    const link = linkOf(walk.graph, node, name);
    if (link !== undefined) return link;
  }
  if (pipeOf(walk, node) === undefined) return undefined;
  const place = placeOf(walk, node, [...LOADERS, ...ONWARD]);
  if (place === undefined || place.node === node) return undefined;
  return linkOf(walk.graph, place.node, place.name) ?? { node: place.node, slot: 0 };
}

/** What the line of a text encoder's CLIP adds: layers left out, and LoRAs that only it goes through. */
export interface ClipLine {
  /** 1 is none; undefined where no node sets it. */
  readonly skip: number | undefined;
  readonly loras: readonly LoraPart[];
}

/**
 * Follows the CLIP of an encoder up to its loader.
 * @param counted nodes whose LoRAs were met on the model's line
 */
export function clipAt(walk: Walk, encoder: GraphNode, counted: ReadonlySet<GraphNode>): ClipLine {
  const groups: FoundLoras[] = [];
  const seen = new Set<GraphNode>();
  let skip = skipOf(walk, encoder);
  let next = linkOf(walk.graph, encoder, 'clip');
  for (let count = 0; next !== undefined && count < MAX_LINE; count += 1) {
    const { node }: Link = next;
    if (seen.has(node) || !walk.spend(1 + node.inputs.size)) break;
    seen.add(node);
    skip ??= skipOf(walk, node);
    if (!counted.has(node)) groups.push(lorasOf(walk, node));
    const route = routeThrough(walk, node);
    if (route === 'undecided') break;
    next = linkOf(walk.graph, node, route?.input ?? 'clip');
  }
  const loras = groups.toReversed().flatMap((group) => group.loras.map(onClipOnly));
  return { skip, loras: loras.filter(({ clipWeight }) => clipWeight !== 0) };
}

/** The model does not go through it: of its two strengths only the one for texts counts. */
function onClipOnly({ name, weight, clipWeight }: LoraPart): LoraPart {
  const strength = clipWeight ?? weight;
  return strength === undefined ? { name } : { name, clipWeight: strength };
}

function skipOf(walk: Walk, node: GraphNode): number | undefined {
  const layer = known(resolveFirst(walk, node, ['stop_at_clip_layer', 'clip_skip'], NUMBER));
  if (layer === undefined || !Number.isInteger(layer) || layer === 0) return undefined;
  const skip = Math.abs(layer);
  return skip <= 48 ? skip : undefined;
}
