import type { Term } from '../../../domain/search/query.ts';
import type { Selection } from '../../../domain/search/selection.ts';

/** A term that only a picture's text can answer. Plain values: it goes to the worker as it is. */
export type TextTerm = Extract<Term, { readonly by: 'text' | 'field' | 'exact' | 'number' }>;

/** The terms of a selection that are looked for in texts; the others are for the columns. */
export function textTerms(selection: Pick<Selection, 'terms'>): TextTerm[] {
  return (selection.terms ?? []).filter(isTextTerm);
}

function isTextTerm(term: Term): term is TextTerm {
  return term.by === 'text' || term.by === 'field' || term.by === 'exact' || term.by === 'number';
}
