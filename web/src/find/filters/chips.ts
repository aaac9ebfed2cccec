import type { Selection } from '../../api/types.ts';
import { leastRating, withLeastRating } from '../rating-term.ts';
import { type Repeated, type Single, toggleValue, withValue } from '../selection.ts';

/** One chosen filter. */
export interface Chip {
  readonly name: Exclude<Single, 'q'> | Repeated | 'favorite' | 'rating';
  readonly value: string;
}

const SINGLE = ['from', 'to', 'model', 'workflow', 'ratio', 'generator', 'favorite'] as const;
const REPEATED = ['tag', 'lora'] as const;

/** Filters that are chosen; what was typed into the search is not among them, but for the rating. */
export function chipsOf(selection: Selection): Chip[] {
  const chips: Chip[] = [];
  for (const name of SINGLE) {
    const value = selection[name];
    if (value !== undefined) chips.push({ name, value });
  }
  for (const name of REPEATED) for (const value of selection[name] ?? []) chips.push({ name, value });
  const least = leastRating(selection.q);
  if (least > 0) chips.push({ name: 'rating', value: String(least) });
  return chips;
}

export function withoutChip(selection: Selection, { name, value }: Chip): Selection {
  if (name === 'tag' || name === 'lora') return toggleValue(selection, name, value);
  if (name === 'rating') return withValue(selection, 'q', withLeastRating(selection.q, 0));
  return withValue(selection, name, undefined);
}

/** What was typed alone. */
export function withoutChips(selection: Selection): Selection {
  return chipsOf(selection).reduce(withoutChip, selection);
}
