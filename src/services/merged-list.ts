import type { Catalog, Entry, ListPage, ListQuery, Version } from '../catalog/catalog.ts';
import { cursorOf } from '../catalog/entry.ts';
import type { Status } from '../domain/kind.ts';
import { compareCursor } from '../domain/page.ts';

/** A list of pictures of any status. */
export type MergedQuery = Omit<ListQuery, 'status'>;

/** A page is put together anew so often when changes land between its parts. */
const ATTEMPTS = 4;

/**
 * A page of the active and the trashed pictures in one order, by merging the catalog's two lists: the same entries,
 * total and cursor as if they were one. A page at a depth costs a search for its beginning (one entry of each list a
 * step, as many steps as the depth has binary digits); the first page, and one behind a cursor, cost two pages.
 * When changes keep landing between the parts, the last attempt is given as it is.
 * @throws KirokuError as the catalog
 */
export async function mergedPage(catalog: Pick<Catalog, 'list'>, query: MergedQuery): Promise<ListPage> {
  for (let attempt = 1; ; attempt++) {
    const versions: Version[] = [];
    const list = async (status: Status, part: Partial<ListQuery>): Promise<ListPage> => {
      const page = await catalog.list({ ...query, status, ...part });
      versions.push(page.version);
      return page;
    };
    const page = await mergeOnce(list, query);
    const isOne = versions.every(
      ({ epoch, seq }) => epoch === page.version.epoch && seq === page.version.seq,
    );
    if (isOne || attempt === ATTEMPTS) return page;
  }
}

type List = (status: Status, part: Partial<ListQuery>) => Promise<ListPage>;
type Place = ListQuery['at'];

async function mergeOnce(list: List, query: MergedQuery): Promise<ListPage> {
  const { active, trash } = await beginnings(list, query);
  // the trash first: an owner that is not in memory is loaded for it, and then the other answer is a whole one
  const ofTrash = await list('trash', { at: trash });
  const ofActive = await list('active', { at: active });
  const all = [...ofActive.entries, ...ofTrash.entries].sort(inOrder(query));
  const entries = all.slice(0, query.size);
  const last = entries.at(-1);
  const isMore = all.length > entries.length || ofActive.next !== null || ofTrash.next !== null;
  const isExact = ofActive.totalRelation === 'eq' && ofTrash.totalRelation === 'eq';
  return {
    entries,
    total: ofActive.total + ofTrash.total,
    totalRelation: isExact ? 'eq' : 'gte',
    next: isMore && last !== undefined ? cursorOf(last) : null,
    version: ofActive.version,
    ...(ofActive.provisional === true ? { provisional: true } : {}),
  };
}

/** Where the page begins in each of the two lists. */
async function beginnings(list: List, query: MergedQuery): Promise<{ active: Place; trash: Place }> {
  const { at, size } = query;
  if (!('page' in at)) return { active: at, trash: at };
  const skipped = (at.page - 1) * size;
  const ofActive = await skippedActive(list, query, skipped);
  return {
    active: await placeBehind(list, 'active', ofActive),
    trash: await placeBehind(list, 'trash', skipped - ofActive),
  };
}

/** How many of the first `skipped` entries of the merged list are active ones: found by halving. */
async function skippedActive(list: List, query: MergedQuery, skipped: number): Promise<number> {
  const compare = inOrder(query);
  let low = 0;
  let high = skipped;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const active = await entryAt(list, 'active', middle);
    const trashed = await entryAt(list, 'trash', skipped - middle - 1);
    // where the trash is too short the active ones must make up for it
    if (active !== undefined && (trashed === undefined || compare(active, trashed) < 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function entryAt(list: List, status: Status, place: number): Promise<Entry | undefined> {
  return (await list(status, { size: 1, at: { page: place + 1 } })).entries[0];
}

/** Behind the first `count` of one list; a place behind its end when it has fewer. */
async function placeBehind(list: List, status: Status, count: number): Promise<Place> {
  if (count === 0) return { page: 1 };
  const last = await entryAt(list, status, count - 1);
  return last === undefined ? { page: MAX_SAFE_PAGE } : { after: cursorOf(last) };
}

/** No list has so many pages. */
const MAX_SAFE_PAGE = 1_000_000_000;

function inOrder({ order }: MergedQuery): (a: Entry, b: Entry) => number {
  const sign = order === 'newest' ? -1 : 1;
  return (a, b) => sign * compareCursor(cursorOf(a), cursorOf(b));
}
