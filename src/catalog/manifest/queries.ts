import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind, OPS } from '../../domain/kind.ts';
import type { Selection } from '../../domain/search/selection.ts';
import type { CalendarDay, Catalog, Change, Entry, ListPage, ListQuery, Version } from '../catalog.ts';
import { cursorOf } from '../entry.ts';
import { ascii, hex32 } from './bytes.ts';
import { entriesOf, type Heal, ready } from './entries.ts';
import { countFacets } from './facet-counts.ts';
import { needsText } from './filter.ts';
import { pickRows } from './pick-rows.ts';
import { searchPage, searchRows } from './search/search-page.ts';
import { tooBusy } from './search/search-trouble.ts';
import { countSelected, type Selected, selectedRows, selectRows } from './selected-rows.ts';
import type { ManifestContext, OwnerStore } from './store.ts';
import { countDays } from './timeline.ts';

/** Changes told at once; who is further behind starts anew. */
const MOST_CHANGES = 10_000;
/** Rows whose lines are read together, where there may be very many. */
const ROWS_AT_ONCE = 256;
/** A search is made again this often when commits land between its end and the use of it. */
const ATTEMPTS = 16;

/** One picture by id, of this kind or, without one, of any. */
export async function findEntry(
  store: OwnerStore,
  heal: Heal,
  id: PictureId,
  kind?: Kind,
): Promise<Entry | undefined> {
  const { entries } = await entriesOf(store, heal, () => {
    const row = store.rowOf(id, kind);
    return { rows: row < 0 ? [] : [row] };
  });
  return entries[0];
}

interface Slice {
  readonly rows: number[];
  readonly total: number;
  readonly more: boolean;
  readonly version: Version;
}

/** A page: a slice of a ready order, which costs the page, however deep it lies; or what a filter leaves of it. */
export async function listPage(
  context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  query: ListQuery,
): Promise<ListPage> {
  if (needsText(query)) return searchPage(context, store, heal, query);
  const { picked, entries } = await entriesOf(store, heal, () => slice(store, query));
  return pageOf(picked, entries);
}

/** The same page when all of it is in the ring: neither disk nor waiting. */
export function readyPage(store: OwnerStore, query: ListQuery): ListPage | undefined {
  if (needsText(query)) return undefined;
  const picked = slice(store, query);
  const entries = ready(store, picked.rows);
  return entries === undefined ? undefined : pageOf(picked, entries);
}

function pageOf(picked: Slice, entries: readonly Entry[]): ListPage {
  const last = entries.at(-1);
  return {
    entries,
    total: picked.total,
    totalRelation: 'eq',
    next: picked.more && last !== undefined ? cursorOf(last) : null,
    version: picked.version,
  };
}

function slice(store: OwnerStore, query: ListQuery): Slice {
  const selected = selectRows(store.index, query);
  const total = countSelected(selected);
  return { ...pickRows(selected, total, query), total, version: store.version };
}

/** Counts under a selection, all of it at one version. @throws KirokuError as `searchRows` */
export function facetsOf(
  context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  selection: Selection,
  most: number,
): ReturnType<Catalog['facets']> {
  return withSelected(context, store, heal, selection, (selected) => ({
    ...countFacets(store.index, selected, most),
    version: store.version,
  }));
}

/** Days of a selection, all of it at one version. @throws KirokuError as `searchRows` */
export function timelineOf(
  context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  selection: Selection,
  dayOf: (time: number) => CalendarDay,
): ReturnType<Catalog['timeline']> {
  return withSelected(context, store, heal, selection, (selected) => ({
    days: countDays(store.index.columns, selected, dayOf),
    version: store.version,
  }));
}

/** What `use` makes of the selected rows: at once, as a commit may change them. */
async function withSelected<T>(
  context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  selection: Selection,
  use: (selected: Selected) => T,
): Promise<T> {
  if (!needsText(selection)) return use(selectRows(store.index, selection));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { rows, version } = await searchRows(context, store, heal, selection);
    // a commit may have come in between; what was found is remembered, so that the next search is short
    const { epoch, seq } = store.version;
    if (version.epoch === epoch && version.seq === seq) return use(selectedRows(store.index, rows));
  }
  throw tooBusy();
}

