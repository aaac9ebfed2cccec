import { z } from '@hono/zod-openapi';
import { STATUSES } from '../domain/kind.ts';
import { FACETS } from '../domain/search/facets.ts';
import { parseSearch } from '../domain/search/query.ts';
import type { Selection } from '../domain/search/selection.ts';
import { refuse } from './checked.ts';
import { createZone, DAY, parseDate, type Zone } from './zoned-day.ts';

/** Longer than any value a record keeps; a whole query is bounded by the request's first line. */
const MAX_VALUE = 2_000;
const MAX_VALUES = 32;

const instant = z
  .string()
  .max(40)
  .openapi({ description: 'A date (that whole day in `tz`) or an ISO 8601 time with its zone. Inclusive.' });

const value = z.string().max(MAX_VALUE).openapi({ description: 'One value, exactly as `facets` gives it.' });
const values = z
  .array(z.string().max(MAX_VALUE))
  .max(MAX_VALUES)
  .openapi({ description: 'May be repeated: all must hold. Each exactly as `facets` gives it.' });

/** Which pictures are meant. Lists, facets, timelines and saved searches share these. */
export const SelectionParams = z.object({
  q: z.string().optional().openapi({
    description: 'A search: words, "phrases", `-without`, `field:value`. At most 1,000 characters.',
    example: '고양이 "night sky" -dog steps:>30',
  }),
  tag: values.optional(),
  lora: values.optional(),
  workflow: value.optional(),
  model: value.optional(),
  ratio: value.optional(),
  generator: value.optional(),
  favorite: z.enum(['true', 'false', '1', '0']).optional(),
  status: z.enum(STATUSES).optional(),
  from: instant.optional(),
  to: instant.optional(),
  tz: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .openapi({ description: 'IANA time zone of bare dates and of days; UTC when absent.' }),
});

/** Parameters that may be given more than once. */
const REPEATED: ReadonlySet<string> = new Set(['tag', 'lora']);

export type Params = Readonly<Record<string, string | readonly string[]>>;

/**
 * A query's parameters. Empty values are absent ones; a name given twice is refused, as nobody could tell which one
 * counts, unless it may be repeated: then its values are a list, also when there is one.
 * @param search with or without the question mark
 * @throws KirokuError `invalid_parameter`
 */
export function readParams(search: string): Params {
  const read = new Map<string, string | string[]>();
  for (const [name, text] of new URLSearchParams(search)) {
    if (text === '') continue;
    const before = read.get(name);
    if (REPEATED.has(name)) read.set(name, [...(before ?? []), text]);
    else if (before === undefined) read.set(name, text);
    else refuse(name, 'given more than once.');
  }
  return Object.fromEntries(read);
}

/**
 * What checked parameters mean.
 * @throws KirokuError `invalid_parameter`; `invalid_query` with the place in `q`
 */
export function selectionOf(params: z.output<typeof SelectionParams>): Omit<Selection, 'owner' | 'kind'> {
  // also where nothing needs it: a zone that is not known is a mistake, not nothing
  const zone = createZone(params.tz ?? 'UTC');
  const { q, favorite } = params;
  const facets = FACETS.flatMap((facet) => valuesOf(params[facet]).map((text) => ({ facet, value: text })));
  const terms = q === undefined ? [] : parseSearch(q, (text) => dateRange(text, zone));
  return {
    status: params.status ?? 'active',
    ...rangeOf(params.from, params.to, zone),
    ...(favorite === undefined ? {} : { favorite: favorite === 'true' || favorite === '1' }),
    ...(facets.length === 0 ? {} : { facets }),
    ...(terms.length === 0 ? {} : { terms }),
  };
}

function valuesOf(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  return typeof given === 'string' ? [given] : [...new Set(given)];
}

function dateRange(text: string, zone: Zone): { from: number; to: number } | undefined {
  const date = parseDate(text);
  return date === undefined ? undefined : { from: zone.startOf(date), to: zone.startOf(date + DAY) };
}

function rangeOf(
  from: string | undefined,
  to: string | undefined,
  zone: Zone,
): { from?: number; to?: number } {
  return {
    ...(from === undefined ? {} : { from: dateRange(from, zone)?.from ?? timeOf('from', from) }),
    ...(to === undefined ? {} : { to: dateRange(to, zone)?.to ?? timeOf('to', to) + 1 }),
  };
}

const Iso = z.iso.datetime({ offset: true });

function timeOf(name: string, text: string): number {
  const time = Iso.safeParse(text).success ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) refuse(name, 'neither a date nor an ISO 8601 time with its zone.');
  return time;
}
