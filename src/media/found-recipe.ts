import type { ByteSource } from './byte-source.ts';
import type { FoundRecipe } from './decoder.ts';
import { descriptiveOf } from './metadata/descriptive.ts';
import { readRecipe } from './metadata/read-recipe.ts';

/**
 * What a picture says about how it was made, as members of a record. A recipe is never a reason to refuse a picture:
 * whatever goes wrong, nothing was found.
 * @param filename the picture's own, where it is known
 */
export async function findRecipe(
  source: ByteSource,
  filename: string | undefined,
): Promise<FoundRecipe | undefined> {
  try {
    const { recipe } = await readRecipe(source, filename === undefined ? {} : { filename });
    if (recipe === undefined) return undefined;
    const { meta, from } = descriptiveOf(recipe);
    return { meta, from };
  } catch {
    // A file that cannot be read fails its decode, which says so.
    return undefined;
  }
}
