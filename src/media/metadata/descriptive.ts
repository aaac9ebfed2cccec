import type { JsonObject } from '../../domain/json.ts';
import type { Descriptive } from '../../domain/record.ts';
import { cleanText } from '../../domain/text.ts';
import { createWarnings } from './budget.ts';
import { partName } from './part-name.ts';
import type { LoraPart, Recipe, RecipeParts } from './recipe.ts';
import { known, type Loose, seedOf } from './values.ts';
import { UNKNOWN_TOOL } from './written.ts';

/** A record's descriptive members as a picture itself gives them, in the bounds that the record has. */
export interface FoundMeta {
  readonly meta: Descriptive;
  /** Of every member of `meta`: written down as such, or found by walking a graph. */
  readonly from: { readonly [field: string]: 'embedded' | 'graph' };
  /** What was cut or left out, for people. */
  readonly warnings: readonly string[];
}

/** The bounds of `domain/descriptive.ts`, which refuses what is past them; here it is cut. */
const MAX_PROMPT_BYTES = 64 * 1024;
const MAX_TEXT_BYTES = 1024;
const MAX_STEPS = 1_000_000;
const MAX_LORAS = 64;
const MAX_LORAS_BYTES = 16 * 1024;
/** Of names within `loras`, so that a few long ones do not push out the rest. */
const MAX_LORA_NAME_BYTES = 255;

/** Which part of a recipe each member is made of. */
const SOURCES: { readonly [member in keyof Descriptive]?: keyof RecipeParts } = {
  seed: 'seed',
  prompt: 'prompt',
  negative_prompt: 'negativePrompt',
  model: 'model',
  loras: 'loras',
  sampler: 'sampler',
  scheduler: 'scheduler',
  steps: 'steps',
  cfg: 'cfg',
};

type Warn = (warning: string) => void;

/**
 * Puts a recipe into a record's members. What is unknown is absent; `parseDescriptive` accepts whatever comes out.
 * Models and LoRAs are named without folder and extension.
 */
export function descriptiveOf(recipe: Recipe): FoundMeta {
  const warnings = createWarnings();
  const { prompt, negativePrompt, steps, cfg } = recipe;
  const members: Loose<Descriptive> = {
    seed: seedOf(recipe.seed),
    prompt: cut('prompt', withCharacters(prompt, recipe.characters), MAX_PROMPT_BYTES, warnings.add),
    negative_prompt: cut('negative_prompt', negativePrompt, MAX_PROMPT_BYTES, warnings.add),
    model: short('model', recipe.model === undefined ? undefined : partName(recipe.model.name), warnings.add),
    loras: recipe.loras === undefined ? undefined : lorasOf(recipe.loras, warnings.add),
    sampler: short('sampler', recipe.sampler, warnings.add),
    scheduler: short('scheduler', recipe.scheduler, warnings.add),
    steps:
      steps !== undefined && Number.isInteger(steps) && steps >= 0 && steps <= MAX_STEPS ? steps : undefined,
    cfg: cfg !== undefined && Number.isFinite(cfg) ? cfg : undefined,
    generator: recipe.tool === UNKNOWN_TOOL ? undefined : short('generator', recipe.tool, warnings.add),
  };
  const meta: Descriptive = known<Descriptive>(members);
  for (const field of ['seed', 'steps', 'cfg'] as const) {
    if (recipe[field] !== undefined && meta[field] === undefined)
      warnings.add(`${field}: out of range, left out.`);
  }
  return { meta, from: originsOf(recipe, meta), warnings: warnings.list };
}

/** A record has one prompt; what it says of each character belongs to what one searches. */
function withCharacters(prompt: string | undefined, characters: readonly string[] = []): string | undefined {
  if (characters.length === 0) return prompt;
  return [...(prompt === undefined ? [] : [prompt]), ...characters].join('\n');
}

/** Members that say how a picture was made. */
export const RECIPE_MEMBERS = [
  'seed',
  'prompt',
  'negative_prompt',
  'model',
  'loras',
  'sampler',
  'scheduler',
  'steps',
  'cfg',
  'generator',
] as const satisfies readonly (keyof Descriptive)[];

function originsOf(recipe: Recipe, meta: Descriptive): FoundMeta['from'] {
  return Object.fromEntries(
    RECIPE_MEMBERS.filter((field) => meta[field] !== undefined).map((field) => {
      const part = SOURCES[field];
      const other = part !== undefined && recipe.fromOther?.includes(part) === true;
      return [field, other ? otherThan(recipe.origin) : recipe.origin];
    }),
  );
}

function otherThan(origin: Recipe['origin']): Recipe['origin'] {
  return origin === 'graph' ? 'embedded' : 'graph';
}

function short(field: string, text: string | undefined, warn: Warn): string | undefined {
  return cut(field, text === '' ? undefined : text, MAX_TEXT_BYTES, warn);
}

/** Clean, and cut between two characters where it is too long. */
function cut(field: string, text: string | undefined, maxBytes: number, warn: Warn): string | undefined {
  if (text === undefined) return undefined;
  // A UTF-16 unit is at least one byte: the rest is not looked at.
  const clean = cleanText(text.slice(0, maxBytes + 1));
  if (text.length <= maxBytes && Buffer.byteLength(clean) <= maxBytes) return clean;
  warn(`${field}: longer than ${maxBytes} bytes, cut.`);
  const room = new Uint8Array(maxBytes);
  // Stops before the character that does not fit.
  const { read } = new TextEncoder().encodeInto(clean, room);
  return clean.slice(0, read);
}

function lorasOf(loras: readonly LoraPart[], warn: Warn): JsonObject[] {
  const kept: JsonObject[] = [];
  let bytes = 2;
  for (const lora of loras) {
    const entry = loraEntry(lora, warn);
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (kept.length === MAX_LORAS || bytes > MAX_LORAS_BYTES) {
      warn('loras: too many, the last ones were left out.');
      break;
    }
    kept.push(entry);
  }
  return kept;
}

/** `file` is the name as the tool wrote it, only where it says more than `name`. */
function loraEntry({ name, weight, clipWeight, hash }: LoraPart, warn: Warn): JsonObject {
  const file = cut('loras', name, MAX_LORA_NAME_BYTES, warn) ?? '';
  const shown = partName(file);
  return {
    name: shown,
    ...known<JsonObject>({
      weight: finite(weight),
      clip_weight: finite(clipWeight),
      hash: cut('loras', hash, MAX_LORA_NAME_BYTES, warn),
      file: file === shown ? undefined : file,
    }),
  };
}

function finite(number: number | undefined): number | undefined {
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}
