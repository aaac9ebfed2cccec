import { agreed, type Draft, emptyDraft, setField } from './draft.ts';
import { encodedText } from './encoders.ts';
import { type Found, foundValue, known } from './found.ts';
import { type GraphNode, linksOf, literalOf } from './graph.ts';
import { resolve, resolveFirst } from './literals.ts';
import type { Walk } from './walk.ts';
import { NUMBER, SEED, TEXT } from './wanted.ts';

const PROMPTS = ['prompt', 'text_prompt', 'positive_prompt'];
const NEGATIVES = ['negative_prompt', 'negative'];
const MODELS = ['ckpt_name', 'unet_name'];

/** More of them have nothing to say about one picture. */
const MAX_HOSTED = 64;

/** A node on the way to the output that has a prompt of its own: one that asks a hosted model for the picture. */
export function readHosted(walk: Walk, between: readonly GraphNode[]): Draft | undefined {
  const hosted = between.filter((node) => isHosted(walk, node));
  if (hosted.length === 0 || hosted.length > MAX_HOSTED) return undefined;
  walk.doubt('medium');
  return agreed(hosted.map((node) => hostedDraft(walk, node)));
}

/** A prompt may also say what to look for in a picture: what makes one takes a seed, or nothing else. */
function isHosted(walk: Walk, node: GraphNode): boolean {
  if (!PROMPTS.some((name) => node.inputs.has(name))) return false;
  return node.inputs.has('seed') || !linksOf(walk.graph, node).some(([name]) => !PROMPTS.includes(name));
}

function hostedDraft(walk: Walk, node: GraphNode): Draft {
  const draft = emptyDraft();
  setField(draft, 'prompt', resolveFirst(walk, node, PROMPTS, TEXT));
  setField(draft, 'negativePrompt', resolveFirst(walk, node, NEGATIVES, TEXT));
  setField(draft, 'seed', resolve(walk, node, 'seed', SEED));
  setField(draft, 'steps', resolve(walk, node, 'steps', NUMBER));
  return draft;
}

/**
 * The last resort, in a graph where no sampler leads to a picture: a field is taken where the whole graph has only one
 * value for it.
 */
export function readFlat(walk: Walk): Draft {
  walk.doubt('low', 'no sampler was found: only what is unmistakable was taken');
  const draft = emptyDraft();
  const prompts = { positive: new Set<string>(), negative: new Set<string>() };
  const models = new Set<string>();
  for (const node of walk.graph.values()) {
    if (!walk.spend(1 + node.inputs.size)) break;
    const side = isNegative(node) ? 'negative' : 'positive';
    if (/textencode|prompt|text ?box/i.test(node.type)) {
      const text = encodedText(walk, node, side) ?? resolve(walk, node, 'text', TEXT);
      note(draft, prompts[side], text, side === 'positive' ? 'prompt' : 'negativePrompt');
    }
    for (const name of MODELS) {
      const model = known(resolve(walk, node, name, TEXT));
      if (model !== undefined) models.add(model);
    }
  }
  setOnly(draft, 'prompt', prompts.positive);
  setOnly(draft, 'negativePrompt', prompts.negative);
  const [name, second] = models;
  if (name !== undefined && second === undefined) draft.parts.model = { name };
  return draft;
}

function isNegative(node: GraphNode): boolean {
  return (
    /neg/i.test(node.title) || /neg/i.test(node.type) || /neg/i.test(String(literalOf(node, 'title') ?? ''))
  );
}

function note(
  draft: Draft,
  texts: Set<string>,
  found: Found<string>,
  field: 'prompt' | 'negativePrompt',
): void {
  if (found.state === 'dynamic') draft.dynamic.add(field);
  else if (found.state === 'value') texts.add(found.value);
}

function setOnly(draft: Draft, field: 'prompt' | 'negativePrompt', texts: ReadonlySet<string>): void {
  const [text, second] = texts;
  if (text !== undefined && second === undefined && !draft.dynamic.has(field)) {
    setField(draft, field, foundValue(text));
  }
}
