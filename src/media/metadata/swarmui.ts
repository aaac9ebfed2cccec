import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { commonParts, foldKeys } from './common-fields.ts';
import type { LoraPart, NamedPart, Recipe } from './recipe.ts';
import type { Texts } from './texts.ts';
import { isList, known, listOf, nameOf, numberOf } from './values.ts';
import { written } from './written.ts';

/** Where its JSON stands: PNG text, EXIF of JPEG and WebP, EXIF of its first versions. */
const PLACES = ['parameters', 'UserComment', 'Model'];
const MAX_LORAS = 256;

/** SwarmUI: one JSON with `sui_image_params`. Numbers may be texts in it, and lists texts with commas. */
export function readSwarmUi(texts: Texts): Recipe | undefined {
  for (const place of PLACES) {
    const whole = texts.object(place);
    const params = whole?.['sui_image_params'];
    if (whole !== undefined && params !== undefined && isJsonObject(params)) return recipeOf(whole, params);
  }
  return undefined;
}

function recipeOf(whole: JsonObject, params: JsonObject): Recipe {
  const fields = foldKeys(params);
  const hashes = hashesOf(whole['sui_models']);
  const common = commonParts(fields);
  const denoise = numberOf(fields.get('initimagecreativity'));
  return written('swarmui', {
    ...common,
    toolVersion: nameOf(fields.get('swarmversion')),
    model: common.model === undefined ? undefined : withHash(common.model, hashes),
    loras: lorasOf(fields.get('loras'), fields.get('loraweights'), hashes),
    denoise,
    mode: denoise === undefined ? undefined : 'img2img',
  });
}

function lorasOf(
  names: JsonValue | undefined,
  weights: JsonValue | undefined,
  hashes: ReadonlyMap<string, string>,
): LoraPart[] | undefined {
  if (names === undefined) return undefined;
  const numbers = listOf(weights).map(numberOf);
  return listOf(names)
    .slice(0, MAX_LORAS)
    .flatMap((value, index) => {
      const name = nameOf(value);
      if (name === undefined) return [];
      return [{ ...withHash({ name }, hashes), ...known<LoraPart>({ weight: numbers[index] }) }];
    });
}

/** `sui_models`: `[{name, param, hash}]`, the hash `0x` and SHA-256 in hex, or null. */
function hashesOf(models: JsonValue | undefined): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const model of isList(models) ? models.slice(0, MAX_LORAS) : []) {
    if (!isJsonObject(model)) continue;
    const [name, hash] = [nameOf(model['name']), nameOf(model['hash'])];
    if (name !== undefined && hash !== undefined) hashes.set(bare(name), hash.replace(/^0x/, ''));
  }
  return hashes;
}

/** The parameters name a model without its extension, the list of models with it. */
function bare(name: string): string {
  return name.replace(/\.safetensors$/, '');
}

function withHash(part: NamedPart, hashes: ReadonlyMap<string, string>): NamedPart {
  const hash = hashes.get(bare(part.name));
  return hash === undefined ? part : { ...part, hash };
}
