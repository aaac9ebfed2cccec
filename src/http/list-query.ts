import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import type { ListQuery } from '../catalog/catalog.ts';
import { KirokuError } from '../domain/errors.ts';
import { type Kind, STATUSES } from '../domain/kind.ts';
import { DEFAULT_PAGE_SIZE, decodeCursor, MAX_PAGE_SIZE } from '../domain/page.ts';
import { nextDate, parseDate, startOfDate, zoneCalendar } from './zoned-day.ts';

/** Filters of the contract that this server does not have yet: refused, never answered as if they matched nothing. */
const UNSUPPORTED = ['q', 'tag', 'workflow', 'model', 'ratio'] as const;
const MAX_PAGE = 1_000_000_000;

const whole = (name: string) =>
  z
    .string()
    .regex(/^[+-]?\d{1,15}$/, `${name}: not a whole number.`)
    .transform(Number);

const instant = z
  .string()
  .max(40)
  .openapi({ description: 'A date (that whole day in `tz`) or an ISO 8601 time with its zone. Inclusive.' });

export const ListParams = z.object({
  page: whole('page').optional().openapi({ type: 'integer', minimum: 1, default: 1 }),
  size: whole('size')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE }),
  cursor: z
    .string()
    .max(100)
    .optional()
    .openapi({ description: '`next_cursor` of the page before; not with `page`.' }),
  from: instant.optional(),
  to: instant.optional(),
  tz: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .openapi({ description: 'IANA time zone of bare dates; UTC when absent.' }),
  favorite: z.enum(['true', 'false', '1', '0']).optional(),
  status: z.enum(STATUSES).optional(),
  order: z.enum(['newest', 'oldest']).optional(),
});

/** A list request, taken apart once. */
export interface ParsedList {
  readonly query: Omit<ListQuery, 'owner' | 'kind'>;
  /** Null when the place is a cursor. */
  readonly page: number | null;
  /** Tells this query's answers from others of the same version; hex. */
  readonly hash: string;
}

export type ListParser = (search: string) => ParsedList;

/**
 * Parses and remembers list queries by their raw text.
 * @param salt whatever else an answer's bytes depend on.
 */
export function createListParser(salt: string): ListParser {
  const parsed = new LRUCache<string, ParsedList>({ max: 2_000 });
  return (search) => {
    const hit = parsed.get(search);
    if (hit !== undefined) return hit;
    const fresh = parseList(search, salt);
    // Long ones are rare, and must not fill the memory.
    if (search.length <= 512) parsed.set(search, fresh);
    return fresh;
  };
}

function parseList(search: string, salt: string): ParsedList {
  const values = singleValues(new URLSearchParams(search));
  for (const name of UNSUPPORTED) {
    if (values.has(name)) {
      throw new KirokuError('filter_unsupported', `${name}: this server cannot filter by it.`, {
        details: { field: name },
      });
    }
  }
  const params = checked(ListParams, Object.fromEntries(values));
  if (params.cursor !== undefined && params.page !== undefined) refuse('cursor', 'not together with page.');
  const page = clamp(params.page ?? 1, 1, MAX_PAGE);
  const range = rangeOf(params.from, params.to, params.tz ?? 'UTC');
  return {
    query: {
      status: params.status ?? 'active',
      order: params.order ?? 'newest',
      size: clamp(params.size ?? DEFAULT_PAGE_SIZE, 1, MAX_PAGE_SIZE),
      at: params.cursor === undefined ? { page } : { after: decodeCursor(params.cursor) },
      ...range,
      ...(params.favorite === undefined
        ? {}
        : { favorite: params.favorite === 'true' || params.favorite === '1' }),
    },
    page: params.cursor === undefined ? page : null,
    hash: createHash('sha256').update(`${salt}\n${search}`).digest('hex').slice(0, 12),
  };
}

/** Empty values are absent ones; a name given twice is refused, as nobody could tell which one counts. */
function singleValues(params: URLSearchParams): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of params) {
    if (value === '') continue;
    if (values.has(name)) refuse(name, 'given more than once.');
    values.set(name, value);
  }
  return values;
}

function rangeOf(
  from: string | undefined,
  to: string | undefined,
  tz: string,
): { from?: number; to?: number } {
  // Also where nothing needs it: a zone that is not known is a mistake, not nothing.
  zoneCalendar(tz);
  const range: { from?: number; to?: number } = {};
  if (from !== undefined) {
    const date = parseDate(from);
    range.from = date === undefined ? timeOf('from', from) : startOfDate(date, tz);
  }
  if (to !== undefined) {
    const date = parseDate(to);
    range.to = date === undefined ? timeOf('to', to) + 1 : startOfDate(nextDate(date), tz);
  }
  return range;
}

const Iso = z.iso.datetime({ offset: true });

function timeOf(name: string, text: string): number {
  const time = Iso.safeParse(text).success ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) refuse(name, 'neither a date nor an ISO 8601 time with its zone.');
  return time;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function refuse(field: string, why: string): never {
  throw new KirokuError('invalid_parameter', `${field}: ${why}`, { details: { field } });
}

/** Runs a schema; what it refuses is an `invalid_parameter` that names the member. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  const message = issue?.message ?? 'not valid';
  const detail = field === '' || message.startsWith(`${field}:`) ? message : `${field}: ${message}`;
  throw new KirokuError('invalid_parameter', detail, field === '' ? {} : { details: { field } });
}

/** Names the kind, base path and format that a list's bytes depend on beside the query. */
export function listSalt(kind: Kind, basePath: string): string {
  return `1\n${kind}\n${basePath}`;
}
