import { encodedText, isKnownEncoder, type Side } from './encoders.ts';
import { ABSENT, DYNAMIC, type Found, foundValue, known } from './found.ts';
import { type GraphNode, type Link, linkOf, linksOf } from './graph.ts';
import { resolve, routeThrough } from './literals.ts';
import { type InputPlace, pipeOf, placeOf } from './pipes.ts';
import { bounded } from './text-nodes.ts';
import type { Walk } from './walk.ts';
import { NUMBER, TEXT } from './wanted.ts';

/** What a sampler was told, as text. */
export interface Conditioning {
  readonly text: Found<string>;
  /** Distilled guidance (Flux), of the node nearest to the sampler. */
  readonly guidance: number | undefined;
  /** Where the texts were encoded. */
  readonly encoders: readonly GraphNode[];
  /** A picture takes part in it: an edit, a style, a reference. */
  readonly pictured: boolean;
}

const UNKNOWN: Conditioning = { text: ABSENT, guidance: undefined, encoders: [], pictured: false };
const UNDECIDED: Conditioning = { ...UNKNOWN, text: DYNAMIC };
/** `ConditioningZeroOut`: nothing is said, whatever text lies behind it. */
const NOTHING_SAID: Conditioning = { ...UNKNOWN, text: foundValue('') };

/** Nodes that put two conditionings together, in the order in which their texts are told. */
const COMBINES: { readonly [type: string]: readonly string[] } = {
  ConditioningCombine: ['conditioning_1', 'conditioning_2'],
  ConditioningConcat: ['conditioning_to', 'conditioning_from'],
  ConditioningAverage: ['conditioning_to', 'conditioning_from'],
};

const PICTURES = /^(?:image|images|image\d+|pixels|latent|reference|style_model|clip_vision_output|vae)$/;

/** What stands at this input: a link to conditioning, or, in a loader of a pack, the text itself. */
export function conditioningAt(walk: Walk, place: InputPlace, side: Side): Conditioning {
  const link = linkOf(walk.graph, place.node, place.name);
  if (link !== undefined) return follow(walk, link, side);
  const text = resolve(walk, place.node, place.name, TEXT);
  if (text.state === 'absent') return UNKNOWN;
  walk.doubt('medium');
  return { ...UNKNOWN, text, encoders: [place.node] };
}

function follow(walk: Walk, link: Link, side: Side): Conditioning {
  return walk.descend(link, UNKNOWN, () => {
    const { node } = link;
    if (/zero ?out/i.test(node.type)) return NOTHING_SAID;
    const route = routeThrough(walk, node);
    if (route === 'undecided') return UNDECIDED;
    if (route !== undefined) return at(walk, node, route.input, side);
    const combine = Object.hasOwn(COMBINES, node.type) ? COMBINES[node.type] : undefined;
    if (combine !== undefined) return combined(walk, node, combine, side);
    return encoded(walk, node, side) ?? passedOn(walk, link, side);
  });
}

function at(walk: Walk, node: GraphNode, name: string, side: Side): Conditioning {
  const link = linkOf(walk.graph, node, name);
  return link === undefined ? UNKNOWN : follow(walk, link, side);
}

function encoded(walk: Walk, node: GraphNode, side: Side): Conditioning | undefined {
  const text = encodedText(walk, node, side);
  if (text === undefined) return undefined;
  return { text, guidance: guidanceOf(walk, node), encoders: [node], pictured: isPictured(walk, node) };
}

function combined(walk: Walk, node: GraphNode, names: readonly string[], side: Side): Conditioning {
  const all = names.map((name) => at(walk, node, name, side));
  const guidances = new Set(all.map(({ guidance }) => guidance));
  const [guidance] = guidances;
  return {
    text: joinedTexts(
      walk,
      all.map(({ text }) => text),
    ),
    guidance: guidances.size === 1 ? guidance : undefined,
    encoders: all.flatMap(({ encoders }) => encoders),
    pictured: all.some(({ pictured }) => pictured),
  };
}

/** A part that is not known leaves the whole unknown. */
function joinedTexts(walk: Walk, all: readonly Found<string>[]): Found<string> {
  const missing = all.find(({ state }) => state === 'dynamic') ?? all.find(({ state }) => state === 'absent');
  if (missing !== undefined) return missing;
  const texts = new Set(all.flatMap((one) => (one.state === 'value' ? [one.value] : [])));
  texts.delete('');
  const length = [...texts].reduce((sum, text) => sum + text.length + 1, 0);
  return bounded(walk, length, () => [...texts].join('\n'));
}

/** Areas, masks, control nets, guidance: the text is the one of what they are applied to. */
function passedOn(walk: Walk, { node, slot }: Link, side: Side): Conditioning {
  const name = inputThrough(walk, node, slot, side);
  if (name === undefined) return throughPipe(walk, node, side);
  const inner = at(walk, node, name, side);
  const guidance = guidanceOf(walk, node) ?? inner.guidance;
  return { ...inner, guidance, pictured: inner.pictured || isPictured(walk, node) };
}

/** Nodes of two outputs give the positive at 0 and the negative at 1; others say it by the names of their inputs. */
function inputThrough(walk: Walk, node: GraphNode, slot: number, side: Side): string | undefined {
  const linked = (name: string) => linkOf(walk.graph, node, name) !== undefined;
  if (linked('conditioning')) return 'conditioning';
  if (linked('positive') && linked('negative')) {
    // Where a model or a bundle goes through as well, its output stands before these two: then the side tells.
    const alone = !pipeLike(node) && node.inputs.get('model') === undefined;
    return (alone ? ['positive', 'negative'][slot] : undefined) ?? side;
  }
  const candidates = ['conditioning_1', 'conditioning_to', 'positive', 'negative'].filter(linked);
  const [only] = candidates;
  const opposite = side === 'positive' ? 'negative' : 'positive';
  if (candidates.length !== 1 || only === undefined || only === opposite) return undefined;
  walk.doubt('medium');
  return only;
}

function pipeLike(node: GraphNode): boolean {
  return /pipe|context|tuple/i.test(node.type);
}

function throughPipe(walk: Walk, node: GraphNode, side: Side): Conditioning {
  const pipe = pipeOf(walk, node);
  if (pipe !== undefined) {
    const place = placeOf(walk, node, [side, `base_${side}`]);
    if (place !== undefined && place.node !== node) return conditioningAt(walk, place, side);
  }
  walk.doubt('medium', 'conditioning comes from a node that is not known');
  return linksOf(walk.graph, node).length > 0 ? UNDECIDED : UNKNOWN;
}

function guidanceOf(walk: Walk, node: GraphNode): number | undefined {
  return known(resolve(walk, node, 'guidance', NUMBER));
}

function isPictured(walk: Walk, node: GraphNode): boolean {
  if (!isKnownEncoder(node) && !/reference|style|unclip|kontext|edit/i.test(node.type)) return false;
  return linksOf(walk.graph, node).some(([name]) => PICTURES.test(name));
}
