import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import type { LoraPart, NamedPart, RecipeParts } from './recipe.ts';
import {
  countOf,
  isList,
  known,
  type Loose,
  nameOf,
  numberOf,
  seedOf,
  sizeOf,
  sizeOfText,
  textOf,
} from './values.ts';

/** An object's members by folded name: `Guidance Scale`, `guidance_scale` and `guidanceScale` are one. */
export type Fields = ReadonlyMap<string, JsonValue>;

const MAX_FIELDS = 1000;
const MAX_KEY = 64;
const MAX_LORAS = 256;

/** Folds names to lower-case letters and digits; the first of two that fold to one name counts. */
export function foldKeys(object: JsonObject): Fields {
  const fields = new Map<string, JsonValue>();
  for (const [key, value] of Object.entries(object)) {
    if (fields.size === MAX_FIELDS) break;
    const folded = key.length > MAX_KEY ? '' : key.toLowerCase().replace(/[^a-z0-9]/g, '');
    if (folded !== '' && !fields.has(folded)) fields.set(folded, value);
  }
  return fields;
}

/** The first of these members that is there and not null. */
export function pick(fields: Fields, ...names: readonly string[]): JsonValue | undefined {
  return names.map((name) => fields.get(name)).find((value) => value !== undefined && value !== null);
}

/** What most tools that write JSON call the same thing by, however they spell it. */
export function commonParts(fields: Fields): Loose<RecipeParts> {
  const hash = nameOf(pick(fields, 'modelhash', 'basemodelhash'));
  return {
    toolVersion: nameOf(pick(fields, 'appversion', 'version')),
    prompt: textOf(pick(fields, 'prompt', 'positiveprompt')),
    negativePrompt: textOf(pick(fields, 'negativeprompt', 'negative', 'uc')),
    seed: seedOf(pick(fields, 'seed')),
    steps: countOf(pick(fields, 'steps', 'numinferencesteps')),
    cfg: numberOf(pick(fields, 'cfgscale', 'cfg', 'guidancescale')),
    sampler: nameOf(pick(fields, 'samplername', 'sampler')),
    scheduler: nameOf(pick(fields, 'schedulername', 'scheduler')),
    denoise: numberOf(pick(fields, 'denoise', 'denoisingstrength')),
    clipSkip: countOf(pick(fields, 'clipskip')),
    model: partOf(
      pick(
        fields,
        'model',
        'modelname',
        'basemodel',
        'basemodelname',
        'usestablediffusionmodel',
        'stablediffusionmodel',
      ),
      hash,
    ),
    vae: nameOf(pick(fields, 'vae', 'usevaemodel', 'vaemodel')),
    loras: lorasOf(pick(fields, 'loras')),
    requested:
      sizeOf(pick(fields, 'width'), pick(fields, 'height')) ?? sizeOfText(pick(fields, 'resolution', 'size')),
  };
}

/** A model named by its name, or by an object that holds it. */
export function partOf(value: JsonValue | undefined, hash?: string): NamedPart | undefined {
  const fields = value !== undefined && isJsonObject(value) ? foldKeys(value) : undefined;
  const name = nameOf(fields === undefined ? value : pick(fields, 'name', 'modelname', 'modelfilename'));
  if (name === undefined) return undefined;
  const own = fields === undefined ? undefined : nameOf(pick(fields, 'hash'));
  return { name, ...known<NamedPart>({ hash: own ?? hash }) };
}

/** `[{name, weight}]`, `[{model: {name}, weight}]`, `[[name, weight, hash]]`; undefined when it is no list. */
export function lorasOf(value: JsonValue | undefined): LoraPart[] | undefined {
  return isList(value) ? value.slice(0, MAX_LORAS).flatMap(loraOf) : undefined;
}

function loraOf(value: JsonValue): LoraPart[] {
  if (isList(value)) return lora(partOf(value[0], nameOf(value[2])), numberOf(value[1]));
  if (!isJsonObject(value)) return lora(partOf(value), undefined);
  const fields = foldKeys(value);
  const part = partOf(
    pick(fields, 'model', 'lora', 'name', 'modelname', 'file'),
    nameOf(pick(fields, 'hash')),
  );
  return lora(part, numberOf(pick(fields, 'weight', 'strength')));
}

function lora(part: NamedPart | undefined, weight: number | undefined): LoraPart[] {
  return part === undefined ? [] : [{ ...part, ...known<LoraPart>({ weight }) }];
}

/** Which way a picture was started, by the tool's own word for it. */
export function modeOfWord(value: JsonValue | undefined): RecipeParts['mode'] {
  const word = textOf(value)?.toLowerCase() ?? '';
  if (word.includes('inpaint') || word.includes('outpaint') || word.includes('infill')) return 'inpaint';
  if (word.includes('img2img')) return 'img2img';
  return word.includes('txt2img') ? 'txt2img' : undefined;
}
