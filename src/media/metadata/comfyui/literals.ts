import { ABSENT, DYNAMIC, type Found, foundValue } from './found.ts';
import { type GraphNode, isLinkShaped, type Link, linkOf, linksOf, literalOf } from './graph.ts';
import { type Route, routeOf } from './routes.ts';
import { computedText, MADE_AT_RUN_TIME, RUN_TIME_INPUTS } from './text-nodes.ts';
import type { Walk } from './walk.ts';
import { BOOLEAN, NUMBER, TEXT, type Wanted } from './wanted.ts';

/** Nodes whose one literal is their whole purpose. */
const HOLDERS =
  /^(?:Primitive|String|Text|Prompt|Int|Float|Bool|Number|Constant|Seed|CR |easy |JW|PixNodes)|seed/i;
const BY_CHANCE = /random/i;
const SEED_NODE = /seed/i;
const SEED_NAMES = ['seed', 'noise_seed', 'value', 'int', 'number'];
/** Links that a node of texts may have without its text depending on them. */
const HARMLESS_LINKS = /^(?:opt_)?(?:clip|model)$/;

/**
 * The value of an input: a literal, or found by following its link to the node that holds it.
 * A link to a node that is not there counts as no input.
 */
export function resolve<T>(walk: Walk, node: GraphNode, name: string, want: Wanted<T>): Found<T> {
  const link = linkOf(walk.graph, node, name);
  if (link !== undefined) return resolveLink(walk, link, want);
  if (isLinkShaped(node.inputs.get(name))) return ABSENT;
  const value = want.read(literalOf(node, name));
  return value === undefined ? ABSENT : foundValue(value);
}

/** The first of these inputs that there is. */
export function resolveFirst<T>(
  walk: Walk,
  node: GraphNode,
  names: readonly string[],
  want: Wanted<T>,
): Found<T> {
  const name = names.find((one) => node.inputs.has(one));
  return name === undefined ? ABSENT : resolve(walk, node, name, want);
}

/** `routeOf` with the deciding literals resolved in this graph. */
export function routeThrough(walk: Walk, node: GraphNode): Route {
  return routeOf(walk, node, {
    boolean: (name) => resolve(walk, node, name, BOOLEAN),
    number: (name) => resolve(walk, node, name, NUMBER),
  });
}

function resolveLink<T>(walk: Walk, link: Link, want: Wanted<T>): Found<T> {
  return walk.descend<Found<T>>(link, ABSENT, () => {
    const { node } = link;
    const route = routeThrough(walk, node);
    if (route === 'undecided') return DYNAMIC;
    if (route !== undefined) return resolve(walk, node, route.input, want);
    if (want.name === 'text') {
      const computed = computedText(walk, link, (name) => resolve(walk, node, name, TEXT));
      if (computed?.state === 'value') return resultOf(computed.value, want);
      if (computed !== undefined) return computed;
    }
    return held(walk, node, want);
  });
}

function resultOf<T>(text: string, want: Wanted<T>): Found<T> {
  const value = want.read(text);
  return value === undefined ? ABSENT : foundValue(value);
}

/** The one literal of the wanted type in a node that has nothing else to make its output from. */
function held<T>(walk: Walk, node: GraphNode, want: Wanted<T>): Found<T> {
  if ((want.name === 'text' ? MADE_AT_RUN_TIME : BY_CHANCE).test(node.type)) return DYNAMIC;
  const name = holderOf(walk, node, want);
  if (name === undefined) return DYNAMIC;
  if (!HOLDERS.test(node.type)) walk.doubt('medium');
  return resolve(walk, node, name, want);
}

function holderOf(walk: Walk, node: GraphNode, want: Wanted<unknown>): string | undefined {
  if (want.name !== 'text' && SEED_NODE.test(node.type)) {
    return SEED_NAMES.find((name) => node.inputs.has(name));
  }
  if (/^Primitive/.test(node.type) && node.inputs.has('value')) return 'value';
  const names = node.inputs.names();
  if (want.name === 'text' && names.some((name) => RUN_TIME_INPUTS.has(name))) return undefined;
  if (linksOf(walk.graph, node).some(([name]) => !HARMLESS_LINKS.test(name))) return undefined;
  const plain = names.filter((name) => want.isPlainly(literalOf(node, name)));
  return plain.length === 1 ? plain[0] : undefined;
}
