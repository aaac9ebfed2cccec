import type { Recipe } from '../recipe.ts';
import type { Draft } from './draft.ts';
import { readGraphRecipe } from './find-sampler.ts';
import { readGraph } from './graph.ts';
import type { OutputHints } from './outputs.ts';
import { apiGraphOf } from './ui-graph.ts';
import { createWalk, type Walk } from './walk.ts';

/**
 * The recipe in ComfyUI's API graph (`prompt`): found by walking from the saved picture back to the samplers. What
 * the graph does not hold is unknown; what it makes at run time is named in `dynamic`. Bounded in time whatever the
 * graph; never throws.
 * @param graph parsed JSON, from anybody; whole numbers above 2^53 as texts
 * @param hints how to tell which of several saving nodes wrote the file
 * @returns undefined when it is no API graph, or has more than 20,000 nodes
 */
export function readComfyRecipe(graph: unknown, hints: OutputHints): Recipe | undefined {
  const nodes = readGraph(graph);
  if (nodes === undefined) return undefined;
  const walk = createWalk(nodes);
  return recipeOf(walk, readGraphRecipe(walk, hints));
}

/**
 * The same of the editor's graph (`workflow`), which says less: texts and what is linked to what. Widgets are
 * positional there, and differ between versions, so that no number is read. Always of low confidence.
 * @returns undefined when it is no such graph, or no prompt can be told
 */
export function readComfyWorkflow(workflow: unknown): Recipe | undefined {
  const nodes = readGraph(apiGraphOf(workflow));
  if (nodes === undefined) return undefined;
  const walk = createWalk(nodes);
  walk.doubt('low');
  const { parts, dynamic } = readGraphRecipe(walk, {});
  const { prompt, negativePrompt } = parts;
  if (prompt === undefined && negativePrompt === undefined) return undefined;
  const said = {
    ...(prompt === undefined ? {} : { prompt }),
    ...(negativePrompt === undefined ? {} : { negativePrompt }),
  };
  return recipeOf(walk, { parts: said, dynamic });
}

function recipeOf(walk: Walk, { parts, dynamic }: Draft): Recipe {
  return { tool: 'comfyui', ...parts, origin: 'graph', dynamic: [...dynamic], ...walk.verdict() };
}
