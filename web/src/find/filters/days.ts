/** The day of a time where the reader is, `YYYY-MM-DD`. */
export function dayOf(time: Date): string {
  const part = (value: number, length: number) => String(value).padStart(length, '0');
  return `${part(time.getFullYear(), 4)}-${part(time.getMonth() + 1, 2)}-${part(time.getDate(), 2)}`;
}

/** The first of the last so many days, today among them. */
export function firstOfLast(days: number, now: Date): string {
  return dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days + 1));
}
