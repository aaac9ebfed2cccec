import type { Meta } from '../../api/types.ts';
import { namedLoras } from './loras.ts';

type Recipe = Partial<
  Pick<
    Meta,
    | 'prompt'
    | 'negative_prompt'
    | 'model'
    | 'loras'
    | 'seed'
    | 'sampler'
    | 'scheduler'
    | 'steps'
    | 'cfg'
    | 'width'
    | 'height'
  >
>;

/**
 * The recipe as the text that AUTOMATIC1111's web UI writes and reads back ("PNG info", and the arrow under its generate
 * button): prompt, `Negative prompt:` line, and one line of settings. LoRAs that the prompt does not call are called at
 * its end, which is where that program looks for them.
 * Source: `create_infotext` and `parse_generation_parameters` of stable-diffusion-webui.
 */
export function parametersText(meta: Recipe): string {
  const prompt = `${meta.prompt ?? ''}${callsOf(meta)}`.trim();
  const negative = meta.negative_prompt ? `Negative prompt: ${meta.negative_prompt}` : '';
  return [prompt, negative, settingsOf(meta)].filter((line) => line !== '').join('\n');
}

function callsOf({ prompt, loras }: Recipe): string {
  return namedLoras(loras)
    .filter(({ name }) => !(prompt ?? '').includes(`<lora:${name}:`))
    .map(({ name, weight }) => ` <lora:${name}:${weight ?? 1}>`)
    .join('');
}

function settingsOf(meta: Recipe): string {
  const settings = [
    ['Steps', meta.steps],
    ['Sampler', meta.sampler],
    ['Schedule type', meta.scheduler],
    ['CFG scale', meta.cfg],
    ['Seed', meta.seed],
    ['Size', meta.width && meta.height ? `${meta.width}x${meta.height}` : undefined],
    ['Model', meta.model],
  ] as const;
  return settings
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}: ${quoted(String(value))}`)
    .join(', ');
}

/** What could be taken for the next setting stands in quotation marks, as that program writes it. */
function quoted(value: string): string {
  return /[,\n:]/.test(value) ? JSON.stringify(value) : value;
}
