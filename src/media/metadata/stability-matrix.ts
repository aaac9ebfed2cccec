import { commonParts, foldKeys } from './common-fields.ts';
import type { Recipe } from './recipe.ts';
import type { Texts } from './texts.ts';
import { known } from './values.ts';
import { written } from './written.ts';

/**
 * Stability Matrix: `parameters-json` says prompts and model; what it leaves out comes from the graph beside it.
 * @param graph the recipe of that graph, if there is one
 */
export function readStabilityMatrix(texts: Texts, graph: () => Recipe | undefined): Recipe | undefined {
  const object = texts.object('parameters-json');
  if (object === undefined) {
    const walked = texts.text('smproj') === undefined ? undefined : graph();
    return walked === undefined ? undefined : { ...walked, tool: 'stability-matrix' };
  }
  const own = written('stability-matrix', commonParts(foldKeys(object)));
  const walked = graph();
  if (walked === undefined) return own;
  const { loras, vae, scheduler, denoise, guidance, clipSkip, passes, mode, initImage } = walked;
  const more = { loras, vae, scheduler, denoise, guidance, clipSkip, passes, mode, initImage };
  return { ...own, ...known<Recipe>(more), ...known<Recipe>(own) };
}
