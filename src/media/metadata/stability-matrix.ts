import { commonParts, foldKeys } from './common-fields.ts';
import type { Recipe, RecipeParts } from './recipe.ts';
import type { Texts } from './texts.ts';
import { written } from './written.ts';

/** What its own JSON has no member for. */
const FROM_GRAPH: readonly (keyof RecipeParts)[] = [
  'scheduler',
  'loras',
  'vae',
  'denoise',
  'guidance',
  'clipSkip',
  'mode',
  'initImage',
  'passes',
];

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
  const missing = FROM_GRAPH.filter((field) => own[field] === undefined && walked[field] !== undefined);
  const fields = Object.fromEntries(missing.map((field) => [field, walked[field]]));
  return { ...own, ...fields, fromOther: missing };
}
