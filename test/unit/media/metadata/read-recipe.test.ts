import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/media/byte-source.ts';
import { readRecipe } from '../../../../src/media/metadata/read-recipe.ts';
import type { Recipe } from '../../../../src/media/metadata/recipe.ts';
import { samples } from '../../../support/metadata/samples.ts';
import { thirdPartyPictures } from '../../../support/tools.ts';

const recipeOf = async (bytes: Uint8Array): Promise<Recipe | undefined> =>
  (await readRecipe(bytesSource(bytes))).recipe;

const pictures = thirdPartyPictures();

describe('readRecipe', () => {
  it.each(samples)('$name', async ({ file, expected, absent = [] }) => {
    const recipe = await recipeOf(await file());
    expect(recipe).toMatchObject(expected);
    for (const field of absent) expect(recipe).not.toHaveProperty(field);
  });

  it('has a table of every generator', () => {
    const tools = new Set(samples.map(({ expected }) => expected.tool));
    for (const tool of ['a1111', 'comfyui', 'invokeai', 'novelai', 'swarmui', 'fooocus', 'easydiffusion']) {
      expect(tools).toContain(tool);
    }
    expect(samples.length).toBeGreaterThan(50);
  });

  it.skipIf(pictures.length === 0)('finds nothing in pictures that no generator made', async () => {
    for (const path of pictures) {
      const { recipe } = await readRecipe(bytesSource(await readFile(path)));
      expect({ path, recipe }).toEqual({ path, recipe: undefined });
    }
  });

  it('lets only the failures of the source pass', async () => {
    const broken = { ...bytesSource(Buffer.alloc(100)), read: () => Promise.reject(new Error('EIO')) };
    await expect(readRecipe(broken)).rejects.toThrow('EIO');
  });
});
