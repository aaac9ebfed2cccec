/** The server filters ratings by a term of the search; this is that term, as the filter writes it. */
const TERM = /(?:^|\s)rating:>=([1-5])(?=\s|$)/;

/** The least rating that a search asks for in this way; 0 where it asks for none. */
export function leastRating(query: string | undefined): number {
  return Number(TERM.exec(query ?? '')?.[1] ?? 0);
}

/** The search with this least rating instead of the one before; 0 takes it out. */
export function withLeastRating(query: string | undefined, least: number): string {
  const rest = (query ?? '').replace(TERM, '').trim();
  return least === 0 ? rest : `${rest} rating:>=${least}`.trim();
}
