import { readFile, utimes } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dayFolder, sidecarKey } from '../../src/domain/key.ts';
import { createProcessDecoder } from '../../src/media/process-decoder.ts';
import { node, plainGraph, sampler } from '../support/comfyui/graphs.ts';
import { chunks, pngTexts, pngWith } from '../support/metadata/containers.ts';
import { alice, drop, placeFor, today, withRig } from '../support/reconcile-rig.ts';

const limits = { maxPixels: 4_000_000, maxFrames: 20, thumbSize: 64 };
const HEX = '0123456789abcdef0123456789abcdef';

/** Two outputs with other seeds; only the name tells which one a file is. */
const graph = plainGraph({
  '20': sampler({ seed: 7 }),
  '21': node('VAEDecode', { samples: ['20', 0], vae: ['4', 2] }),
  '22': node('SaveImage', { filename_prefix: 'second', images: ['21', 0] }),
});

describe('recipes over a real tree and real decoders', () => {
  it('of a dropped file are in its sidecar, told apart by its name', async () => {
    const decoder = createProcessDecoder({ limits, processes: 1 });
    try {
      await withRig(
        async (rig, tree) => {
          const png = await pngTexts({ prompt: JSON.stringify(graph) });
          await drop(tree, 'second_00003_.png', png, dayFolder(alice, 'generated', today()));
          await rig.reconcile.day(placeFor(alice, today(), 'generated'));
          const [entry] = await rig.all(alice);
          if (entry === undefined) throw new Error('not taken in');
          const sidecar: unknown = JSON.parse(await readFile(tree.path(sidecarKey(entry)), 'utf8'));
          expect(sidecar).toMatchObject({
            prompt: 'a cat, 고양이, 猫',
            seed: '7',
            generator: 'comfyui',
            source: 'watch',
            from: { seed: 'graph', prompt: 'graph' },
          });
        },
        { decoder },
      );
    } finally {
      await decoder.close();
    }
  });

  it('of a picture of the earlier system without a sidecar are found in it', async () => {
    await withRig(async (rig, tree) => {
      const text = 'a gate\nNegative prompt: fog\nSteps: 9, Sampler: Euler a, CFG scale: 5, Seed: 3';
      const png = await pngTexts({ parameters: text });
      const path = await drop(tree, `${HEX}.png`, png, dayFolder(alice, 'generated', today()));
      const old = Date.now() / 1000 - 120;
      await utimes(path, old, old);
      await rig.reconcile.day(placeFor(alice, today(), 'generated'));
      const [entry] = await rig.all(alice);
      expect(entry?.record()).toMatchObject({
        id: HEX,
        prompt: 'a gate',
        negative_prompt: 'fog',
        seed: '3',
        workflow_id: null,
        from: { prompt: 'embedded' },
      });
    });
  });
});

describe('a decoder process', () => {
  it.each([
    ['a graph of 20,000 nodes', hugeGraph()],
    [
      'a prompt of 7 MiB',
      JSON.stringify(plainGraph({ '6': node('CLIPTextEncode', { text: '猫'.repeat(2_400_000) }) })),
    ],
    ['a JSON of values only', `{"1":{"class_type":"x","v":[${'1,'.repeat(3_000_000)}1]}}`],
    ['escapes only', `{"1":{"class_type":"x","v":"${'\\"'.repeat(3_500_000)}"}}`],
  ])('outlives %s, and takes the picture', async (_name, prompt) => {
    const decoder = createProcessDecoder({ limits, processes: 1 });
    try {
      const text = Buffer.from(prompt);
      const bytes = await pngWith([chunks.text('prompt', text), chunks.text('workflow', text)]);
      expect(await decoder.decode({ bytes })).toMatchObject({ width: 16, height: 12 });
      await decoder.graphs({ bytes });
      expect(decoder.stats().failures).toBe(0);
    } finally {
      await decoder.close();
    }
  });

  it('answers for graphs as it does for pictures: in turn, and with a failure of its own', async () => {
    const decoder = createProcessDecoder({ limits, processes: 1 });
    try {
      const prompt = JSON.stringify(plainGraph());
      const bytes = await pngTexts({ prompt });
      const [graphs, image] = await Promise.all([decoder.graphs({ bytes }), decoder.decode({ bytes })]);
      expect(graphs).toEqual({ prompt });
      expect(image.recipe?.meta.seed).toBe('0');
      await expect(decoder.graphs({ path: '/nonexistent/picture.png' })).rejects.toMatchObject({
        code: 'io_error',
      });
    } finally {
      await decoder.close();
    }
  });
});

function hugeGraph(): string {
  const nodes = Array.from({ length: 19_000 }, (_, n) => [
    String(100 + n),
    node('KSampler', { seed: n, steps: 1, cfg: 1, positive: ['6', 0], latent_image: [String(101 + n), 0] }),
  ]);
  return JSON.stringify({ ...plainGraph(), ...Object.fromEntries(nodes) });
}