/** Newest active picture with these bytes: the first 32 bits are compared in memory, the rest on the line. */
export async function findBySha256(
  store: OwnerStore,
  heal: Heal,
  kind: Kind,
  sha256: string,
  accept: (entry: Entry) => boolean = () => true,
): Promise<Entry | undefined> {
  const prefix = hex32(ascii(sha256), 0);
  // one at a time: nearly always the first is the answer, and there may be very many with the same bytes
  for (let nth = 0; ; nth++) {
    const { entries } = await entriesOf(store, heal, () => ({ rows: rowWithSha(store, kind, prefix, nth) }));
    const [entry] = entries;
    if (entry === undefined || (entry.record().sha256 === sha256 && accept(entry))) return entry;
  }
}

/** The `nth` newest active row of this kind whose bytes begin so; none behind the last. */
function rowWithSha(store: OwnerStore, kind: Kind, prefix: number, nth: number): number[] {
  const order = store.index.order(KINDS.indexOf(kind), 0);
  let passed = 0;
  for (let place = order.length - 1; place >= 0; place--) {
    const row = order.at(place);
    if (store.index.columns.sha(row) === prefix && passed++ === nth) return [row];
  }
  return [];
}

/** The picture that this mark made at or after `since` (ms), in any status. */
export async function findByIdem(
  store: OwnerStore,
  heal: Heal,
  idem: string,
  since: number,
): Promise<Entry | undefined> {
  const { entries } = await entriesOf(store, heal, () => {
    const bytes = ascii(idem);
    const found = store.index.marks.find(hex32(bytes, 0), hex32(bytes, 8), since);
    const rows = new Set([...found].map(({ row }) => row).filter((row) => store.index.columns.isLive(row)));
    return { rows: [...rows] };
  });
  return entries.find((entry) => entry.record().idem === idem);
}

/** Latest state of what changed after `since`, in rising `seq`. */
export async function changesSince(
  store: OwnerStore,
  heal: Heal,
  since: Version,
): Promise<readonly Change[] | 'reset'> {
  const { epoch, floor, seq, columns, tombstones } = store.index;
  if (since.epoch !== epoch || since.seq < floor || since.seq > seq) return 'reset';
  if (since.seq === seq) return [];
  const rows: number[] = [];
  for (let row = 0; row < columns.used; row++) if (columns.seq(row) > since.seq) rows.push(row);
  const gone = tombstones.filter((stone) => stone.seq > since.seq && store.index.find(stone.id) < 0);
  if (rows.length + gone.length > MOST_CHANGES) return 'reset';
  const changes: Change[] = gone.map(({ seq: at, kind, id }) => ({
    version: { epoch, seq: at },
    op: 'purge',
    kind,
    owner: store.owner,
    id,
    entry: undefined,
  }));
  const ids = rows.map((row) => store.index.idOf(row));
  for (let from = 0; from < ids.length; from += ROWS_AT_ONCE) {
    changes.push(...(await latestOf(store, heal, ids.slice(from, from + ROWS_AT_ONCE))));
  }
  // healed while it was read: the numbers are of another epoch
  if (store.index.epoch !== epoch) return 'reset';
  return latest(changes);
}

async function latestOf(store: OwnerStore, heal: Heal, ids: readonly PictureId[]): Promise<Change[]> {
  const { picked, entries } = await entriesOf(store, heal, () => {
    const rows = ids.map((id) => store.rowOf(id)).filter((row) => row >= 0);
    return { rows, ops: rows.map((row) => store.index.columns.op(row)), epoch: store.index.epoch };
  });
  return entries.map((entry, i) => ({
    version: { epoch: picked.epoch, seq: entry.seq },
    op: OPS[picked.ops[i] ?? 0] ?? 'edit',
    kind: entry.kind,
    owner: entry.owner,
    id: entry.id,
    entry,
  }));
}

/** One change an id, the last one, in rising `seq`. */
function latest(changes: readonly Change[]): Change[] {
  const byId = new Map<PictureId, Change>();
  for (const change of [...changes].sort((a, b) => a.version.seq - b.version.seq))
    byId.set(change.id, change);
  return [...byId.values()].sort((a, b) => a.version.seq - b.version.seq);
}
