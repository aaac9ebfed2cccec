import type { Found } from './found.ts';
import { type GraphNode, linksOf } from './graph.ts';
import type { Walk } from './walk.ts';

/** Where a node that only passes something on takes it from. */
export type Route =
  /** It is no such node. */
  | undefined
  /** It is one, and what it chooses is decided when the graph runs. */
  | 'undecided'
  | { readonly input: string };

/** The two literals that decide, asked for through links. */
export interface Deciding {
  boolean(name: string): Found<boolean>;
  number(name: string): Found<number>;
}

const CONDITIONS = ['switch', 'boolean', 'condition', 'cond'];
/** Pairs of branches: `ComfySwitchNode`, Crystools, easy-use; Impact. */
const BRANCHES = [
  ['on_true', 'on_false'],
  ['tt_value', 'ff_value'],
] as const;
const INDEXES = ['select', 'Input', 'index'];

/** Switches, reroutes and the like: which of its inputs comes out of this node, whatever the type. */
export function routeOf(walk: Walk, node: GraphNode, ask: Deciding): Route {
  return branchOf(node, ask) ?? numberedOf(node, ask) ?? soleOf(walk, node);
}

function branchOf(node: GraphNode, ask: Deciding): Route {
  const pair = BRANCHES.find(([yes, no]) => node.inputs.has(yes) || node.inputs.has(no));
  const condition = CONDITIONS.find((name) => node.inputs.has(name));
  if (pair === undefined || condition === undefined) return undefined;
  const decided = ask.boolean(condition);
  return decided.state === 'value' ? { input: decided.value ? pair[0] : pair[1] } : 'undecided';
}

/** `ImpactSwitch` (`select`, `input1` …), `CR … Input Switch` (`Input`, `text1`, `text2`). */
function numberedOf(node: GraphNode, ask: Deciding): Route {
  if (!/switch|select/i.test(node.type)) return undefined;
  const index = INDEXES.find((name) => node.inputs.has(name));
  if (index === undefined) return undefined;
  const decided = ask.number(index);
  if (decided.state !== 'value') return 'undecided';
  const ending = new RegExp(`^[A-Za-z_]+${Math.trunc(Math.abs(decided.value))}$`);
  const matching = node.inputs.names().filter((name) => ending.test(name));
  const [input] = matching;
  return matching.length === 1 && input !== undefined ? { input } : 'undecided';
}

/** The first connected of several (`Any Switch (rgthree)`), or the one input of a reroute. */
function soleOf(walk: Walk, node: GraphNode): Route {
  const first = /^any switch/i.test(node.type);
  if (!first && !/^(?:reroute|bypassed)/i.test(node.type)) return undefined;
  const [link, second] = linksOf(walk.graph, node);
  if (link === undefined || (!first && second !== undefined)) return 'undecided';
  return { input: link[0] };
}
