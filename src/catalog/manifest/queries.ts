import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind, OPS, STATUSES } from '../../domain/kind.ts';
import type { Change, Entry, ListPage, ListQuery, Version } from '../catalog.ts';
import { cursorOf } from '../entry.ts';
import { ascii, hex32 } from './bytes.ts';
import { FAVORITE } from './columns.ts';
import { entriesOf, type Heal, ready } from './entries.ts';
import type { RowOrder } from './order.ts';
import type { OwnerStore } from './store.ts';

/** Changes told at once; who is further behind starts anew. */
const MOST_CHANGES = 10_000;
/** Rows whose lines are read together, where there may be very many. */
const ROWS_AT_ONCE = 256;

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

/** A page: a slice of a ready order. Costs the page, however deep it lies. */
export async function listPage(store: OwnerStore, heal: Heal, query: ListQuery): Promise<ListPage> {
  const { picked, entries } = await entriesOf(store, heal, () => slice(store, query));
  return pageOf(picked, entries);
}

/** The same page when all of it is in the ring: neither disk nor waiting. */
export function readyPage(store: OwnerStore, query: ListQuery): ListPage | undefined {
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

/** Places `low` (included) to `high` (not) of an order, oldest first. */
interface Range {
  readonly low: number;
  readonly high: number;
}

function slice(store: OwnerStore, query: ListQuery): Slice {
  const order = store.index.order(KINDS.indexOf(query.kind), STATUSES.indexOf(query.status));
  const whole: Range = {
    low: query.from === undefined ? 0 : order.placeOfTime(query.from),
    high: query.to === undefined ? order.length : order.placeOfTime(query.to),
  };
  const { version } = store;
  if (query.favorite !== undefined) return { ...favorites(store, order, whole, query), version };
  const total = Math.max(0, whole.high - whole.low);
  const rest = remaining(order, whole, query);
  const rows: number[] = [];
  const count = Math.min(query.size, Math.max(0, rest.high - rest.low));
  for (let i = 0; i < count; i++) {
    rows.push(order.at(query.order === 'newest' ? rest.high - 1 - i : rest.low + i));
  }
  return { rows, total, more: rest.high - rest.low > count, version };
}

/** What is left of the range when the pages before, or everything up to the cursor, are taken off. */
function remaining(order: RowOrder, { low, high }: Range, { at, order: direction, size }: ListQuery): Range {
  if ('page' in at) {
    const skip = (at.page - 1) * size;
    return direction === 'newest' ? { low, high: high - skip } : { low: low + skip, high };
  }
  return direction === 'newest'
    ? { low, high: Math.min(high, order.placeOfCursor(at.after, true)) }
    : { low: Math.max(low, order.placeOfCursor(at.after, false)), high };
}

/** One pass over the flags of the range: about 2 ms for a million pictures. */
function favorites(
  store: OwnerStore,
  order: RowOrder,
  whole: Range,
  query: ListQuery,
): Omit<Slice, 'version'> {
  const { columns } = store.index;
  const newest = query.order === 'newest';
  const rest = 'page' in query.at ? whole : remaining(order, whole, query);
  const skip = 'page' in query.at ? (query.at.page - 1) * query.size : 0;
  const rows: number[] = [];
  let total = 0;
  let behind = 0;
  for (let i = 0; i < whole.high - whole.low; i++) {
    const place = newest ? whole.high - 1 - i : whole.low + i;
    const row = order.at(place);
    if (columns.has(row, FAVORITE) !== query.favorite) continue;
    total += 1;
    if (place < rest.low || place >= rest.high) continue;
    behind += 1;
    if (behind > skip && rows.length < query.size) rows.push(row);
  }
  return { rows, total, more: behind > skip + rows.length };
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
