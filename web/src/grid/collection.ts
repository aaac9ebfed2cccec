import type { Item } from '../api/types.ts';
import { isKnown, type ServerVersion } from '../live/version.ts';
import {
  type Chunk,
  chunksOf,
  countedDown,
  type DayCount,
  inserted,
  merged,
  patched,
  placeOf,
  replaced,
  spanOf,
  startsOf,
  without,
} from './chunks.ts';
import type { Change, Collection, CollectionDeps } from './collection-types.ts';
import { createLoader, type Filled, Miscounted } from './loader.ts';
import { inReach, seeded } from './reach.ts';

/** Ids of which it is remembered whether they are in the list: an event tells again what an action did. */
const MOST_KNOWN = 20_000;
const FIRST_PAGE = 100;
/** A list and its days that go on disagreeing are not asked about for ever. */
const MOST_RECOUNTS = 5;
const NEIGHBOURS = 50;

export function createCollection(deps: CollectionDeps): Collection {
  const { family, selection, source, dayOf, settleMs = 300 } = deps;
  const isPlain = Object.keys(selection).every((name) => name === 'tz' || name === 'status');
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  const known = new Map<string, boolean>();
  const dirty = new Set<string>();
  let chunks: readonly Chunk[] = [];
  let starts = startsOf(chunks);
  let version = 0;
  let isReady = false;
  let isStarted = false;
  let error: unknown;
  let loadError: unknown;
  let counted: ServerVersion | undefined;
  let wanted = { from: 0, to: 0 };
  let recounts = 0;
  let refreshing: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  const commit = (next: readonly Chunk[]) => {
    if (next === chunks) return;
    chunks = next;
    starts = startsOf(chunks);
    tell();
  };

  const fill = (filled: Filled) => {
    let isChanged = loadError !== undefined;
    loadError = undefined;
    const next = chunks.map((chunk) => {
      const items = filled.get(chunk);
      if (items === undefined) return chunk;
      isChanged = true;
      return { ...chunk, items };
    });
    if (isChanged) commit(next);
  };
  const loader = createLoader({
    source,
    dayOf,
    onFilled: fill,
    onError(problem) {
      if (problem instanceof Miscounted) return recount(problem.dates);
      loadError = problem;
      tell();
    },
  });

  const recount = (dates: readonly string[]) => {
    for (const date of dates) dirty.add(date);
    recounts += 1;
    if (recounts <= MOST_RECOUNTS) later();
  };
  /** Several changes at once are asked about together. */
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), settleMs);
  };

  const refresh = async (): Promise<void> => {
    if (refreshing !== undefined) return later();
    refreshing = countAgain();
    try {
      await refreshing;
    } catch (problem) {
      if (stopping.signal.aborted) return;
      // what is on view stays; the next change or the reader asks again
      loadError = problem;
      tell();
    } finally {
      refreshing = undefined;
    }
  };
  const countAgain = async () => {
    const days = new Set(dirty);
    const answer = await source.count(stopping.signal);
    for (const date of days) dirty.delete(date);
    counted = answer.version;
    const { chunks: next, stale } = merged(chunks, answer.days, days);
    loader.forgive();
    commit(next);
    for (const day of stale) await reload(day);
  };

  /** Puts a day's pictures in place of what is shown of it, all at once. */
  const reload = async (day: DayCount): Promise<void> => {
    const span = spanOf(chunks, day.date);
    const fresh = chunksOf([day]);
    const first = starts[span.from] ?? 0;
    const from = (starts[Math.max(span.from, wanted.from)] ?? 0) - first;
    const to = (starts[Math.min(span.to, wanted.to)] ?? 0) - first;
    const freshStarts = startsOf(fresh);
    const needed = [...fresh.keys()].filter(
      (at) => (freshStarts[at] ?? 0) < to && (freshStarts[at + 1] ?? 0) > from,
    );
    const filled = to > from ? await loader.load(fresh, needed, stopping.signal) : new Map();
    const next = fresh.map((chunk) => ({ ...chunk, items: filled.get(chunk) }));
    commit(replaced(chunks, spanOf(chunks, day.date), next));
  };

  const begin = async (): Promise<void> => {
    try {
      const firstPage = source.page({ size: String(FIRST_PAGE) }, stopping.signal).catch(() => undefined);
      const answer = await source.count(stopping.signal);
      counted = answer.version;
      error = undefined;
      isReady = true;
      commit([...seeded(chunksOf(answer.days), (await firstPage)?.items ?? [], dayOf)]);
      tell();
      // the server was still reading its index: its first answer may be short
      if (counted === undefined) later();
    } catch (problem) {
      if (stopping.signal.aborted) return;
      error = problem;
      tell();
    }
  };

  const isLoaded = (id: string) =>
    chunks.some((chunk) => chunk.items?.some((item) => item.id === id) === true);
  const remember = (id: string, isIn: boolean) => {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(id, isIn);
  };
  const askAbout = (date: string) => {
    dirty.add(date);
    recounts = 0;
    later();
  };

  const putIn = (item: Item, at: ServerVersion | undefined) => {
    if (isLoaded(item.id)) return patch(new Set([item.id]), () => item);
    const date = dayOf(item.created_at);
    if (!isPlain) return askAbout(date);
    if (known.get(item.id) === true || isKnown(at, counted)) return;
    remember(item.id, true);
    const next = inserted(chunks, date, item);
    if (next === undefined) askAbout(date);
    else commit(next);
  };
  const takeOut = (id: string, createdAt: string | undefined, at: ServerVersion | undefined) => {
    const { chunks: next, removed } = without(chunks, new Set([id]));
    const isNews = known.get(id) !== false && !isKnown(at, counted);
    remember(id, false);
    if (removed.length > 0) return commit(next);
    if (!isNews) return;
    if (createdAt === undefined) return later();
    const date = dayOf(createdAt);
    const fewer = isPlain ? countedDown(chunks, date) : undefined;
    if (fewer === undefined) askAbout(date);
    else commit(fewer);
  };
  const patch = (ids: ReadonlySet<string>, change: (item: Item) => Item) =>
    commit(patched(chunks, ids, change));

  const locate = (index: number) => {
    if (index < 0 || index >= (starts.at(-1) ?? 0)) return undefined;
    const chunk = placeOf(starts, index);
    return { chunk, at: index - (starts[chunk] ?? 0) };
  };
  const peek = (index: number) => {
    const place = locate(index);
    return place === undefined ? undefined : chunks[place.chunk]?.items?.[place.at];
  };
  const itemAt = async (index: number, signal: AbortSignal): Promise<Item | undefined> => {
    for (let tries = 0; tries < MOST_RECOUNTS; tries += 1) {
      const place = locate(index);
      const item = peek(index);
      if (place === undefined || item !== undefined) return item;
      try {
        fill(await loader.load(chunks, [place.chunk], signal));
      } catch (problem) {
        if (!(problem instanceof Miscounted)) throw problem;
        for (const date of problem.dates) dirty.add(date);
        await refresh();
      }
    }
    return undefined;
  };
  const peekIndexOf = (id: string) => {
    for (const [at, chunk] of chunks.entries()) {
      const found = chunk.items?.findIndex((item) => item.id === id) ?? -1;
      if (found !== -1) return (starts[at] ?? 0) + found;
    }
    return -1;
  };

  return {
    family,
    selection,
    picks: deps.picks,
    isPlain,
    get chunks() {
      return chunks;
    },
    get total() {
      return starts.at(-1) ?? 0;
    },
    get isReady() {
      return isReady;
    },
    get version() {
      return version;
    },
    get error() {
      return error;
    },
    get loadError() {
      return loadError;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (isStarted) return;
      isStarted = true;
      void begin();
    },
    refresh() {
      if (isReady) later();
    },
    reset() {
      for (const chunk of chunks) if (chunk.items !== undefined) dirty.add(chunk.date);
      known.clear();
      recounts = 0;
      later();
    },
    retry() {
      loader.forgive();
      loadError = undefined;
      recounts = 0;
      if (isReady) later();
      else void begin();
      loader.want(chunks, wanted.from, wanted.to);
      tell();
    },
    want(from, to) {
      wanted = { from, to };
      loader.want(chunks, from, to);
      const fewer = inReach(chunks, from, to);
      if (fewer !== chunks) commit(fewer);
    },
    place: locate,
    indexAt: ({ chunk, at }) => (starts[chunk] ?? 0) + at,
    apply(change: Change) {
      if (!isReady) return;
      if (change.op === 'in') return putIn(change.item, change.version);
      if (change.op === 'out') return takeOut(change.id, change.createdAt, change.version);
      patch(new Set([change.item.id]), () => change.item);
      if (!isPlain) askAbout(dayOf(change.item.created_at));
    },
    patch,
    remove(pictures) {
      const ids = new Set(pictures.map(({ id }) => id));
      for (const id of ids) remember(id, false);
      const { chunks: next, removed } = without(chunks, ids);
      commit(next);
      return removed.length === ids.size;
    },
    putBack(items) {
      for (const item of items) {
        known.delete(item.id);
        putIn(item, undefined);
      }
    },
    peek,
    itemAt,
    peekIndexOf,
    async indexOf(picture, signal) {
      const loaded = peekIndexOf(picture.id);
      if (loaded !== -1) return loaded;
      const date = dayOf(picture.created_at);
      const { total } = await source.page(
        { from: picture.created_at, to: date, size: '1', total: 'exact' },
        signal,
      );
      const dayFrom = starts[spanOf(chunks, date).from] ?? 0;
      // the last of those that are as new: pictures of one moment are few
      const last = dayFrom + (total ?? 0) - 1;
      for (let index = last; index >= dayFrom && index > last - NEIGHBOURS; index -= 1) {
        const item = await itemAt(index, signal);
        if (item?.id === picture.id) return index;
      }
      return -1;
    },
    async *pictures(from, to, signal) {
      const list = chunks;
      const listStarts = starts;
      for (let at = placeOf(listStarts, from); at < list.length && (listStarts[at] ?? 0) < to; at += 1) {
        const chunk = list[at];
        if (chunk === undefined) continue;
        const items = chunk.items ?? (await loader.load(list, [at], signal)).get(chunk) ?? [];
        const start = listStarts[at] ?? 0;
        yield items.slice(Math.max(0, from - start), Math.max(0, to - start));
      }
    },
    stop() {
      clearTimeout(timer);
      stopping.abort();
      loader.stop();
    },
  };
}
