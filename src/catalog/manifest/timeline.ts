import type { CalendarDay, DayCount } from '../catalog.ts';
import type { Columns } from './columns.ts';
import { countPassing, nextPassing, type Selected } from './selected-rows.ts';

/**
 * How many of the selected rows fall on each day that has any, oldest first. Rows are in the order of their times, so
 * that a day costs two binary searches, and a look at each of its rows only where a filter is on.
 * @param dayOf asked once a day
 */
export function countDays(
  columns: Columns,
  selected: Selected,
  dayOf: (time: number) => CalendarDay,
): DayCount[] {
  const { rows, ranges, passes, traits } = selected;
  const days: { readonly date: string; count: number }[] = [];
  for (const { low, high } of ranges) {
    for (let place = nextPassing(selected, low, high); place < high; ) {
      const { date, end } = dayOf(columns.createdAt(rows.at(place)));
      const next = Math.max(place + 1, Math.min(high, rows.placeOfTime(end)));
      const count =
        passes === undefined ? next - place : countPassing(rows.between(place, next), traits, passes);
      const last = days.at(-1);
      if (last?.date === date) last.count += count;
      else days.push({ date, count });
      place = nextPassing(selected, next, high);
    }
  }
  return days;
}
