/** The hard case of an A1111-family text: words that look like settings, quoted values, JSON that is not quoted. */
export const HARD_A1111 = `castle, Steps: up to the gate <lora:fog_v2:0.6>
성, 밤
Negative prompt: blurry,
low quality
Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 5.5, Seed: 18446744073709551615, Size: 832x1216, Model hash: 0011223344, Model: "my, model: v1", Lora hashes: "fog_v2: aabbccddeeff", Hashes: {"model": "0011223344", "lora:fog_v2": "aabbccddeeff"}, Version: v1.10.1`;

export const FORGE = `a fox in snow, <lora:winter:0.4:0.8>
Steps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 77, Size: 896x1152, Model hash: aabbccddee, Model: flux1-dev-bnb-nf4-v2, Version: f2.0.1v1.10.1-previous-659-gc055f2d4, Module 1: ae, Module 2: t5xxl_fp8`;

export const SDNEXT = `a red door
Negative prompt: people
Steps: 30, Size: 1024x1024, Sampler: Euler a, Seed: 4, CFG scale: 6, Clip skip: 2, Model: door_xl, App: SD.Next, Version: 1b2c3d4, Denoising strength: 0.45, Init image hash: 1234abcd`;

export const CIVITAI_A1111 = `a knight in armour
Negative prompt: text
Steps: 25, CFG scale: 4, Sampler: Euler a, Seed: 99, Size: 832x1216, Created Date: 2024-11-01T1010:10.000Z, Civitai resources: [{"type":"checkpoint","modelVersionId":1,"modelName":"Illusion XL","modelVersionName":"v2, final"},{"type":"lora","weight":0.7,"modelVersionId":2,"modelName":"Plate Armour"}], Civitai metadata: {}`;

const swarm = (loras: unknown, weights: unknown) => ({
  sui_image_params: {
    prompt: 'a koi pond <segment:face>',
    negativeprompt: '',
    model: 'flux/koi_dev',
    seed: '18446744073709551615',
    steps: '24',
    cfgscale: 1.0,
    aspectratio: '3:2',
    width: 1216,
    height: 832,
    sampler: 'euler',
    scheduler: 'simple',
    loras,
    loraweights: weights,
    swarm_version: '0.9.3.1',
  },
  sui_extra_data: { date: '2025-01-01', generation_time: '4.00 seconds' },
  sui_models: [
    { name: 'flux/koi_dev.safetensors', param: 'model', hash: '0x00ff' },
    { name: 'water.safetensors', param: 'loras', hash: null },
    { name: 'art/ink.safetensors', param: 'loras', hash: '0xaa11' },
  ],
});

export const SWARM_LISTS = JSON.stringify(swarm(['water', 'art/ink'], ['0.5', '1']), null, 2);
export const SWARM_COMMAS = JSON.stringify(swarm('water,art/ink', '0.5,1'));

export const INVOKE_V4 = JSON.stringify({
  generation_mode: 'sdxl_img2img',
  positive_prompt: 'a harbour at dawn',
  negative_prompt: '',
  width: 1024,
  height: 1024,
  seed: 0,
  rand_device: 'cpu',
  cfg_scale: 7.5,
  steps: 30,
  scheduler: 'dpmpp_2m_sde_k',
  clip_skip: 0,
  strength: 0.6,
  init_image: 'aaaa.png',
  model: { key: 'k', hash: 'blake3:0123', name: 'Juggernaut XL v9', base: 'sdxl', type: 'main' },
  vae: { key: 'v', hash: 'blake3:99', name: 'sdxl-vae-fp16-fix', base: 'sdxl', type: 'vae' },
  loras: [
    { model: { key: 'l', hash: 'blake3:44', name: 'harbour', base: 'sdxl', type: 'lora' }, weight: 0.75 },
  ],
  app_version: '5.6.0',
});

