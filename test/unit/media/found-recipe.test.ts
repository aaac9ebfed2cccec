import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../src/media/byte-source.ts';
import { findRecipe } from '../../../src/media/found-recipe.ts';
import { createInlineDecoder } from '../../../src/media/inline-decoder.ts';
import { plainGraph } from '../../support/comfyui/graphs.ts';
import { pngTexts } from '../../support/metadata/containers.ts';
import { jpegPicture } from '../../support/pictures.ts';

const decoder = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 10, thumbSize: 32 });
const png = await pngTexts({ prompt: JSON.stringify(plainGraph()) });

describe('the recipe that a decode finds', () => {
  it('comes with the picture, as plain data, and is absent where there is none', async () => {
    const { recipe } = await decoder.decode({ bytes: png, filename: 'ComfyUI_00001_.png' });
    expect(recipe).toMatchObject({ meta: { seed: '0', generator: 'comfyui' }, from: { seed: 'graph' } });
    expect(structuredClone(recipe)).toEqual(recipe);
    expect(await decoder.decode({ bytes: await jpegPicture() })).not.toHaveProperty('recipe');
  });

  it('is no reason to refuse a picture, whatever becomes of it', async () => {
    const source = bytesSource(png);
    const failing = { ...source, read: () => Promise.reject(new Error('gone')) };
    expect(await findRecipe(failing, undefined)).toBeUndefined();
  });

  it('does not keep a refused picture open', async () => {
    const broken = png.subarray(0, png.length - 20);
    await expect(decoder.decode({ bytes: broken })).rejects.toMatchObject({ code: 'undecodable_image' });
  });
});
