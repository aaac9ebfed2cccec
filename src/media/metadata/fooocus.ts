import type { JsonObject } from '../../domain/json.ts';
import { readA1111 } from './a1111.ts';
import { commonParts, type Fields, foldKeys, pick } from './common-fields.ts';
import type { LoraPart, Recipe } from './recipe.ts';
import type { Texts } from './texts.ts';
import { nameOf, numberOf, textOf } from './values.ts';
import { written } from './written.ts';

/** Where its JSON or its text stands: PNG; JPEG and WebP. */
const PLACES = ['parameters', 'UserComment'];

/**
 * Fooocus and RuinedFooocus. The scheme is named beside it (`fooocus_scheme`; EXIF: MakerNote): `fooocus` is JSON,
 * `a1111` a text of that family.
 */
export function readFooocus(texts: Texts): Recipe | undefined {
  const scheme = texts.text('fooocus_scheme') ?? texts.text('MakerNote');
  const software = texts.text('Software');
  const named = scheme === 'fooocus' || scheme === 'a1111' || software?.startsWith('Fooocus') === true;
  for (const place of PLACES) {
    const object = texts.object(place);
    if (object !== undefined && (named || isFooocus(object))) return recipeOf(object, software);
    const text = named ? texts.text(place) : undefined;
    const recipe = text === undefined ? undefined : readA1111(text);
    if (recipe !== undefined) return { ...recipe, tool: 'fooocus' };
  }
  return undefined;
}

function isFooocus(object: JsonObject): boolean {
  const says = (name: string) => textOf(object[name]) ?? '';
  return says('software') === 'RuinedFooocus' || says('version').startsWith('Fooocus');
}

function recipeOf(object: JsonObject, software: string | undefined): Recipe {
  const fields = foldKeys(object);
  const ruined = fields.get('software') === 'RuinedFooocus';
  const parts = commonParts(fields);
  return written(ruined ? 'ruinedfooocus' : 'fooocus', {
    ...parts,
    toolVersion: parts.toolVersion ?? nameOf(software),
    loras: parts.loras ?? numberedLoras(fields),
  });
}

/** Before lists: `lora_combined_1: "name : 0.5"`. */
function numberedLoras(fields: Fields): LoraPart[] | undefined {
  const found: LoraPart[] = [];
  for (let index = 1; index <= 16; index += 1) {
    const text = textOf(pick(fields, `loracombined${index}`));
    const colon = text?.lastIndexOf(' : ') ?? -1;
    const name = nameOf(colon < 0 ? text : text?.slice(0, colon));
    const weight = colon < 0 ? undefined : numberOf(text?.slice(colon + 3));
    if (name !== undefined) found.push(weight === undefined ? { name } : { name, weight });
  }
  return found.length === 0 ? undefined : found;
}
