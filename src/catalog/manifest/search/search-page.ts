import { fromErrno } from '../../../domain/errors.ts';
import type { Cursor, Order } from '../../../domain/page.ts';
import type { Selection } from '../../../domain/search/selection.ts';
import type { ListPage, ListQuery, Version } from '../../catalog.ts';
import { cursorOf } from '../../entry.ts';
import { entriesOf, type Heal } from '../entries.ts';
import { type IdForm, wordsOf } from '../ids.ts';
import type { ManifestContext, OwnerStore } from '../store.ts';
import type { OwnerSearch, SearchTools } from './owner-search.ts';
import { withSearch } from './search-holder.ts';
import { SearchAgainError, tooBusy } from './search-trouble.ts';
import { Session } from './session.ts';

/** A page is put together anew so often when commits land between its search and its reading. */
const ATTEMPTS = 16;

/**
 * A page of the pictures that a selection with text terms means. `total` is exact when everything has been looked at
 * (`exactTotal`, or there was no need to stop before), else what was found so far.
 * @throws KirokuError as the storage; `overloaded` when changes land faster than they can be searched
 */
export async function searchPage(
  context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  query: ListQuery,
): Promise<ListPage> {
  const tools = { context, store, heal };
  if (store.index.columns.count === 0) return emptyPage(store.version);
  try {
    return await withSearch(tools, (search) => pageOf(search, tools, query));
  } catch (error) {
    throw outward(error);
  }
}

/**
 * Rows of all selected pictures, in the order of lists, oldest first, and the version they are of: to be looked at
 * again where that is no longer the owner's.
 * @throws KirokuError as `searchPage`
 */
export async function searchRows(
  context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  selection: Selection,
): Promise<{ readonly rows: Uint32Array; readonly version: Version }> {
  const tools = { context, store, heal };
  if (store.index.columns.count === 0) return { rows: new Uint32Array(0), version: store.version };
  try {
    return await withSearch(tools, async (search) => {
      const session = sessionOf(search, selection, 'newest', undefined);
      do await session.advance(tools, Number.POSITIVE_INFINITY);
      while (session.seq !== search.index.seq);
      keep(search, selection, 'newest', session);
      // another index has other rows: its version is not the one that these are right for
      if (tools.store.index !== search.index) throw new SearchAgainError();
      const rows = session.rows.slice(0, session.rows.length).reverse();
      return { rows, version: store.version };
    });
  } catch (error) {
    throw outward(error);
  }
}

/** Of an owner without pictures nothing is written anywhere. */
function emptyPage(version: Version): ListPage {
  return { entries: [], total: 0, totalRelation: 'eq', next: null, version };
}

function outward(error: unknown): Error {
  return error instanceof SearchAgainError ? tooBusy() : fromErrno(error);
}

interface Picked {
  readonly rows: readonly number[];
  readonly isStale: boolean;
  readonly total: number;
  readonly isWhole: boolean;
  readonly more: boolean;
  readonly version: Version;
}

async function pageOf(search: OwnerSearch, tools: SearchTools, query: ListQuery): Promise<ListPage> {
  const { store, heal } = tools;
  const behind = boundOf(search, query);
  const session = sessionOf(search, query, query.order, behind);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await session.advance(tools, needOf(search, session, query, behind));
    const { picked, entries } = await entriesOf(store, heal, () =>
      pick(search, tools, session, query, behind),
    );
    if (picked.isStale) continue;
    keep(search, query, query.order, session, behind);
    const last = entries.at(-1);
    return {
      entries,
      total: picked.total,
      totalRelation: picked.isWhole ? 'eq' : 'gte',
      next: picked.more && last !== undefined ? cursorOf(last) : null,
      version: picked.version,
    };
  }
  throw tooBusy();
}

/** In one step with the choice of the lines to be read: nothing may have been committed since the search. */
function pick(
  search: OwnerSearch,
  { store }: SearchTools,
  session: Session,
  query: ListQuery,
  behind: Cursor | undefined,
): Picked {
  if (store.index !== search.index) throw new SearchAgainError();
  const from = placeOf(search, session, query, behind);
  const isStale =
    session.seq !== search.index.seq || !session.isSettled(needOf(search, session, query, behind));
  return {
    rows: isStale ? [] : [...session.rows.slice(from, from + query.size)],
    isStale,
    total: session.rows.length,
    isWhole: session.isDone && behind === undefined,
    more: session.rows.length > from + query.size,
    version: store.version,
  };
}

function needOf(search: OwnerSearch, session: Session, query: ListQuery, behind: Cursor | undefined): number {
  if (query.exactTotal === true) return Number.POSITIVE_INFINITY;
  return placeOf(search, session, query, behind) + query.size + 1;
}

/** Where the page begins among what the session finds. */
function placeOf(
  search: OwnerSearch,
  session: Session,
  { at, size, order }: ListQuery,
  behind: Cursor | undefined,
): number {
  if ('page' in at) return (at.page - 1) * size;
  if (behind !== undefined) return 0;
  const isBehind = behindTest(search, order, at.after);
  return session.rows.placeWhere((row) => !isBehind(row));
}

/** A page behind a cursor goes on where an earlier search ended; without one, only what lies behind is searched. */
function boundOf(search: OwnerSearch, query: ListQuery): Cursor | undefined {
  const { at, order, exactTotal } = query;
  if ('page' in at || exactTotal === true) return undefined;
  const known = search.sessions.get(keyOf(query, order, undefined));
  if (known === undefined || known.isBroken || known.seq < 0) return at.after;
  const { rows, isDone } = known;
  const reaches = rows.length > 0 && behindTest(search, order, at.after)(rows.at(rows.length - 1));
  return isDone || reaches ? undefined : at.after;
}

function behindTest(
  { index: { columns } }: OwnerSearch,
  order: Order,
  cursor: Cursor,
): (row: number) => boolean {
  const words = new Uint32Array(4);
  const form: IdForm = wordsOf(cursor.id, words);
  const sign = order === 'newest' ? -1 : 1;
  return (row) => sign * (columns.createdAt(row) - cursor.time || columns.compareId(row, words, 0, form)) > 0;
}

function sessionOf(
  search: OwnerSearch,
  selection: Selection,
  order: Order,
  behind: Cursor | undefined,
): Session {
  const key = keyOf(selection, order, behind);
  const known = search.sessions.get(key);
  if (known !== undefined && !known.isBroken) return known;
  const session = new Session(search, selection, order, behind);
  search.sessions.put(key, session, search.index.columns.count);
  return session;
}

/** It has grown: what is kept in all is looked at again. */
function keep(
  search: OwnerSearch,
  selection: Selection,
  order: Order,
  session: Session,
  behind?: Cursor,
): void {
  search.sessions.put(keyOf(selection, order, behind), session, search.index.columns.count);
}

function keyOf(selection: Selection, order: Order, behind: Cursor | undefined): string {
  const { kind, status, from, to, favorite, facets, terms } = selection;
  return JSON.stringify([
    kind,
    status,
    from ?? null,
    to ?? null,
    favorite ?? null,
    facets ?? [],
    terms ?? [],
    order,
    behind ?? null,
  ]);
}
