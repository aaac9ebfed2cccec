import type { Recipe } from '../recipe.ts';
import type { Graph, Link } from './graph.ts';

type Confidence = Recipe['confidence'];

/** Looks at inputs in one graph altogether: far more than any real graph needs, and a few ms. */
const STEPS = 40_000;
/** Links followed into one another. */
const MAX_DEPTH = 200;
const MAX_WARNINGS = 16;

/** One bounded look at one graph, and what it has to say about its own certainty. */
export interface Walk {
  readonly graph: Graph;
  /** False when the budget is used up: then nothing more is to be believed complete. */
  spend(count: number): boolean;
  /**
   * Follows a link. `otherwise` where that would go round in a circle, too deep, or past the budget: a graph like
   * that cannot have run.
   */
  descend<T>(link: Link, otherwise: T, look: () => T): T;
  /** Something was not certain: the recipe is at most so sure. */
  doubt(atMost: Confidence, warning?: string): void;
  verdict(): { readonly confidence: Confidence; readonly warnings: readonly string[] };
}

const RANK: { readonly [name in Confidence]: number } = { low: 0, medium: 1, high: 2 };

export function createWalk(graph: Graph, steps = STEPS): Walk {
  const open = new Set<string>();
  const warnings = new Set<string>();
  let confidence: Confidence = 'high';
  let left = steps;

  function doubt(atMost: Confidence, warning?: string): void {
    if (RANK[atMost] < RANK[confidence]) confidence = atMost;
    if (warning !== undefined && warnings.size < MAX_WARNINGS) warnings.add(warning);
  }

  function spend(count: number): boolean {
    left -= count;
    if (left >= 0) return true;
    doubt('low', 'the graph is too tangled to be read to its end');
    return false;
  }

  return {
    graph,
    spend,
    doubt,
    descend(link, otherwise, look) {
      const key = `${link.slot}/${link.node.id}`;
      if (open.has(key) || open.size >= MAX_DEPTH) {
        doubt('low', 'the graph goes round in a circle, or too deep');
        return otherwise;
      }
      if (!spend(1 + link.node.inputs.size)) return otherwise;
      open.add(key);
      try {
        return look();
      } finally {
        open.delete(key);
      }
    },
    verdict: () => ({ confidence, warnings: [...warnings] }),
  };
}
