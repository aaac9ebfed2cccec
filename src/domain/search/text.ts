import type { PictureRecord } from '../record.ts';
import { facetValues } from './facets.ts';
import { FIELD_END, foldText } from './fold.ts';
import { recipeKey } from './recipe-key.ts';

/** Begins each term of `SearchText.terms`, and ends the last. */
export const TERM_MARK = '\u0002';

/** What is searched of one picture. Both are folded; neither holds a line break. */
export interface SearchText {
  /** What words and phrases are looked for in: prompt, tags, model, LoRAs, workflow, file name; `FIELD_END` between. */
  readonly free: string;
  /**
   * What field terms are looked for in: `TERM_MARK name=value` one after the other, and `TERM_MARK` at the end; none is
   * written for an unknown value. Names: `steps cfg width height rating` (numbers), `seed size recipe parent` (compared
   * whole), `sampler scheduler negative` (searched).
   */
  readonly terms: string;
}

/** The texts of one record. `recipe` is `recipeKey`; there is one `parent` for each of the record's parents. */
export function searchText(record: PictureRecord): SearchText {
  const { tag, model, lora, workflow } = facetValues(record);
  const free = [record.prompt ?? '', ...tag, ...model, ...lora, ...workflow, record.original_filename]
    .map(foldText)
    .filter((text) => text !== '');
  let terms = '';
  for (const [name, value] of termsOf(record)) {
    // a number's digits are folded as they are
    const text = typeof value === 'string' ? foldText(value) : String(value ?? '');
    if (text !== '') terms += `${TERM_MARK}${name}=${text}`;
  }
  return { free: [...new Set(free)].join(FIELD_END), terms: `${terms}${TERM_MARK}` };
}

function termsOf(record: PictureRecord): [string, string | number | null | undefined][] {
  const { width, height } = record;
  return [
    ['steps', record.steps],
    ['cfg', record.cfg],
    ['width', width],
    ['height', height],
    ['rating', record.rating],
    ['seed', record.seed],
    ['size', width === null || height === null ? null : `${width}x${height}`],
    ['recipe', recipeKey(record)],
    ...(record.parents ?? []).map(({ id }): [string, string] => ['parent', id]),
    ['sampler', record.sampler],
    ['scheduler', record.scheduler],
    ['negative', record.negative_prompt],
  ];
}
