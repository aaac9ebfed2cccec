import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import type { ListQuery } from '../catalog/catalog.ts';
import type { Kind } from '../domain/kind.ts';
import { DEFAULT_PAGE_SIZE, decodeCursor, MAX_PAGE_SIZE } from '../domain/page.ts';
import type { Retention } from '../domain/retention.ts';
import { checked, refuse } from './checked.ts';
import { readParams, SelectionParams, selectionOf } from './selection-query.ts';

const MAX_PAGE = 1_000_000_000;

/** A whole number as a text; what is out of range is clamped where it is used. */
export const whole = (name: string) =>
  z
    .string()
    .regex(/^[+-]?\d{1,15}$/, `${name}: not a whole number.`)
    .transform(Number);

const order = z.enum(['newest', 'oldest']);

export const ListParams = SelectionParams.extend({
  page: whole('page').optional().openapi({ type: 'integer', minimum: 1, default: 1 }),
  size: whole('size')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE }),
  cursor: z
    .string()
    .max(100)
    .optional()
    .openapi({ description: '`next_cursor` of the page before; not with `page`.' }),
  order: order.optional(),
  total: z
    .enum(['exact'])
    .optional()
    .openapi({ description: 'Count a search to its end, also where that takes longer than the page.' }),
});

/** What a saved search keeps: everything of a list but the place in it. */
export const SavedParams = SelectionParams.extend({ order: order.optional() });

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
  return remembering((search) => parseList(search, salt));
}

/** Gives the same answer for the same text again. */
export function remembering<T extends object>(parse: (search: string) => T): (search: string) => T {
  const parsed = new LRUCache<string, T>({ max: 2_000 });
  return (search) => {
    const hit = parsed.get(search);
    if (hit !== undefined) return hit;
    const fresh = parse(search);
    // Long ones are rare, and must not fill the memory.
    if (search.length <= 512) parsed.set(search, fresh);
    return fresh;
  };
}

function parseList(search: string, salt: string): ParsedList {
  return { ...listOf(checked(ListParams, readParams(search))), hash: queryHash(salt, search) };
}

/** What a list's checked parameters mean. @throws KirokuError as `selectionOf`; `invalid_parameter` about the place */
export function listOf(params: z.output<typeof ListParams>): Omit<ParsedList, 'hash'> {
  if (params.cursor !== undefined && params.page !== undefined) refuse('cursor', 'not together with page.');
  const page = clamp(params.page ?? 1, 1, MAX_PAGE);
  return {
    query: {
      ...selectionOf(params),
      order: params.order ?? 'newest',
      size: clamp(params.size ?? DEFAULT_PAGE_SIZE, 1, MAX_PAGE_SIZE),
      at: params.cursor === undefined ? { page } : { after: decodeCursor(params.cursor) },
      ...(params.total === undefined ? {} : { exactTotal: true }),
    },
    page: params.cursor === undefined ? page : null,
  };
}

/** Twelve hex that tell one query's answers from another's. */
export function queryHash(salt: string, search: string): string {
  return createHash('sha256').update(`${salt}\n${search}`).digest('hex').slice(0, 12);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Names the kind, base path, times in the trash and format that a list's bytes depend on beside the query. */
export function listSalt(kind: Kind, basePath: string, retention: Retention): string {
  const { guestDays, memberDays, keepFavorites } = retention;
  return `2\n${kind}\n${basePath}\n${guestDays} ${memberDays} ${keepFavorites}`;
}
