import type { UserSort } from '../types.ts';

/** Columns by which the server sorts. */
export const SORTS = ['name', 'count', 'bytes', 'trash', 'activity'] as const;
export type SortColumn = (typeof SORTS)[number];

/** What the address asks for, else the latest first. */
export function sortFrom(text: string | null): UserSort {
  const column = SORTS.find((one) => one === text?.replace(/^-/, ''));
  if (column === undefined) return '-activity';
  return text?.startsWith('-') === true ? `-${column}` : column;
}

export function columnOf(sort: UserSort): { readonly column: SortColumn; readonly isDescending: boolean } {
  const column = SORTS.find((one) => sort.endsWith(one)) ?? 'activity';
  return { column, isDescending: sort.startsWith('-') };
}
