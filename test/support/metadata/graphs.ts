/** A ComfyUI API graph with one KSampler: seed 0, cfg 1, an empty negative prompt. */
export function plainGraph(prompt = 'a lighthouse, NaN clouds'): { [id: string]: object } {
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed: 0,
        steps: 20,
        cfg: 1,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    },
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'SDXL\\sea_v3.safetensors' } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 1024, height: 768, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: prompt, clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['8', 0] } },
  };
}

/** The editor's graph of the same, cut down to what is read of it. */
export const plainWorkflow = {
  nodes: [
    { id: 6, type: 'CLIPTextEncode', widgets_values: ['a lighthouse'], inputs: [], outputs: [], mode: 0 },
  ],
  links: [],
  version: 0.4,
};
