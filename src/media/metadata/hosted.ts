import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { commonParts, foldKeys, lorasOf } from './common-fields.ts';
import type { Recipe } from './recipe.ts';
import type { Texts } from './texts.ts';
import { textOf } from './values.ts';
import { written } from './written.ts';

const CIVITAI_PLACES = ['UserComment', 'prompt', 'parameters', 'comment'];

/** TensorArt: `generation_data`, padded with NULs, beside a graph of its own loaders. */
export function readTensorArt(texts: Texts): Recipe | undefined {
  const object = texts.object('generation_data');
  if (object === undefined) return undefined;
  const fields = foldKeys(object);
  const parts = commonParts(fields);
  return written('tensorart', {
    ...parts,
    model: commonParts(new Map([['model', fields.get('basemodel') ?? null]])).model,
  });
}

/** Civitai's own generator: a graph with `extraMetadata` (an object, or JSON in a text), which says it plainly. */
export function readCivitai(texts: Texts): Recipe | undefined {
  for (const place of CIVITAI_PLACES) {
    const whole = texts.object(place);
    const extra = whole === undefined ? undefined : extraOf(whole, texts);
    if (extra === undefined) continue;
    const fields = foldKeys(extra);
    const parts = commonParts(fields);
    // `baseModel` names a family ("SDXL"), not a model; resources are numbers of the site, mostly without a name.
    return written('civitai', { ...parts, model: undefined, loras: lorasOf(fields.get('loras')) });
  }
  return undefined;
}

function extraOf(whole: JsonObject, texts: Texts): JsonObject | undefined {
  const extra = whole['extraMetadata'];
  if (extra === undefined) return undefined;
  return isJsonObject(extra) ? extra : texts.objectIn(textOf(extra) ?? '');
}
