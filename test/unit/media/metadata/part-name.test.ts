import { describe, expect, it } from 'vitest';
import { partName } from '../../../../src/media/metadata/part-name.ts';

describe('partName', () => {
  it.each([
    ['sea.safetensors', 'sea'],
    ['SDXL\\sea.SafeTensors', 'sea'],
    ['C:\\models/a\\sea_v1.0.ckpt', 'sea_v1.0'],
    ['/home/me/models/sea.gguf', 'sea'],
    ['my, model: v1', 'my, model: v1'],
    ['sea.v2', 'sea.v2'],
    ['good.vae.pt', 'good.vae'],
    ['folder/', 'folder/'],
    ['.ckpt', '.ckpt'],
  ])('%s is %s', (raw, name) => {
    expect(partName(raw)).toBe(name);
  });
});
