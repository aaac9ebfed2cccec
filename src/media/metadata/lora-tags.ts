import type { LoraPart } from './recipe.ts';
import { numberOf } from './values.ts';

const KINDS = ['lora:', 'lyco:', 'hypernet:'];
const MAX_TAG = 512;
const MAX_TAGS = 256;

/**
 * The networks that a prompt names in its text: `<lora:name:0.8>`, `<lora:name:te=0.5:unet=0.8>`,
 * `<lora:name:0.5:0.8>` (text encoder, then model), also `<lyco:…>` and `<hypernet:…>`. A weight that is not written is
 * 1. The first of two tags of one name counts. Linear in the prompt's length.
 */
export function loraTags(prompt: string): LoraPart[] {
  const found = new Map<string, LoraPart>();
  for (let open = prompt.indexOf('<'); open >= 0; open = prompt.indexOf('<', open + 1)) {
    const inside = prompt.slice(open + 1, open + 1 + MAX_TAG);
    const kind = KINDS.find((one) => inside.startsWith(one));
    const close = kind === undefined ? -1 : inside.indexOf('>');
    if (kind === undefined || close < 0) continue;
    const lora = tagOf(inside.slice(kind.length, close));
    if (lora !== undefined && !found.has(lora.name)) found.set(lora.name, lora);
    if (found.size === MAX_TAGS) break;
  }
  return [...found.values()];
}

function tagOf(inside: string): LoraPart | undefined {
  const [name = '', ...values] = inside.split(':').map((part) => part.trim());
  if (name === '' || inside.includes('<')) return undefined;
  const named = (key: string) => numberOf(values.find((value) => value.startsWith(key))?.slice(key.length));
  const [first, second] = values.filter((value) => !value.includes('=')).map(numberOf);
  const clip = named('te=') ?? first;
  const weight = named('unet=') ?? second ?? clip ?? 1;
  return clip === undefined || clip === weight ? { name, weight } : { name, weight, clipWeight: clip };
}
