import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { commonParts, type Fields, foldKeys, pick } from './common-fields.ts';
import type { LoraPart, Recipe } from './recipe.ts';
import type { Texts } from './texts.ts';
import { isList, nameOf, numberOf } from './values.ts';
import { written } from './written.ts';

/** Its two spellings of the one member that no other tool has. */
const MARKS = ['use_stable_diffusion_model', 'Stable Diffusion model'];

/**
 * Easy Diffusion: a PNG text for each setting, or one JSON in UserComment. It has a plain-text keyword `prompt`, which
 * is no graph.
 */
export function readEasyDiffusion(texts: Texts): Recipe | undefined {
  const own = MARKS.some((mark) => texts.text(mark) !== undefined);
  const object = own ? ownTexts(texts) : texts.object('UserComment');
  if (object === undefined || !MARKS.some((mark) => Object.hasOwn(object, mark))) return undefined;
  const fields = foldKeys(object);
  const denoise = numberOf(pick(fields, 'promptstrength'));
  const started = nameOf(pick(fields, 'initimage')) !== undefined;
  return written('easydiffusion', {
    ...commonParts(fields),
    loras: lorasOf(fields),
    denoise: started ? denoise : undefined,
  });
}

function ownTexts(texts: Texts): JsonObject {
  return Object.fromEntries(texts.all.map(({ keyword, text }) => [keyword, text]).reverse());
}

function lorasOf(fields: Fields): LoraPart[] | undefined {
  const names = pick(fields, 'uselorasmodel', 'useloramodel', 'loramodel');
  if (names === undefined) return undefined;
  const weights = many(pick(fields, 'loraalpha')).map(numberOf);
  return many(names).flatMap((value, index) => {
    const name = nameOf(value);
    const weight = weights[index];
    if (name === undefined) return [];
    return [weight === undefined ? { name } : { name, weight }];
  });
}

function many(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return isList(value) ? value.slice(0, 256) : [value];
}
