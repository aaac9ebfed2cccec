import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { withoutDefaults } from './a1111-fields.ts';
import { readComfyRecipe, readComfyWorkflow } from './comfyui/read-comfy.ts';
import type { Embedded } from './embedded.ts';
import type { Recipe, RecipeParts } from './recipe.ts';
import type { Texts } from './texts.ts';

/** Fields that a text beside a graph may give. */
const DISPLAYED: readonly (keyof RecipeParts)[] = [
  'prompt',
  'negativePrompt',
  'seed',
  'steps',
  'cfg',
  'guidance',
  'sampler',
  'scheduler',
  'denoise',
  'clipSkip',
  'model',
  'vae',
  'loras',
  'requested',
];

/** What is asked of a ComfyUI picture beside its graphs. */
export interface ComfyOptions {
  /** The picture's own file name: tells which of several outputs it is. */
  readonly filename?: string;
}

/**
 * The recipe of a ComfyUI picture: from the graph that ran; without one, at low confidence, from the editor's graph.
 * @returns undefined when there is neither
 */
export function readComfyUi(
  texts: Texts,
  graphs: Embedded['graphs'],
  options: ComfyOptions,
): Recipe | undefined {
  const prompt = graphs.prompt === undefined ? undefined : texts.objectIn(graphs.prompt);
  const ran = prompt === undefined ? undefined : nodesIn(prompt, texts);
  const recipe = ran === undefined ? undefined : readComfyRecipe(ran, options);
  if (recipe !== undefined) return recipe;
  const workflow = graphs.workflow === undefined ? undefined : texts.objectIn(graphs.workflow);
  if (workflow !== undefined && Array.isArray(workflow['nodes'])) {
    return readComfyWorkflow(workflow) ?? unread();
  }
  return ran === undefined ? undefined : unread();
}

/** A ComfyUI picture whose graph tells nothing. */
function unread(): Recipe {
  return { tool: 'comfyui', origin: 'graph', confidence: 'low', dynamic: [], warnings: [] };
}

/** The graph itself; some savers put both graphs into one object, by their names. */
function nodesIn(object: JsonObject, texts: Texts): JsonObject | undefined {
  if (hasNodes(object)) return object;
  const inside = object['prompt'];
  const graph = typeof inside === 'string' ? texts.objectIn(inside) : inside;
  return graph !== undefined && isJsonObject(graph) && hasNodes(graph) ? graph : undefined;
}

function hasNodes(graph: JsonObject): boolean {
  return Object.values(graph).some((node) => isJsonObject(node) && typeof node['class_type'] === 'string');
}

/**
 * Many savers write both: the graph is what can be run again; the text gives what the walk did not find, and everything
 * it says when the walk was not sure.
 */
export function withText(graph: Recipe, text: Recipe | undefined): Recipe {
  if (text === undefined) return graph;
  const said = withoutDefaults(text);
  const fromText = DISPLAYED.filter(
    (field) => said[field] !== undefined && (graph[field] === undefined || graph.confidence === 'low'),
  );
  if (fromText.length === 0) return graph;
  const fields = Object.fromEntries(fromText.map((field) => [field, said[field]]));
  return {
    ...graph,
    ...fields,
    also: ['a1111-text'],
    fromOther: fromText,
    dynamic: graph.dynamic.filter((field) => !fromText.some((one) => one === field)),
  };
}
