import sharp from 'sharp';
import { node, plainGraph, sampler } from '../../test/support/comfyui/graphs.ts';
import { jpegExif, jpegWith, likePillow } from '../../test/support/metadata/containers.ts';
import { commented } from '../../test/support/metadata/sample.ts';
import { withChunks } from '../../test/support/pictures.ts';
import type { DemoPicture, DemoRecipe } from './demo-plan.ts';
import { paintScene } from './demo-scenes.ts';

export interface DemoFile {
  readonly bytes: Buffer;
  readonly name: string;
  readonly mime: string;
}

/** Painted at this part of its size: what noise makes has no finer detail. */
const PAINTED = 0.55;

/** The picture's file, with its recipe inside as its program would have written it. */
export async function demoFile(picture: DemoPicture, number: number): Promise<DemoFile> {
  const [width, height] = [picture.width * PAINTED, picture.height * PAINTED].map(Math.round) as [
    number,
    number,
  ];
  const pixels = paintScene(picture.scene, picture.paintSeed, width, height);
  const image = sharp(pixels, { raw: { width, height, channels: 3 } }).resize(picture.width, picture.height);
  const count = String(number).padStart(5, '0');
  switch (picture.form) {
    case 'png': {
      const png = await image.png({ compressionLevel: 4 }).toBuffer();
      const bytes = withChunks(png, [likePillow('prompt', JSON.stringify(graphOf(picture)))]);
      return { bytes, name: `ComfyUI_${count}_.png`, mime: 'image/png' };
    }
    case 'jpeg': {
      const exif = jpegExif(commented(parametersOf(picture), 'utf16be', false));
      const bytes = await jpegWith([exif], await image.jpeg({ quality: 92 }).toBuffer());
      return { bytes, name: `${count}-${picture.recipe.seed}.jpg`, mime: 'image/jpeg' };
    }
    case 'webp':
      return {
        bytes: await image.webp({ quality: 88, effort: 2 }).toBuffer(),
        name: `render-${count}.webp`,
        mime: 'image/webp',
      };
  }
}

function graphOf({ recipe, width, height }: DemoPicture): object {
  const { lora } = recipe;
  return plainGraph({
    '3': sampler({
      seed: recipe.seed,
      steps: recipe.steps,
      cfg: recipe.cfg,
      sampler_name: recipe.sampler,
      scheduler: recipe.scheduler,
      model: [lora === undefined ? '4' : '10', 0],
    }),
    '4': node('CheckpointLoaderSimple', { ckpt_name: recipe.model }),
    '5': node('EmptyLatentImage', { width, height, batch_size: 1 }),
    '6': node('CLIPTextEncode', { text: recipe.prompt, clip: ['4', 1] }),
    '7': node('CLIPTextEncode', { text: recipe.negative, clip: ['4', 1] }),
    '10':
      lora === undefined
        ? undefined
        : node('LoraLoader', {
            lora_name: `${lora.name}.safetensors`,
            strength_model: lora.weight,
            strength_clip: lora.weight,
            model: ['4', 0],
            clip: ['4', 1],
          }),
  });
}

const A1111_SAMPLERS: Readonly<Record<string, string>> = {
  euler: 'Euler',
  euler_ancestral: 'Euler a',
  dpmpp_2m: 'DPM++ 2M',
  dpmpp_sde: 'DPM++ SDE',
};

function parametersOf({ recipe, width, height }: DemoPicture): string {
  const lora = recipe.lora === undefined ? '' : ` <lora:${recipe.lora.name}:${recipe.lora.weight}>`;
  const settings = [
    `Steps: ${recipe.steps}`,
    `Sampler: ${A1111_SAMPLERS[recipe.sampler] ?? recipe.sampler}`,
    `Schedule type: ${recipe.scheduler === 'karras' ? 'Karras' : 'Automatic'}`,
    `CFG scale: ${recipe.cfg}`,
    `Seed: ${recipe.seed}`,
    `Size: ${width}x${height}`,
    `Model: ${recipe.model.replace('.safetensors', '')}`,
    'Version: v1.10.1',
  ];
  return `${recipe.prompt}${lora}\nNegative prompt: ${recipe.negative}\n${settings.join(', ')}`;
}

/** What the pipeline says of it besides. */
export function metaOf(picture: DemoPicture): object {
  const { recipe } = picture;
  const said = {
    created_at: new Date(picture.time).toISOString(),
    aspect_ratio: picture.ratio,
    workflow_id: picture.workflow,
    tags: picture.tags,
    favorite: picture.favorite,
    rating: picture.rating,
  };
  return picture.form === 'webp' ? { ...said, ...wholeRecipe(recipe) } : said;
}

function wholeRecipe({ negative, lora, ...recipe }: DemoRecipe): object {
  return {
    ...recipe,
    negative_prompt: negative,
    loras: lora === undefined ? [] : [lora],
    generator: 'comfyui',
  };
}
