import type { Item } from '../api/types.ts';
import { chunksOf, type Span, spanOf } from './chunks.ts';
import type { Collection, CollectionDeps } from './collection-types.ts';
import { createLoader, type Filled, Miscounted } from './loader.ts';
import { createMembership } from './membership.ts';
import { createOrder, type Order } from './order.ts';
import { inReach, seeded } from './reach.ts';
import { createRecount, type Recount } from './recount.ts';
import type { Source } from './source.ts';

const FIRST_PAGE = '100';
const MOST_TRIES = 5;
/** Pictures of one moment that are looked through. */
const NEIGHBOURS = 50;

/** All pictures of a selection. Nothing is asked before `start`. */
export function createCollection(deps: CollectionDeps): Collection {
  const { family, selection, source, picks, dayOf, settleMs = 300 } = deps;
  const isPlain = Object.keys(selection).every((name) => name === 'tz' || name === 'status');
  const stopping = new AbortController();
  const { signal } = stopping;
  const order = createOrder();
  let wanted: Span = { from: 0, to: 0 };
  let state: 'new' | 'counting' | 'ready' = 'new';
  let error: unknown;
  let loadError: unknown;

  const fail = (problem: unknown) => {
    loadError = problem;
    order.tell();
  };
  const fill = (filled: Filled) => {
    loadError = undefined;
    // the others stay the objects that they are: what is still being loaded is known by them
    const next = order.chunks.map((chunk) => {
      const items = filled.get(chunk);
      return items === undefined ? chunk : { ...chunk, items };
    });
    if (order.chunks.some((chunk) => filled.has(chunk))) order.set(next);
  };
  const loader = createLoader({
    source,
    dayOf,
    onFilled: fill,
    onError(problem) {
      if (problem instanceof Miscounted && recount.miscounted(problem.dates)) return;
      fail(problem);
    },
  });
  const recount = createRecount({
    order,
    source,
    loader: () => loader,
    wanted: () => wanted,
    signal,
    settleMs,
    onError: fail,
  });
  const members = createMembership({
    order,
    picks,
    dayOf,
    isPlain,
    counted: () => recount.counted,
    askAbout: (date) => recount.ask(date === undefined ? [] : [date]),
  });
  const load = createReader(order, recount, async (place, given) =>
    loader.load(order.chunks, [place], given),
  );

  const begin = async (): Promise<void> => {
    state = 'counting';
    try {
      const firstPage = source.page({ size: FIRST_PAGE }, signal).catch(() => undefined);
      const { days, version } = await source.count(signal);
      const items = (await firstPage)?.items ?? [];
      recount.counted = version;
      error = undefined;
      state = 'ready';
      order.set(seeded(chunksOf(days), items, dayOf));
      order.tell();
      // the server was still reading its index: its first answer may be short
      if (version === undefined) recount.ask();
    } catch (problem) {
      if (signal.aborted) return;
      error = problem;
      order.tell();
    }
  };

  return {
    family,
    selection,
    picks,
    isPlain,
    get chunks() {
      return order.chunks;
    },
    get total() {
      return order.total;
    },
    get version() {
      return order.version;
    },
    get isReady() {
      return state === 'ready';
    },
    get error() {
      return error;
    },
    get loadError() {
      return loadError;
    },
    subscribe: order.subscribe,
    place: order.place,
    indexAt: order.indexAt,
    peek: order.peek,
    peekIndexOf: order.peekIndexOf,
    patch: members.patch,
    remove: members.remove,
    putBack: members.putBack,
    start() {
      if (state === 'new') void begin();
    },
    refresh() {
      if (state === 'ready') recount.ask();
    },
    reset() {
      members.forget();
      const shown = order.chunks.filter(({ items }) => items !== undefined);
      if (state === 'ready') recount.ask(shown.map(({ date }) => date));
    },
    retry() {
      loader.forgive();
      loadError = undefined;
      if (state !== 'ready') void begin();
      else recount.ask();
      loader.want(order.chunks, wanted.from, wanted.to);
      order.tell();
    },
    want(from, to) {
      wanted = { from, to };
      loader.want(order.chunks, from, to);
      order.set(inReach(order.chunks, from, to));
    },
    apply(change) {
      if (state === 'ready') members.apply(change);
    },
    async itemAt(index, given) {
      const items = await load(index, given, fill);
      return order.peek(index) ?? items[0];
    },
    indexOf: (picture, given) =>
      findPlace(order, source, { picture, date: dayOf(picture.created_at) }, load, given),
    async *pictures(from, to, given) {
      for (let index = from; index < Math.min(to, order.total); ) {
        const items = await load(index, given);
        if (items.length === 0) return;
        yield items.slice(0, to - index);
        index += items.length;
      }
    },
    stop() {
      recount.stop();
      stopping.abort();
      loader.stop();
    },
  };
}

/** The pictures from this place to the end of its chunk; empty beyond the list's end. `keep` puts in what had to be loaded. */
type Read = (index: number, signal: AbortSignal, keep?: (filled: Filled) => void) => Promise<readonly Item[]>;

/** Reads places of a list that may change while it is read: what was counted wrong is counted again. */
function createReader(
  order: Order,
  recount: Recount,
  fetch: (place: number, signal: AbortSignal) => Promise<Filled>,
): Read {
  return async (index, signal, keep) => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const place = order.place(index);
      const chunk = place === undefined ? undefined : order.chunks[place.chunk];
      if (place === undefined || chunk === undefined) return [];
      if (chunk.items !== undefined) return chunk.items.slice(place.at);
      try {
        const filled = await fetch(place.chunk, signal);
        keep?.(filled);
        return filled.get(chunk)?.slice(place.at) ?? [];
      } catch (problem) {
        if (!(problem instanceof Miscounted)) throw problem;
        recount.miscounted(problem.dates);
        await recount.run();
      }
    }
    return [];
  };
}

/** Where a picture stands that may not be loaded: as many places down its day as there are newer ones. */
async function findPlace(
  order: Order,
  source: Source,
  { picture, date }: { readonly picture: Pick<Item, 'id' | 'created_at'>; readonly date: string },
  read: Read,
  signal: AbortSignal,
): Promise<number> {
  const loaded = order.peekIndexOf(picture.id);
  if (loaded !== -1) return loaded;
  const params = { from: picture.created_at, to: date, size: '1', total: 'exact' } as const;
  const { total = 0 } = await source.page(params, signal);
  const dayFrom = order.starts[spanOf(order.chunks, date).from] ?? 0;
  const last = dayFrom + total - 1;
  for (let index = last; index >= dayFrom && index > last - NEIGHBOURS; index -= 1) {
    const [item] = await read(index, signal);
    if (item?.id === picture.id) return index;
  }
  return -1;
}
