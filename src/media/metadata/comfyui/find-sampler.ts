import { agreed, type Draft, emptyDraft } from './draft.ts';
import { passOf, readFirstPass } from './first-pass.ts';
import { known } from './found.ts';
import { type GraphNode, type Link, linkOf } from './graph.ts';
import { resolve, routeThrough } from './literals.ts';
import { type OutputHints, outputsOf } from './outputs.ts';
import { passesOf } from './passes.ts';
import { isSampler } from './sampler.ts';
import { pictureLinks, type Upstream, upstreamOf } from './upstream.ts';
import type { Walk } from './walk.ts';
import { TEXT } from './wanted.ts';
import { readFlat, readHosted } from './without-sampler.ts';

/** Samplers compared with one another; what more of them have in common says nothing about one picture. */
const MAX_FIRST = 64;

/** Finds what made this picture in the graph, and reads it. */
export function readGraphRecipe(walk: Walk, hints: OutputHints): Draft {
  const { nodes, ambiguous } = outputsOf(walk, hints);
  const found = nodes.map((node) => upstreamOf(walk, startOf(walk, node)));
  const last = unique(found.flatMap(({ samplers }) => samplers));
  if (last.length > 0) {
    const draft = readPasses(walk, last);
    const vae = only(found.map((upstream) => vaeOf(walk, upstream)));
    if (vae !== undefined) draft.parts.vae = vae;
    return draft;
  }
  const hosted = readHosted(walk, unique(found.flatMap(({ between }) => between)));
  if (hosted !== undefined) {
    if (ambiguous) walk.doubt('low');
    return hosted;
  }
  const samplers = [...walk.graph.values()].filter((node) => isSampler(walk, node));
  if (samplers.length === 0) return readFlat(walk);
  walk.doubt('low', 'no sampler leads to an output');
  return readPasses(walk, samplers);
}

/** A saver that samples itself (`easy fullkSampler`) is where to begin. */
function startOf(walk: Walk, output: GraphNode): readonly Link[] {
  return isSampler(walk, output) ? [{ node: output, slot: 0 }] : pictureLinks(walk, output);
}

/** One line of passes is read as such. Of several pictures that come together only what they have in common is told. */
function readPasses(walk: Walk, last: readonly GraphNode[]): Draft {
  const { first, line } = passesOf(walk, last);
  if (first.length === 0) walk.doubt('low', 'the samplers feed one another in a circle');
  if (first.length > 1)
    walk.doubt('low', 'several samplers took part, and nothing tells which made this picture');
  if (first.length > MAX_FIRST) return emptyDraft();
  const draft = agreed(first.map((sampler) => readFirstPass(walk, sampler)));
  if (line === undefined) walk.doubt('medium');
  else if (line.length > 1) draft.parts.passes = line.map((sampler) => passOf(walk, sampler));
  return draft;
}

/** The file named by the loader behind the decoder; undefined where the checkpoint's own is used. */
function vaeOf(walk: Walk, { between }: Upstream): string | undefined {
  const decoder = between.find((node) => /decode/i.test(node.type));
  let node = decoder === undefined ? undefined : linkOf(walk.graph, decoder, 'vae')?.node;
  for (let count = 0; node !== undefined && count < 20; count += 1) {
    if (!walk.spend(1 + node.inputs.size)) return undefined;
    const name = known(resolve(walk, node, 'vae_name', TEXT));
    if (name !== undefined) return /^baked vae$/i.test(name) ? undefined : name;
    const route = routeThrough(walk, node);
    const input: string = route === undefined || route === 'undecided' ? 'vae' : route.input;
    node = linkOf(walk.graph, node, input)?.node;
  }
  return undefined;
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}

function only<T>(items: readonly T[]): T | undefined {
  const [first, second] = unique(items);
  return second === undefined ? first : undefined;
}
