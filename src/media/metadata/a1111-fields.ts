import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { createJsonReader } from './json.ts';
import { loraTags } from './lora-tags.ts';
import type { LoraPart, Recipe, RecipeParts } from './recipe.ts';
import { countOf, isList, known, type Loose, nameOf, numberOf, seedOf, sizeOfText } from './values.ts';

type Settings = ReadonlyMap<string, string>;

/** Schedulers that stood at the end of the sampler's name before they had a setting of their own. */
const SCHEDULERS = [
  'Karras',
  'Exponential',
  'Polyexponential',
  'SGM Uniform',
  'Uniform',
  'Simple',
  'Normal',
  'DDIM',
  'Beta',
  'Turbo',
  'Align Your Steps',
  'KL Optimal',
];
/** Types of Civitai's resources that act as LoRAs. */
const LORA_TYPES = ['lora', 'lycoris', 'locon', 'dora'];

/** What the settings of an A1111-family text say, beside its two prompts. */
export function a1111Parts(prompt: string, negativePrompt: string, settings: Settings): Loose<RecipeParts> {
  const get = (key: string) => nameOf(settings.get(key));
  const resources = resourcesOf(settings);
  const checkpoint = resources.find((one) => nameOf(one['type'])?.toLowerCase() === 'checkpoint');
  const model = get('model') ?? nameOf(checkpoint?.['modelName']);
  const hash = get('model hash');
  return {
    toolVersion: get('version'),
    prompt,
    negativePrompt,
    seed: seedOf(settings.get('seed')),
    steps: countOf(settings.get('steps')),
    cfg: numberOf(settings.get('cfg scale')),
    guidance: numberOf(settings.get('distilled cfg scale')),
    ...samplerOf(get('sampler'), get('schedule type')),
    denoise: numberOf(settings.get('denoising strength')),
    // Not written when it is 1.
    clipSkip: settings.has('clip skip') ? countOf(settings.get('clip skip')) : 1,
    model: model === undefined ? undefined : { name: model, ...(hash === undefined ? {} : { hash }) },
    vae: get('vae'),
    loras: lorasOf(prompt, settings, resources),
    requested: sizeOfText(settings.get('size')),
    mode: modeOf(settings),
  };
}

/** Which of the family wrote it, as far as its settings tell. */
export function a1111Tool(settings: Settings): string {
  const version = settings.get('version') ?? '';
  if (version === 'ComfyUI') return 'comfyui';
  if (settings.get('app') === 'SD.Next') return 'sdnext';
  if (version.startsWith('Fooocus')) return 'fooocus';
  if (version === 'neo' || (version.startsWith('f') && version.includes('v1.'))) return 'forge';
  if (version === '' && settings.has('civitai resources')) return 'civitai';
  return /^v?1\.[0-9]/.test(version) ? 'a1111' : 'a1111-compatible';
}

function samplerOf(sampler: string | undefined, schedule: string | undefined): Loose<RecipeParts> {
  if (sampler === undefined || schedule !== undefined) return { sampler, scheduler: schedule };
  // The longest that fits: `SGM Uniform` before `Uniform`.
  const fitting = SCHEDULERS.filter((name) => sampler.endsWith(` ${name}`));
  const [scheduler] = fitting.sort((a, b) => b.length - a.length);
  if (scheduler === undefined) return { sampler };
  return { sampler: sampler.slice(0, -scheduler.length).trimEnd(), scheduler };
}

function modeOf(settings: Settings): RecipeParts['mode'] {
  if (settings.has('mask blur')) return 'inpaint';
  return settings.has('init image hash') ? 'img2img' : undefined;
}

function lorasOf(prompt: string, settings: Settings, resources: readonly JsonObject[]): LoraPart[] {
  const hashes = loraHashes(settings);
  const tags = loraTags(prompt);
  const named = new Set(tags.map((tag) => tag.name));
  const unnamed = [...hashes.keys()].filter((name) => !named.has(name)).map((name) => ({ name }));
  const found: LoraPart[] = [...tags, ...unnamed].map((lora) => {
    const hash = hashes.get(lora.name);
    return hash === undefined ? lora : { ...lora, hash };
  });
  return found.length > 0 ? found : resources.flatMap(loraOfResource);
}

/** `Lora hashes: "a: 1f.., b: 2e.."`, and the `lora:` members of `Hashes: {json}`. */
function loraHashes(settings: Settings): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const item of (settings.get('lora hashes') ?? '').split(',')) {
    const colon = item.lastIndexOf(':');
    const [name, hash] = [item.slice(0, colon).trim(), item.slice(colon + 1).trim()];
    if (colon > 0 && name !== '' && hash !== '') hashes.set(name, hash);
  }
  const all = createJsonReader().object(settings.get('hashes') ?? '') ?? {};
  for (const [key, hash] of Object.entries(all)) {
    const name = key.startsWith('lora:') ? key.slice('lora:'.length) : '';
    if (name !== '' && typeof hash === 'string' && !hashes.has(name)) hashes.set(name, hash);
  }
  return hashes;
}

function resourcesOf(settings: Settings): JsonObject[] {
  const list = createJsonReader().parse(settings.get('civitai resources') ?? '');
  return isList(list) ? list.filter(isJsonObject) : [];
}

function loraOfResource(resource: JsonObject): LoraPart[] {
  const type = nameOf(resource['type'])?.toLowerCase() ?? '';
  const name = nameOf(resource['modelName']);
  if (name === undefined || !LORA_TYPES.includes(type)) return [];
  const weight = numberOf(resource['weight']);
  return [{ name, ...known<LoraPart>({ weight }) }];
}

/**
 * A text beside a graph without what it says only by leaving it out: it fills in what the graph does not tell, and no
 * LoRAs, no negative prompt or no clip skip is often what the writer of the text did not know either.
 */
export function withoutDefaults(recipe: Recipe): Recipe {
  const { clipSkip, loras, negativePrompt, ...rest } = recipe;
  return {
    ...rest,
    ...(clipSkip === undefined || clipSkip === 1 ? {} : { clipSkip }),
    ...(loras === undefined || loras.length === 0 ? {} : { loras }),
    ...(negativePrompt === undefined || negativePrompt === '' ? {} : { negativePrompt }),
  };
}
