import { hash } from 'node:crypto';
import { isJsonObject } from '../json.ts';
import type { PictureRecord } from '../record.ts';

/**
 * Sixteen hex over everything in a recipe but its numbers: pictures of one key differ in seed, steps, cfg or a LoRA's
 * weight at most. Undefined where there is no recipe to speak of (no prompt is known).
 */
export function recipeKey(record: PictureRecord): string | undefined {
  const { prompt, negative_prompt: negative, model, sampler, scheduler, workflow_id: workflow } = record;
  if (typeof prompt !== 'string' || prompt === '') return undefined;
  const names = lorasOf(record).map(({ name }) => name);
  const { width, height } = record;
  const parts = [prompt, negative, model, sampler, scheduler, workflow, names, width, height];
  return hash('sha256', JSON.stringify(parts.map((part) => part ?? null))).slice(0, 16);
}

/** The numbers of a recipe by name: `seed`, `steps`, `cfg`, and `lora:{name}` for each weight. Null is unknown. */
export function recipeNumbers(record: PictureRecord): ReadonlyMap<string, string | null> {
  const numbers = new Map<string, string | null>([
    ['seed', record.seed ?? null],
    ['steps', textOf(record.steps)],
    ['cfg', textOf(record.cfg)],
  ]);
  for (const { name, weight } of lorasOf(record)) numbers.set(`lora:${name}`, weight);
  return numbers;
}

function textOf(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function lorasOf(record: PictureRecord): { readonly name: string; readonly weight: string | null }[] {
  return (record.loras ?? []).flatMap((lora) => {
    if (!isJsonObject(lora)) return [];
    const { name, weight } = lora;
    if (typeof name !== 'string') return [];
    return [{ name, weight: typeof weight === 'number' ? String(weight) : null }];
  });
}
