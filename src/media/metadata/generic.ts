import type { JsonObject } from '../../domain/json.ts';
import { readA1111 } from './a1111.ts';
import { commonParts, foldKeys } from './common-fields.ts';
import type { Recipe } from './recipe.ts';
import type { Texts } from './texts.ts';
import { UNKNOWN_TOOL, written } from './written.ts';

/** Where savers and services put what they know, most trusted first. */
const PLACES = [
  'parameters',
  'UserComment',
  'comment',
  'Comment',
  'ImageDescription',
  'Description',
  'XPComment',
];

/** Two of these must be there before a JSON of an unknown tool is taken for a recipe. */
const MARKS = ['prompt', 'negativePrompt', 'seed', 'steps', 'sampler', 'cfg'] as const;

/** JSON of a tool that nothing else names: hosted demos, and whoever imitates the names of others. */
export function readGenericJson(texts: Texts): Recipe | undefined {
  for (const place of PLACES) {
    const object = texts.object(place);
    const recipe = object === undefined ? undefined : recipeOf(object);
    if (recipe !== undefined) return recipe;
  }
  return undefined;
}

function recipeOf(object: JsonObject): Recipe | undefined {
  const fields = foldKeys(object);
  const parts = commonParts(fields);
  if (MARKS.filter((mark) => parts[mark] !== undefined).length < 2) return undefined;
  // The demo spaces of one author, widely copied.
  const demo = fields.has('model') && fields.has('modelhash') && fields.has('useupscaler');
  return written(demo ? 'hosted-demo' : UNKNOWN_TOOL, parts, { confidence: demo ? 'high' : 'medium' });
}

/** A text of the A1111 family, wherever it stands; a prompt alone only where nothing else is ever written. */
export function readAnyA1111(texts: Texts): Recipe | undefined {
  for (const place of PLACES) {
    const text = texts.text(place);
    // A prompt may begin with a brace as well: only what is JSON is not looked at.
    if (text === undefined || texts.object(place) !== undefined) continue;
    const recipe = readA1111(text, place === 'parameters');
    if (recipe !== undefined) return recipe;
  }
  return undefined;
}