export const INVOKE_V3 = JSON.stringify({
  generation_mode: 'txt2img',
  positive_prompt: 'a hill',
  negative_prompt: 'rain',
  seed: 5,
  steps: 10,
  cfg_scale: 0,
  scheduler: 'euler',
  clip_skip: 2,
  model: { model_name: 'stable-diffusion-v1-5', base_model: 'sd-1', model_type: 'main' },
  loras: [{ lora: { model_name: 'hills', base_model: 'sd-1' }, weight: 1 }],
  app_version: '3.7.0',
});

export const INVOKE_LEGACY = JSON.stringify({
  model: 'stable diffusion',
  model_weights: 'stable-diffusion-1.5',
  app_version: '2.3.5',
  image: {
    prompt: [{ prompt: 'a boat [oars, people] on a lake', weight: 1 }],
    steps: 50,
    cfg_scale: 7.5,
    seed: 3031912972,
    sampler: 'k_lms',
    width: 512,
    height: 640,
  },
});

export const INVOKE_DREAM = '"a boat [oars] on a lake" -s 30 -S 42 -W 512 -H 640 -C 7.5 -A k_euler_a';

export const NOVELAI_V3 = {
  Title: 'AI generated image',
  Description: '{{a cat}}, [dog]',
  Software: 'NovelAI',
  Source: 'Stable Diffusion XL 7BCCAA2C',
  'Generation time': '3.1',
  Comment: JSON.stringify({
    prompt: '{{a cat}}, [dog]',
    uc: 'lowres',
    steps: 28,
    width: 832,
    height: 1216,
    scale: 5.0,
    seed: 3012345678,
    sampler: 'k_euler_ancestral',
    noise_schedule: 'native',
    strength: 0.7,
    request_type: 'PromptGenerateRequest',
    signed_hash: 'x',
  }),
};

const v4Comment = {
  prompt: 'flattened',
  uc: 'flattened uc',
  steps: 23,
  scale: 6,
  seed: 1,
  sampler: 'k_dpmpp_2m',
  noise_schedule: 'karras',
  width: 1024,
  height: 1024,
  v4_prompt: {
    caption: {
      base_caption: '2girls, garden',
      char_captions: [
        { char_caption: 'red hair', centers: [{ x: 0.3, y: 0.5 }] },
        { char_caption: '파란 머리', centers: [{ x: 0.7, y: 0.5 }] },
      ],
    },
    use_coords: true,
    use_order: true,
  },
  v4_negative_prompt: { caption: { base_caption: 'blurry', char_captions: [] } },
  request_type: 'PromptGenerateRequest',
};

export const NOVELAI_V4 = {
  Description: '2girls, garden',
  Software: 'NovelAI',
  Source: 'NovelAI Diffusion V4 37C2B166',
  Comment: JSON.stringify(v4Comment),
};

/** The same texts as one JSON, as the WebP download has them in UserComment. */
export const NOVELAI_WRAPPED = JSON.stringify(NOVELAI_V4);

export const FOOOCUS_JSON = JSON.stringify({
  adm_guidance: '(1.5, 0.8, 0.3)',
  base_model: 'juggernautXL_v8Rundiffusion',
  base_model_hash: 'aeb7e9e689',
  clip_skip: 2,
  created_by: 'someone',
  full_negative_prompt: ['anime, cartoon'],
  full_prompt: ['cinematic still a bridge', 'more'],
  guidance_scale: 4,
  loras: [['sd_xl_offset_example-lora_1.0', 0.1, '4852686128']],
  negative_prompt: '',
  performance: 'Speed',
  prompt: 'a bridge',
  prompt_expansion: '',
  resolution: '(1152, 896)',
  sampler: 'dpmpp_2m_sde_gpu',
  scheduler: 'karras',
  seed: '7541893473834123',
  sharpness: 2,
  steps: 30,
  styles: "['Fooocus V2']",
  vae: 'Default (model)',
  version: 'Fooocus v2.5.0',
});

