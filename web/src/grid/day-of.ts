/** Tells the day (`YYYY-MM-DD`) of a moment in this zone. */
export function createDayOf(zone: string): (time: string) => string {
  // Sweden writes dates as ISO 8601 does
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (time) => format.format(new Date(time));
}
