import { KINDS, STATUSES } from '../../../domain/kind.ts';
import { compareCursor } from '../../../domain/page.ts';
import { isSelected } from '../../../domain/search/match.ts';
import type { Selection } from '../../../domain/search/selection.ts';
import type { Entry, ListPage, ListQuery } from '../../catalog.ts';
import { cursorOf } from '../../entry.ts';
import { entriesOf, type Heal } from '../entries.ts';
import type { ManifestContext, OwnerStore } from '../store.ts';

/** Lines that are read together. */
const AT_ONCE = 256;

/** A page of the pictures that a selection with terms means. */
export async function searchPage(
  _context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  query: ListQuery,
): Promise<ListPage> {
  const found = await matching(store, heal, query);
  const { order, size, at } = query;
  const ordered = order === 'oldest' ? found : found.toReversed();
  const sign = order === 'oldest' ? 1 : -1;
  const rest =
    'page' in at
      ? ordered.slice((at.page - 1) * size)
      : ordered.filter((entry) => sign * compareCursor(cursorOf(entry), at.after) > 0);
  const entries = rest.slice(0, size);
  const last = entries.at(-1);
  const next = last === undefined || rest.length === entries.length ? null : cursorOf(last);
  return { entries, total: found.length, totalRelation: 'eq', next, version: store.version };
}

/** Rows of all selected pictures, in the order of lists, oldest first. */
export async function searchRows(
  _context: ManifestContext,
  store: OwnerStore,
  heal: Heal,
  selection: Selection,
): Promise<Uint32Array> {
  const found = await matching(store, heal, selection);
  return Uint32Array.from(found, ({ id }) => store.rowOf(id)).filter((row) => row !== 0xffff_ffff);
}

/** Oldest first. */
async function matching(store: OwnerStore, heal: Heal, selection: Selection): Promise<Entry[]> {
  const order = store.index.order(KINDS.indexOf(selection.kind), STATUSES.indexOf(selection.status));
  const found: Entry[] = [];
  for (let from = 0; from < order.length; from += AT_ONCE) {
    const { entries } = await entriesOf(store, heal, () => ({
      rows: Array.from({ length: Math.min(AT_ONCE, order.length - from) }, (_, i) => order.at(from + i)),
    }));
    found.push(...entries.filter((entry) => isSelected(entry.record(), selection)));
  }
  return found;
}
