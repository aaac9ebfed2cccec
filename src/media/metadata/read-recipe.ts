import type { ByteSource } from '../byte-source.ts';
import { detectRecipe } from './detect.ts';
import { type Embedded, readEmbedded } from './embedded.ts';
import type { ComfyOptions } from './graph-and-text.ts';
import type { Recipe } from './recipe.ts';

export interface RecipeFound {
  /** Undefined: nothing in the file says how it was made. */
  readonly recipe: Recipe | undefined;
  readonly embedded: Embedded;
}

/**
 * What a picture says about how it was made. Reads by seeking, never a pixel; memory and time are bounded whatever the
 * bytes are (`docs/recipes.md`, "Limits").
 * @param options.filename the picture's own file name, when it is known
 * @throws only what the source's reads throw: no bytes are an error
 */
export async function readRecipe(source: ByteSource, options: ComfyOptions = {}): Promise<RecipeFound> {
  const embedded = await readEmbedded(source);
  try {
    return { recipe: detectRecipe(embedded, options), embedded };
  } catch {
    // No text is known that leads here. A picture must not be lost for a text, should there be one.
    const warnings = [...embedded.warnings, 'The recipe could not be read.'];
    return { recipe: undefined, embedded: { ...embedded, warnings } };
  }
}
