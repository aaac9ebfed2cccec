import { type GraphNode, type Link, linkOf, linksOf } from './graph.ts';
import { routeThrough } from './literals.ts';
import { isSampler } from './sampler.ts';
import type { Walk } from './walk.ts';

/** What a picture or latent was made from, up to the next samplers. */
export interface Upstream {
  /** The nearest ones, none of them through another. */
  readonly samplers: readonly GraphNode[];
  /** Every other node on the way, the nearest first. */
  readonly between: readonly GraphNode[];
}

/** Inputs through which a picture, a latent or a film comes; masks and references are none of these. */
const PICTURE_INPUT =
  /^(?:(?:samples|latents?|images?|pixels|frames|video|any|input|source|destination)[ _]?\d{0,3}|latent_image|samples_(?:to|from)|images?_[ab]|image_target|input_image|(?:start|init|base|upscaled|original)_image|image_embeds|optional_latent|foreground|background)$/;

/** Inputs that bring no picture, under whatever name the node has. */
const OTHER_INPUT =
  /^(?:model|clip|vae|positive|negative|conditioning|mask|noise|guider|sampler|sigmas|audio)$|model|pipe|ctx|context|tuple|prompt|text|seed/i;

export function isPictureInput(name: string): boolean {
  return PICTURE_INPUT.test(name);
}

/** Links of a node through which its picture comes. */
export function pictureLinks(walk: Walk, node: GraphNode): readonly Link[] {
  const route = routeThrough(walk, node);
  if (route !== undefined && route !== 'undecided') {
    const link = linkOf(walk.graph, node, route.input);
    return link === undefined ? [] : [link];
  }
  const links = linksOf(walk.graph, node);
  const named = links.filter(([name]) => PICTURE_INPUT.test(name));
  if (named.length > 0) return named.map(([, link]) => link);
  // An unknown node with a single link has nowhere else to take it from, unless it makes one of a given size.
  const [only, second] = links;
  if (only === undefined || second !== undefined || node.inputs.has('width')) return [];
  return OTHER_INPUT.test(only[0]) ? [] : [only[1]];
}

/** Looks upstream from these links, through decoders, upscalers and compositors, as far as the next samplers. */
export function upstreamOf(walk: Walk, start: readonly Link[]): Upstream {
  const seen = new Set<GraphNode>();
  const samplers: GraphNode[] = [];
  const between: GraphNode[] = [];
  const queue = start.map(({ node }) => node);
  for (const node of queue) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (!walk.spend(1 + node.inputs.size)) break;
    if (isSampler(walk, node)) {
      samplers.push(node);
      continue;
    }
    between.push(node);
    for (const link of pictureLinks(walk, node)) queue.push(link.node);
  }
  return { samplers, between };
}
