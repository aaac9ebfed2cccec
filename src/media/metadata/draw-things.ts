import { commonParts, foldKeys, lorasOf, pick } from './common-fields.ts';
import type { Recipe } from './recipe.ts';
import type { Texts } from './texts.ts';
import { numberOf, textOf } from './values.ts';
import { written } from './written.ts';

/** Draw Things: JSON in the UserComment of its XMP, with one-letter names for the two prompts. */
export function readDrawThings(texts: Texts): Recipe | undefined {
  if (texts.text('CreatorTool')?.startsWith('Draw Things') !== true) return undefined;
  const object = texts.object('UserComment');
  if (object === undefined) return undefined;
  const fields = foldKeys(object);
  return written('drawthings', {
    ...commonParts(fields),
    prompt: textOf(fields.get('c')),
    negativePrompt: textOf(fields.get('uc')),
    cfg: numberOf(fields.get('scale')),
    // 1 for a picture made from its text alone.
    denoise: numberOf(fields.get('strength')),
    loras: lorasOf(pick(fields, 'lora', 'loras')),
  });
}
