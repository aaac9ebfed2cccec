import type { CalendarDay, DayCount } from '../catalog.ts';
import type { Columns } from './columns.ts';
import type { Selected } from './selected-rows.ts';

/**
 * How many of the selected rows fall on each day that has any, oldest first. Rows are in the order of their times, so
 * that a day costs two binary searches, however many pictures it has.
 * @param dayOf asked once a day
 */
export function countDays(
  columns: Columns,
  { rows, low, high }: Selected,
  dayOf: (time: number) => CalendarDay,
): DayCount[] {
  const days: { readonly date: string; count: number }[] = [];
  for (let place = low; place < high; ) {
    const { date, end } = dayOf(columns.createdAt(rows.at(place)));
    const next = Math.max(place + 1, Math.min(high, rows.placeOfTime(end)));
    const last = days.at(-1);
    if (last?.date === date) last.count += next - place;
    else days.push({ date, count: next - place });
    place = next;
  }
  return days;
}
