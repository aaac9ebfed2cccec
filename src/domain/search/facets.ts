import { isJsonObject } from '../json.ts';
import type { PictureRecord } from '../record.ts';

/** What pictures are counted by. */
export const FACETS = ['tag', 'workflow', 'model', 'lora', 'ratio', 'generator'] as const;
export type Facet = (typeof FACETS)[number];

/** Facets of which a picture has several values. */
export type FacetValues = { readonly [facet in Facet]: readonly string[] };

/** A picture's values, each once. What it does not have is an empty list. */
export function facetValues(record: PictureRecord): FacetValues {
  return {
    tag: [...new Set(record.tags)],
    workflow: known(record.workflow_id),
    model: known(record.model),
    lora: loraNames(record),
    ratio: known(record.aspect_ratio),
    generator: known(record.generator),
  };
}

function known(value: string | null | undefined): string[] {
  return value === null || value === undefined || value === '' ? [] : [value];
}

/** Begins a network's call in a prompt. An index looks for these bytes before it parses a prompt. */
export const LORA_CALL = '<lora:';
const CALL = /<lora:([^:<>]{1,200})[:>]/g;

/** Names of the LoRAs: those that the record lists, else those that its prompt calls (`<lora:name:0.8>`). */
function loraNames(record: PictureRecord): string[] {
  const listed = (record.loras ?? []).flatMap((lora) =>
    isJsonObject(lora) && typeof lora['name'] === 'string' && lora['name'] !== '' ? [lora['name']] : [],
  );
  if (listed.length > 0) return [...new Set(listed)];
  const { prompt } = record;
  if (typeof prompt !== 'string' || !prompt.includes(LORA_CALL)) return [];
  return [...new Set([...prompt.matchAll(CALL)].map(([, name = '']) => name))];
}
