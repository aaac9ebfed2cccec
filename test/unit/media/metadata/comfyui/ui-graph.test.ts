import { describe, expect, it } from 'vitest';
import { readComfyWorkflow } from '../../../../../src/media/metadata/comfyui/read-comfy.ts';

interface UiNode {
  readonly id: number;
  readonly type: string;
  readonly mode?: number;
  readonly widgets_values?: readonly unknown[];
  readonly inputs?: readonly object[];
}

/** The editor's graph of a plain picture; `changes` replace nodes by id. */
function workflow(changes: readonly UiNode[] = [], links: readonly unknown[] = []) {
  const nodes: UiNode[] = [
    { id: 4, type: 'CheckpointLoaderSimple', widgets_values: ['m.safetensors'] },
    { id: 6, type: 'CLIPTextEncode', widgets_values: ['a cat'], inputs: [{ name: 'clip', link: 3 }] },
    { id: 7, type: 'CLIPTextEncode', widgets_values: ['blurry'], inputs: [{ name: 'clip', link: 5 }] },
    {
      id: 3,
      type: 'KSampler',
      widgets_values: [5, 'randomize', 20, 8, 'euler', 'normal', 1],
      inputs: [
        { name: 'model', link: 1 },
        { name: 'positive', link: 4 },
        { name: 'negative', link: 6 },
        { name: 'latent_image', link: null },
      ],
    },
    { id: 8, type: 'VAEDecode', inputs: [{ name: 'samples', link: 7 }] },
    { id: 9, type: 'SaveImage', widgets_values: ['ComfyUI'], inputs: [{ name: 'images', link: 9 }] },
  ];
  return {
    nodes: [...nodes.filter(({ id }) => !changes.some((one) => one.id === id)), ...changes],
    links: [
      [1, 4, 0, 3, 0, 'MODEL'],
      [3, 4, 1, 6, 0, 'CLIP'],
      [4, 6, 0, 3, 1, 'CONDITIONING'],
      [5, 4, 1, 7, 0, 'CLIP'],
      [6, 7, 0, 3, 2, 'CONDITIONING'],
      [7, 3, 0, 8, 0, 'LATENT'],
      [9, 8, 0, 9, 0, 'IMAGE'],
      ...links,
    ],
  };
}

describe('the editor’s graph', () => {
  it('gives the prompts, and no number of a widget', () => {
    expect(readComfyWorkflow(workflow())).toEqual({
      tool: 'comfyui',
      prompt: 'a cat',
      negativePrompt: 'blurry',
      origin: 'graph',
      confidence: 'low',
      dynamic: [],
      warnings: [],
    });
  });

  it('is read with links as objects, and a text that was made an input', () => {
    const graph = workflow(
      [
        {
          id: 6,
          type: 'CLIPTextEncode',
          widgets_values: ['old text'],
          inputs: [
            { name: 'clip', link: 3 },
            { name: 'text', link: 20 },
          ],
        },
        { id: 10, type: 'PrimitiveStringMultiline', widgets_values: ['new text'] },
      ],
      [{ id: 20, origin_id: 10, origin_slot: 0, target_id: 6, target_slot: 1, type: 'STRING' }],
    );
    expect(readComfyWorkflow(graph)?.prompt).toBe('new text');
  });

  it('leaves out what is muted, and passes through what is bypassed', () => {
    const muted = workflow([{ id: 7, type: 'CLIPTextEncode', mode: 2, widgets_values: ['blurry'] }]);
    expect(readComfyWorkflow(muted)).not.toHaveProperty('negativePrompt');
    const bypassed = workflow(
      [
        { id: 7, type: 'ConditioningZeroOut', mode: 4, inputs: [{ name: 'conditioning', link: 21 }] },
        { id: 11, type: 'CLIPTextEncode', widgets_values: ['behind it'], inputs: [] },
      ],
      [[21, 11, 0, 7, 0, 'CONDITIONING']],
    );
    expect(readComfyWorkflow(bypassed)?.negativePrompt).toBe('behind it');
  });

  it('says nothing where no prompt can be told, or it is none', () => {
    const encoders = [
      { id: 6, type: 'Mystery', inputs: [] },
      { id: 7, type: 'Mystery', inputs: [] },
    ];
    expect(readComfyWorkflow(workflow(encoders))).toBeUndefined();
    for (const value of [null, 5, [], {}, { nodes: 'x' }, { nodes: [] }, { nodes: [null, 1, { id: {} }] }]) {
      expect(readComfyWorkflow(value)).toBeUndefined();
    }
  });
});
