import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { commonParts, foldKeys, lorasOf, modeOfWord, partOf, pick } from './common-fields.ts';
import type { Recipe, RecipeParts } from './recipe.ts';
import type { Texts } from './texts.ts';
import { countOf, isList, type Loose, nameOf, numberOf, seedOf, sizeOf, textOf } from './values.ts';
import { written } from './written.ts';

/** InvokeAI: `invokeai_metadata` (version 3 and on), and its two earlier forms, `sd-metadata` and `Dream`. */
export function readInvokeAi(texts: Texts): Recipe | undefined {
  const metadata = texts.object('invokeai_metadata');
  if (metadata !== undefined) return written('invokeai', metadataParts(metadata));
  const earlier = texts.object('sd-metadata');
  if (earlier !== undefined) return written('invokeai', earlierParts(earlier));
  const dream = texts.text('Dream');
  if (dream !== undefined) return written('invokeai', dreamParts(dream), { confidence: 'medium' });
  const graphs = texts.text('invokeai_graph') ?? texts.text('invokeai_workflow');
  return graphs === undefined ? undefined : written('invokeai', {}, { confidence: 'low' });
}

function metadataParts(metadata: JsonObject): Loose<RecipeParts> {
  const fields = foldKeys(metadata);
  // Counted from 0 here, from 1 everywhere else.
  const clipSkip = countOf(fields.get('clipskip'));
  const mode = modeOfWord(fields.get('generationmode'));
  return {
    ...commonParts(fields),
    guidance: numberOf(fields.get('guidance')),
    // One word for sampler and scheduler.
    sampler: nameOf(fields.get('scheduler')),
    scheduler: undefined,
    clipSkip: clipSkip === undefined ? undefined : clipSkip + 1,
    vae: partOf(fields.get('vae'))?.name,
    loras: lorasOf(fields.get('loras')),
    denoise: numberOf(fields.get('strength')),
    initImage: nameOf(fields.get('initimage')),
    mode,
  };
}

function earlierParts(metadata: JsonObject): Loose<RecipeParts> {
  const image = metadata['image'];
  const fields = foldKeys(image !== undefined && isJsonObject(image) ? image : {});
  const outer = foldKeys(metadata);
  return {
    ...commonParts(fields),
    ...bracketed(weighted(fields.get('prompt'))),
    toolVersion: nameOf(outer.get('appversion')),
    model: partOf(pick(outer, 'modelweights', 'model'), nameOf(outer.get('modelhash'))),
  };
}

/** The prompt was a text, or a list of texts with weights. */
function weighted(value: JsonValue | undefined): string | undefined {
  if (!isList(value)) return textOf(value);
  const texts = value.flatMap((item) => (isJsonObject(item) ? (textOf(item['prompt']) ?? []) : []));
  return texts.length === 0 ? undefined : texts.join('\n');
}

/** UTF-16 units of a prompt that are looked at: more than a record keeps. */
const MAX_PROMPT = 1024 * 1024;

/** What stands in `[brackets]` is the negative prompt; none there means that there was none. */
function bracketed(given: string | undefined): Loose<RecipeParts> {
  if (given === undefined) return {};
  const prompt = given.slice(0, MAX_PROMPT);
  const kept: string[] = [];
  const negative: string[] = [];
  let at = 0;
  for (let open = prompt.indexOf('['); open >= 0; open = prompt.indexOf('[', at)) {
    const close = prompt.indexOf(']', open);
    if (close < 0) break;
    kept.push(prompt.slice(at, open));
    negative.push(prompt.slice(open + 1, close));
    at = close + 1;
  }
  kept.push(prompt.slice(at));
  return { prompt: kept.join('').trim(), negativePrompt: negative.join(', ').trim() };
}

/** A command line: `"prompt [negative]" -s 30 -S seed -W 512 -H 512 -C 7.5 -A sampler`. */
function dreamParts(line: string): Loose<RecipeParts> {
  const quoted = line.startsWith('"');
  const end = quoted ? line.lastIndexOf('"') : line.search(/ -[a-zA-Z]/);
  const cut = end <= 0 ? line.length : end;
  const options = new Map<string, string>();
  const words = line
    .slice(cut + 1)
    .trim()
    .slice(0, 4096)
    .split(/\s+/);
  for (const [index, word] of words.entries()) {
    const value = words[index + 1];
    // `-s 30`, and `-s30`.
    if (/^-[a-zA-Z]$/.test(word) && value !== undefined) options.set(word, value);
    else if (/^-[a-zA-Z]./.test(word)) options.set(word.slice(0, 2), word.slice(2));
  }
  return {
    ...bracketed(line.slice(quoted ? 1 : 0, cut)),
    steps: countOf(options.get('-s')),
    seed: seedOf(options.get('-S')),
    requested: sizeOf(options.get('-W'), options.get('-H')),
    cfg: numberOf(options.get('-C')),
    sampler: nameOf(options.get('-A')),
  };
}
