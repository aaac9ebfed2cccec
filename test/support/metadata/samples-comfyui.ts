import { chunks, jpegExif, jpegWith, pngTexts, pngWith, riffChunk, webpWith } from './containers.ts';
import { ascii, exifBlock } from './exif.ts';
import { plainGraph, plainWorkflow } from './graphs.ts';
import { jpegComment, type Sample } from './sample.ts';

const comfy: Sample['expected'] = {
  tool: 'comfyui',
  prompt: 'a lighthouse, NaN clouds',
  negativePrompt: '',
  seed: '0',
  cfg: 1,
  steps: 20,
  sampler: 'euler',
  scheduler: 'normal',
  origin: 'graph',
};
const graph = JSON.stringify(plainGraph());
const workflow = JSON.stringify(plainWorkflow);
/** As Python writes it: a bare NaN, which is no JSON. */
const changed = graph.replace('"class_type":"KSampler"', '"is_changed":[NaN],"class_type":"KSampler"');

/** The prompt comes out of a node that writes it at run time. */
const dynamic = JSON.stringify({
  ...plainGraph(),
  '6': { class_type: 'CLIPTextEncode', inputs: { text: ['20', 0], clip: ['4', 1] } },
  '20': { class_type: 'LanguageModelWriter', inputs: { model_file: 'x', temperature: 1 } },
});

/** ComfyUI, in every container. */
export const comfyui: Sample[] = [
  { name: 'ComfyUI, PNG tEXt', file: () => pngTexts({ prompt: graph, workflow }), expected: comfy },
  { name: 'ComfyUI, bare NaN', file: () => pngTexts({ prompt: changed }), expected: comfy },
  { name: 'ComfyUI, PNG zTXt', file: () => pngWith([chunks.packed('prompt', graph)]), expected: comfy },
  { name: 'ComfyUI, JSON twice', file: () => pngTexts({ prompt: JSON.stringify(graph) }), expected: comfy },
  { name: 'ComfyUI, animated PNG', file: () => pngWith([], [chunks.own('prompt', graph)]), expected: comfy },
  {
    name: 'ComfyUI, animated WebP',
    file: () =>
      webpWith(
        [],
        [
          riffChunk(
            'EXIF',
            exifBlock({ first: [ascii(0x010f, `workflow:${workflow}`), ascii(0x0110, `prompt:${graph}`)] }),
          ),
        ],
      ),
    expected: comfy,
  },
  {
    name: 'ComfyUI, saver with JPEG',
    file: () =>
      jpegWith([
        jpegExif(
          exifBlock({
            littleEndian: true,
            first: [ascii(0x010e, `Workflow: ${workflow}`), ascii(0x010f, `Prompt: ${graph}`)],
          }),
        ),
      ]),
    expected: comfy,
  },
  {
    name: 'ComfyUI with A1111 text: the graph wins, the text fills',
    file: () =>
      pngTexts({
        prompt: graph,
        parameters:
          'other\nSteps: 99, Sampler: other, Seed: 7, Model: other, VAE: good.vae.pt, Version: ComfyUI',
      }),
    expected: { ...comfy, also: ['a1111-text'], vae: 'good.vae.pt', fromOther: ['vae'] },
    absent: ['clipSkip'],
  },
  {
    name: 'ComfyUI, both graphs in one object',
    file: () => jpegComment(`{"prompt": ${graph}, "workflow": ${workflow}}`),
    expected: comfy,
  },
  {
    name: 'ComfyUI with text: the text says what the graph makes at run time',
    file: () =>
      pngTexts({ prompt: dynamic, parameters: 'a written fox\nSteps: 20, Sampler: euler, Seed: 0' }),
    expected: { tool: 'comfyui', prompt: 'a written fox', seed: '0', dynamic: [] },
  },
  {
    name: 'ComfyUI, the editor graph alone',
    file: () => pngTexts({ workflow }),
    expected: { tool: 'comfyui', origin: 'graph', confidence: 'low' },
  },
];
