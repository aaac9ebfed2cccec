import { ABSENT, DYNAMIC, type Found, foundValue } from './found.ts';
import { type GraphNode, type Link, linkOf, literalOf } from './graph.ts';
import { resolve, resolveFirst, routeThrough } from './literals.ts';
import type { InputPlace } from './pipes.ts';
import type { Walk } from './walk.ts';
import { NUMBER, SEED, TEXT } from './wanted.ts';

/** Nodes behind one another that change sigmas or wrap a sampler. */
const MAX_DEPTH = 50;

/** What the nodes around a `SamplerCustom…` say. A member that is undefined is the sampler's own to say. */
export interface CustomSettings {
  readonly seed: Found<string> | undefined;
  readonly steps: Found<number>;
  readonly cfg: Found<number> | undefined;
  readonly sampler: Found<string>;
  readonly scheduler: Found<string>;
  readonly denoise: Found<number>;
  readonly guided: Guided | undefined;
}

interface Guided {
  readonly positive: InputPlace | undefined;
  readonly negative: InputPlace | undefined;
  readonly model: InputPlace | undefined;
}

/** Undefined for a sampler that has its settings on itself. */
export function customSettings(walk: Walk, node: GraphNode): CustomSettings | undefined {
  const sigmas = linkOf(walk.graph, node, 'sigmas');
  const sampler = linkOf(walk.graph, node, 'sampler');
  if (sigmas === undefined && sampler === undefined) return undefined;
  const noise = linkOf(walk.graph, node, 'noise');
  const guider = endOf(walk, linkOf(walk.graph, node, 'guider'));
  return {
    seed: noise === undefined ? undefined : noiseSeed(walk, endOf(walk, noise)),
    cfg: guider === undefined ? undefined : guiderCfg(walk, guider),
    sampler: samplerName(walk, sampler),
    ...scheduleOf(walk, sigmas),
    guided: guider === undefined ? undefined : guidedBy(guider),
  };
}

/** The node that a link means, behind switches and reroutes. */
function endOf(walk: Walk, link: Link | undefined): GraphNode | undefined {
  if (link === undefined) return undefined;
  return walk.descend<GraphNode | undefined>(link, undefined, () => {
    const route = routeThrough(walk, link.node);
    if (route === undefined) return link.node;
    return route === 'undecided' ? undefined : endOf(walk, linkOf(walk.graph, link.node, route.input));
  });
}

function noiseSeed(walk: Walk, node: GraphNode | undefined): Found<string> {
  if (node === undefined) return DYNAMIC;
  return resolveFirst(walk, node, ['noise_seed', 'seed'], SEED);
}

/** `KSamplerSelect` names it; of the `Sampler…` nodes the class is the name; wrappers have a sampler inside. */
function samplerName(walk: Walk, link: Link | undefined, depth = 0): Found<string> {
  const node = endOf(walk, link);
  if (node === undefined || link === undefined) return link === undefined ? ABSENT : DYNAMIC;
  if (node.inputs.has('sampler_name')) return resolve(walk, node, 'sampler_name', TEXT);
  const inner = linkOf(walk.graph, node, 'sampler');
  if (inner !== undefined) return depth < MAX_DEPTH ? samplerName(walk, inner, depth + 1) : ABSENT;
  const name = /^Sampler(\w{1,64})$/.exec(node.type)?.[1];
  return name === undefined ? ABSENT : foundValue(name);
}

type Schedule = Pick<CustomSettings, 'steps' | 'scheduler' | 'denoise'>;

const NO_SCHEDULE: Schedule = { steps: ABSENT, scheduler: ABSENT, denoise: ABSENT };

/** The node that made the sigmas, behind those that split, flip or change them. */
function scheduleOf(walk: Walk, link: Link | undefined, depth = 0): Schedule {
  const node = endOf(walk, link);
  if (node === undefined) return NO_SCHEDULE;
  const inner = linkOf(walk.graph, node, 'sigmas') ?? linkOf(walk.graph, node, '_sigmas');
  if (inner !== undefined) {
    return depth < MAX_DEPTH ? withSplit(walk, node, link, scheduleOf(walk, inner, depth + 1)) : NO_SCHEDULE;
  }
  if (typeof literalOf(node, 'sigmas') === 'string') return manual(String(literalOf(node, 'sigmas')));
  if (!node.inputs.has('steps')) return NO_SCHEDULE;
  const name = /^(\w{1,64}?)(?:Scheduler)?$/.exec(node.type)?.[1];
  const own = name === undefined || name === 'Basic' ? ABSENT : foundValue(name);
  return {
    steps: resolve(walk, node, 'steps', NUMBER),
    scheduler: node.inputs.has('scheduler') ? resolve(walk, node, 'scheduler', TEXT) : own,
    denoise: resolve(walk, node, 'denoise', NUMBER),
  };
}

/** The second output of `SplitSigmasDenoise` is what a denoise of that strength would have been. */
function withSplit(walk: Walk, node: GraphNode, link: Link | undefined, schedule: Schedule): Schedule {
  if (node.type !== 'SplitSigmasDenoise' || link?.slot !== 1) return schedule;
  return { ...schedule, denoise: resolve(walk, node, 'denoise', NUMBER) };
}

/** Sigmas typed in: one more than steps. */
function manual(text: string): Schedule {
  if (text.length > 10_000) return NO_SCHEDULE;
  const count = text.split(',').filter((one) => one.trim() !== '').length;
  return { ...NO_SCHEDULE, steps: count < 2 ? ABSENT : foundValue(count - 1) };
}

/** A guider without a `cfg` of its own guides by 1: nothing to tell. */
function guiderCfg(walk: Walk, guider: GraphNode): Found<number> {
  return resolveFirst(walk, guider, ['cfg', 'cfg_conds'], NUMBER);
}

function guidedBy(guider: GraphNode): Guided {
  const first = (...names: readonly string[]): InputPlace | undefined => {
    const name = names.find((one) => guider.inputs.has(one));
    return name === undefined ? undefined : { node: guider, name };
  };
  return {
    positive: first('positive', 'conditioning', 'cond1'),
    negative: first('negative'),
    model: first('model'),
  };
}
