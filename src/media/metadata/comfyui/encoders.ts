import { ABSENT, DYNAMIC, type Found, foundValue } from './found.ts';
import { type GraphNode, linkOf, literalOf } from './graph.ts';
import { resolve } from './literals.ts';
import type { Walk } from './walk.ts';
import { TEXT } from './wanted.ts';

export type Side = 'positive' | 'negative';

/** Text inputs of the encoders of ComfyUI itself, in the order in which their texts are told. */
const ENCODERS: { readonly [type: string]: readonly string[] } = {
  CLIPTextEncode: ['text'],
  CLIPTextEncodePixArtAlpha: ['text'],
  CLIPTextEncodeSDXLRefiner: ['text'],
  CLIPTextEncodeControlnet: ['text'],
  CLIPTextEncodeSDXL: ['text_g', 'text_l'],
  CLIPTextEncodeFlux: ['clip_l', 't5xxl'],
  CLIPTextEncodeSD3: ['clip_l', 'clip_g', 't5xxl'],
  CLIPTextEncodeHunyuanDiT: ['bert', 'mt5xl'],
  CLIPTextEncodeHiDream: ['clip_l', 'clip_g', 't5xxl', 'llama'],
  CLIPTextEncodeLumina2: ['user_prompt'],
  TextEncodeQwenImageEdit: ['prompt'],
  TextEncodeQwenImageEditPlus: ['prompt'],
  TextEncodeHunyuanVideo_ImageToVideo: ['prompt'],
  TextEncodeAceStepAudio: ['tags', 'lyrics'],
};

/** Names that the packs' encoders use, the surest first. */
const PACK_NAMES = ['populated_text', 'text', 'prompt', 'Text', 'prompt_text', 'text_g', 'text_l'];
const SIDED_NAMES: { readonly [side in Side]: readonly string[] } = {
  positive: ['positive', 'text_positive', 'positive_prompt', 'prompt_positive', 'base_positive'],
  negative: ['negative', 'text_negative', 'negative_prompt', 'prompt_negative', 'base_negative'],
};

/** True for an encoder of ComfyUI itself, whose inputs we know. */
export function isKnownEncoder(node: GraphNode): boolean {
  return Object.hasOwn(ENCODERS, node.type);
}

/**
 * The text that this node encodes; undefined when it is no encoder. Equal texts of several inputs are told once.
 * @param side of the sampler for which it is asked: loaders with both prompts have one text for each
 */
export function encodedText(walk: Walk, node: GraphNode, side: Side): Found<string> | undefined {
  const names = Object.hasOwn(ENCODERS, node.type) ? ENCODERS[node.type] : undefined;
  if (names !== undefined) return textOf(walk, node, names);
  const name = packName(walk, node, side);
  if (name === undefined) return undefined;
  walk.doubt('medium');
  return textOf(walk, node, [name]);
}

function textOf(walk: Walk, node: GraphNode, names: readonly string[]): Found<string> {
  const texts = new Set<string>();
  let any = false;
  for (const name of names) {
    const found = resolve(walk, node, name, TEXT);
    if (found.state === 'dynamic') return DYNAMIC;
    if (found.state === 'value') {
      any = true;
      texts.add(found.value);
    }
  }
  texts.delete('');
  return any ? foundValue([...texts].join('\n')) : ABSENT;
}

function packName(walk: Walk, node: GraphNode, side: Side): string | undefined {
  const sided = SIDED_NAMES[side].find((name) => typeof literalOf(node, name) === 'string');
  if (sided !== undefined) return sided;
  // What gives conditioning and takes none makes it: of its text, where it has one.
  if (hasConditioning(walk, node)) return undefined;
  return PACK_NAMES.find((name) => node.inputs.has(name));
}

/** A node that takes conditioning passes it on; a text beside it is something else (a region's name, a mask's). */
function hasConditioning(walk: Walk, node: GraphNode): boolean {
  const names = ['conditioning', 'conditioning_1', 'conditioning_to', 'positive', 'negative'];
  return names.some((name) => linkOf(walk.graph, node, name) !== undefined);
}
