/** One node of an API graph, as ComfyUI writes it. */
export function node(type: string, inputs: object = {}, title?: string) {
  return { class_type: type, inputs, ...(title === undefined ? {} : { _meta: { title } }) };
}

/** What the sampler of `plainGraph` is set to. */
export const SAMPLER_INPUTS = {
  seed: 0,
  steps: 20,
  cfg: 1.0,
  sampler_name: 'euler_ancestral',
  scheduler: 'normal',
  denoise: 1,
  model: ['4', 0],
  positive: ['6', 0],
  negative: ['7', 0],
  latent_image: ['5', 0],
};

/** The sampler of `plainGraph` with other inputs. */
export function sampler(changes: object = {}) {
  return node('KSampler', { ...SAMPLER_INPUTS, ...changes });
}

/** A whole text-to-image graph, whose nodes can be replaced or taken away (undefined). */
export function plainGraph(changes: { readonly [id: string]: object | undefined } = {}) {
  const graph: { [id: string]: object | undefined } = {
    '3': sampler(),
    '4': node('CheckpointLoaderSimple', { ckpt_name: 'sd_xl_base_1.0.safetensors' }),
    '5': node('EmptyLatentImage', { width: 832, height: 1216, batch_size: 1 }),
    '6': node('CLIPTextEncode', { text: 'a cat, 고양이, 猫', clip: ['4', 1] }),
    '7': node('CLIPTextEncode', { text: '', clip: ['4', 1] }),
    '8': node('VAEDecode', { samples: ['3', 0], vae: ['4', 2] }),
    '9': node('SaveImage', { filename_prefix: 'ComfyUI', images: ['8', 0] }),
    ...changes,
  };
  return Object.fromEntries(Object.entries(graph).filter(([, value]) => value !== undefined));
}

/** The usual Flux graph: sampler, sigmas, noise and guider are nodes of their own. */
export function fluxGraph(changes: { readonly [id: string]: object | undefined } = {}) {
  const graph: { [id: string]: object | undefined } = {
    '5': node('EmptySD3LatentImage', { width: 1024, height: 1024, batch_size: 1 }),
    '6': node('CLIPTextEncode', { text: 'a fox in the snow', clip: ['11', 0] }),
    '8': node('VAEDecode', { samples: ['13', 0], vae: ['10', 0] }),
    '9': node('SaveImage', { filename_prefix: 'flux', images: ['8', 0] }),
    '10': node('VAELoader', { vae_name: 'ae.safetensors' }),
    '11': node('DualCLIPLoader', {
      clip_name1: 't5xxl_fp16.safetensors',
      clip_name2: 'clip_l.safetensors',
      type: 'flux',
    }),
    '12': node('UNETLoader', { unet_name: 'flux1-dev.safetensors', weight_dtype: 'default' }),
    '13': node('SamplerCustomAdvanced', {
      noise: ['25', 0],
      guider: ['22', 0],
      sampler: ['16', 0],
      sigmas: ['17', 0],
      latent_image: ['5', 0],
    }),
    '16': node('KSamplerSelect', { sampler_name: 'euler' }),
    '17': node('BasicScheduler', { scheduler: 'simple', steps: 28, denoise: 1, model: ['30', 0] }),
    '22': node('BasicGuider', { model: ['30', 0], conditioning: ['26', 0] }),
    '25': node('RandomNoise', { noise_seed: '18446744073709551615' }),
    '26': node('FluxGuidance', { guidance: 3.5, conditioning: ['6', 0] }),
    '30': node('ModelSamplingFlux', {
      max_shift: 1.15,
      base_shift: 0.5,
      width: 1024,
      height: 1024,
      model: ['12', 0],
    }),
    ...changes,
  };
  return Object.fromEntries(Object.entries(graph).filter(([, value]) => value !== undefined));
}
