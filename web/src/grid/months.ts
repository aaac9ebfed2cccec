import { type Chunk, placeOf } from './chunks.ts';
import type { Layout } from './layout.ts';

/** A month that has pictures, and the chunk that it begins with. */
export interface Month {
  /** `YYYY-MM` */
  readonly month: string;
  readonly chunk: number;
}

/** The months of a list, newest first. */
export function monthsOf(chunks: readonly Chunk[]): Month[] {
  const months: Month[] = [];
  for (const [chunk, { date }] of chunks.entries()) {
    const month = date.slice(0, 7);
    if (months.at(-1)?.month !== month) months.push({ month, chunk });
  }
  return months;
}

/** The month at this height. */
export function monthAt(months: readonly Month[], layout: Layout, y: number): number {
  const firsts = Float64Array.from(months, ({ chunk }) => chunk);
  return placeOf(firsts, layout.chunkAt(y));
}
