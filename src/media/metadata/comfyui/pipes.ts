import { type GraphNode, type Link, linkOf } from './graph.ts';
import type { Walk } from './walk.ts';

/** Bundles of model, conditioning and settings that packs hand on through one link. */
const PIPES = [
  'pipe',
  'basic_pipe',
  'detailer_pipe',
  'sdxl_pipe',
  'sdxl_tuple',
  'base_ctx',
  'ctx',
  'context',
];

/** An input of some node. */
export interface InputPlace {
  readonly node: GraphNode;
  readonly name: string;
}

export function pipeOf(walk: Walk, node: GraphNode): Link | undefined {
  for (const name of PIPES) {
    const link = linkOf(walk.graph, node, name);
    if (link !== undefined) return link;
  }
  return undefined;
}

/** Where a node's input of one of these names is: on itself, or on the first node up its bundle that has one. */
export function placeOf(walk: Walk, node: GraphNode, names: readonly string[]): InputPlace | undefined {
  const name = names.find((one) => node.inputs.has(one));
  if (name !== undefined) return { node, name };
  const pipe = pipeOf(walk, node);
  if (pipe === undefined) return undefined;
  walk.doubt('medium');
  return walk.descend<InputPlace | undefined>(pipe, undefined, () => placeOf(walk, pipe.node, names));
}
