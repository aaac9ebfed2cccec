import type { GraphNode } from './graph.ts';
import { pictureLinks, upstreamOf } from './upstream.ts';
import type { Walk } from './walk.ts';

/** Passes told of one picture. */
const MAX_PASSES = 64;

/** The samplers that made a picture. */
export interface Passes {
  /** Those that began: their prompt and seed are the picture's. More than one where several pictures were mixed. */
  readonly first: readonly GraphNode[];
  /** All in the order they ran; undefined where they are no single line. */
  readonly line: readonly GraphNode[] | undefined;
}

/**
 * Goes from the samplers next to an output back to those that began: a pass whose latent comes from another pass is a
 * later one (hires, refiner, detailer).
 */
export function passesOf(walk: Walk, last: readonly GraphNode[]): Passes {
  const before = new Map<GraphNode, readonly GraphNode[]>();
  const queue = [...last];
  for (const node of queue) {
    if (before.has(node)) continue;
    const { samplers } = upstreamOf(walk, pictureLinks(walk, node));
    before.set(node, samplers);
    queue.push(...samplers);
  }
  const first = [...before].filter(([, samplers]) => samplers.length === 0).map(([node]) => node);
  return { first, line: lineOf(before, last) };
}

function lineOf(
  before: ReadonlyMap<GraphNode, readonly GraphNode[]>,
  last: readonly GraphNode[],
): readonly GraphNode[] | undefined {
  const line = new Set<GraphNode>();
  let next = last;
  while (next.length > 0) {
    const [node, second] = next;
    if (node === undefined || second !== undefined || line.has(node) || line.size >= MAX_PASSES)
      return undefined;
    line.add(node);
    next = before.get(node) ?? [];
  }
  return [...line].reverse();
}
