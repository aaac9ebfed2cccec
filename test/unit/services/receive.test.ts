import { describe, expect, it } from 'vitest';
import { node, plainGraph, sampler } from '../../support/comfyui/graphs.ts';
import { pngTexts } from '../../support/metadata/containers.ts';
import { body, REQUEST, testServices } from '../../support/services.ts';

/** Two pictures of one run, each with the same graph inside. */
const graph = plainGraph({
  '20': sampler({ seed: 7 }),
  '21': node('VAEDecode', { samples: ['20', 0], vae: ['4', 2] }),
  '22': node('SaveImage', { filename_prefix: 'second', images: ['21', 0] }),
});
const png = await pngTexts({ prompt: JSON.stringify(graph) });

describe('the name that a file is sent with', () => {
  it.each([
    ['ComfyUI_00001_.png', '0'],
    ['second_00001_.png', '7'],
    [undefined, null],
  ])('tells which output of its graph it is: %s', async (filename, seed) => {
    const { ingest } = testServices();
    const options = { maxBytes: 1e6, ...(filename === undefined ? {} : { filename }) };
    const received = await ingest.receive(body(png), options);
    const { entry } = await ingest.commit(received, REQUEST);
    expect(entry.record().seed).toBe(seed);
    expect(entry.record().prompt).toBe('a cat, 고양이, 猫');
  });
});
