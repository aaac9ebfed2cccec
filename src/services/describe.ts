import type { JsonObject } from '../domain/json.ts';
import type { Descriptive, Provenance } from '../domain/record.ts';
import type { FoundRecipe } from '../media/decoder.ts';
import { descriptiveOf, RECIPE_MEMBERS } from '../media/metadata/descriptive.ts';
import { loraTags } from '../media/metadata/lora-tags.ts';

type Members = { -readonly [field in keyof Descriptive]: Descriptive[field] };

/**
 * What is kept of a new picture: each field as its job said it, else as the picture itself says it. A `null` is
 * something said: the job knows that there is none. `from` names the source of what the job did not say.
 *
 * LoRA tags in the prompt (`<lora:name:0.8>`) stand for `loras` when neither named any; they come from where the prompt
 * came from.
 * @param said by whoever stores the picture
 * @param found in the picture
 */
export function describe(said: Descriptive, found: FoundRecipe | undefined): Descriptive {
  const given = present(said);
  const meta: Members = { ...found?.meta, ...given };
  const from: { [field: string]: Provenance } = { ...said.from };
  for (const [field, source] of Object.entries(found?.from ?? {})) {
    if (!Object.hasOwn(given, field)) from[field] = source;
  }
  const tagged = meta.loras === undefined ? taggedLoras(meta.prompt) : undefined;
  if (tagged !== undefined) {
    meta.loras = tagged;
    const source = from['prompt'];
    if (source !== undefined) from['loras'] = source;
  }
  if (Object.keys(from).length > 0) meta.from = from;
  return meta;
}

function present(said: Descriptive): Descriptive {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function taggedLoras(prompt: string | null | undefined): readonly JsonObject[] | undefined {
  if (typeof prompt !== 'string' || !prompt.includes('<')) return undefined;
  const loras = loraTags(prompt);
  if (loras.length === 0) return undefined;
  // In the bounds and the form that every record's LoRAs have.
  const text = { tool: '', origin: 'embedded', confidence: 'high', dynamic: [], warnings: [] } as const;
  return descriptiveOf({ ...text, loras }).meta.loras;
}

/** The recipe of a picture, for a copy of it: the same bytes were made the same way. */
export function recipeOf(record: Descriptive): Descriptive {
  const known = RECIPE_MEMBERS.filter((field) => record[field] !== undefined && record[field] !== null);
  const from = Object.entries(record.from ?? {}).filter(([field]) => known.some((one) => one === field));
  return {
    ...Object.fromEntries(known.map((field) => [field, record[field]])),
    ...(from.length === 0 ? {} : { from: Object.fromEntries(from) }),
  };
}