export const FOOOCUS_A1111 = `a bridge
Negative prompt: fog
Steps: 30, Sampler: DPM++ 2M SDE Karras, Seed: 12, CFG scale: 4, Size: 1152x896, Model hash: aeb7e9e689, Model: juggernautXL_v8Rundiffusion, Version: Fooocus v2.5.0`;

export const RUINED_FOOOCUS = JSON.stringify({
  Prompt: 'a ruin',
  Negative: 'sun',
  steps: 30,
  cfg: 8,
  width: 1344,
  height: 768,
  seed: 2024,
  sampler_name: 'dpmpp_2m_sde_gpu',
  scheduler: 'karras',
  base_model_name: 'crystalClearXL_ccxl.safetensors',
  base_model_hash: '0b76532e03',
  loras: [{ name: 'ruins.safetensors', weight: 0.5 }],
  clip_skip: 1,
  software: 'RuinedFooocus',
});

export const DEMO_JSON = JSON.stringify({
  prompt: 'a tree',
  negative_prompt: 'nsfw',
  resolution: '832 x 1216',
  guidance_scale: 7,
  num_inference_steps: 28,
  seed: 1234,
  sampler: 'Euler a',
  use_upscaler: null,
  Model: 'cagliostrolab/animagine-xl-3.1',
  'Model hash': 'e3c47aedb0',
});

export const EASY_TEXTS = {
  prompt: 'a cottage, {warm} light',
  negative_prompt: '',
  seed: '1511372853',
  use_stable_diffusion_model: 'C:\\models\\stable-diffusion\\cottage_v1.ckpt',
  use_vae_model: 'None',
  use_lora_model: 'warm-light',
  lora_alpha: '0.5',
  clip_skip: 'False',
  sampler_name: 'euler_a',
  width: '768',
  height: '512',
  num_inference_steps: '25',
  guidance_scale: '7.5',
};

export const EASY_TITLES = {
  Prompt: 'a mill',
  'Negative Prompt': 'cars',
  Seed: '8',
  'Stable Diffusion model': '/home/me/models/mill.safetensors',
  Sampler: 'ddim',
  Steps: '40',
  'Guidance Scale': '9',
  Width: '512',
  Height: '512',
};

export const DRAW_THINGS_XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""><dc:description><rdf:Alt><rdf:li xml:lang="x-default">a whale&#xA;Steps: 8</rdf:li></rdf:Alt></dc:description><xmp:CreatorTool>Draw Things</xmp:CreatorTool><exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">{&quot;c&quot;:&quot;a whale &amp; its calf&quot;,&quot;uc&quot;:&quot;&quot;,&quot;seed&quot;:4068147395,&quot;steps&quot;:8,&quot;scale&quot;:1.5,&quot;sampler&quot;:&quot;DPM++ 2M AYS&quot;,&quot;model&quot;:&quot;whale_xl_q6p.ckpt&quot;,&quot;size&quot;:&quot;1024x768&quot;,&quot;strength&quot;:1,&quot;lora&quot;:[{&quot;model&quot;:&quot;deep_lora_f16.ckpt&quot;,&quot;weight&quot;:0.4}]}</rdf:li></rdf:Alt></exif:UserComment></rdf:Description></rdf:RDF></x:xmpmeta>`;

export const TENSORART = `${JSON.stringify({
  prompt: 'a temple',
  negativePrompt: 'modern',
  steps: 25,
  cfgScale: 3.5,
  seed: '12345678901234567890',
  samplerName: 'euler',
  width: 768,
  height: 1152,
  clipSkip: 2,
  baseModel: { modelId: '1', modelFileName: 'temple_flux', hash: 'AB12' },
  models: [{ modelFileName: 'stone', weight: 0.8, type: 'LORA' }],
})}\0\0\0`;

export const STABILITY_MATRIX = JSON.stringify({
  PositivePrompt: 'a comet',
  NegativePrompt: 'moon',
  Width: 1024,
  Height: 768,
  Seed: 3,
  Steps: 12,
  CfgScale: 5,
  Sampler: 'Euler',
  ModelName: 'comet.safetensors',
  ModelHash: 'ff',
});
