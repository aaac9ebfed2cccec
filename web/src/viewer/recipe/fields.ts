import type { Meta } from '../../api/types.ts';
import { type NamedLora, namedLoras } from './loras.ts';

/** What a picture was made with, in the order in which it is shown. */
export const RECIPE_FIELDS = [
  'prompt',
  'negative_prompt',
  'model',
  'loras',
  'seed',
  'sampler',
  'scheduler',
  'steps',
  'cfg',
  'size',
  'generator',
  'workflow_id',
] as const;
export type RecipeField = (typeof RECIPE_FIELDS)[number];

export interface FieldValue {
  readonly field: RecipeField;
  /** As it is shown, copied and compared. */
  readonly text: string;
  /** Who said it, where it was not the job: `embedded`, `graph` or `user`. */
  readonly from?: string;
}

type Recipe = Pick<Meta, Exclude<RecipeField, 'size'> | 'width' | 'height' | 'from'>;

/** The fields that a picture has a value of. */
export function recipeOf(meta: Partial<Recipe>): FieldValue[] {
  return RECIPE_FIELDS.flatMap((field): FieldValue[] => {
    const text = textOf(meta, field);
    if (text === undefined || text === '') return [];
    const from = meta.from?.[field];
    return [{ field, text, ...(from === undefined ? {} : { from }) }];
  });
}

function textOf(meta: Partial<Recipe>, field: RecipeField): string | undefined {
  if (field === 'size') return sizeOf(meta);
  if (field === 'loras') return namedLoras(meta.loras).map(loraText).join('\n');
  const value = meta[field];
  return value === undefined || value === null ? undefined : String(value);
}

export function sizeOf(meta: Partial<Pick<Meta, 'width' | 'height'>>): string | undefined {
  return meta.width && meta.height ? `${meta.width}×${meta.height}` : undefined;
}

function loraText({ name, weight }: NamedLora): string {
  return weight === undefined ? name : `${name}: ${weight}`;
}
