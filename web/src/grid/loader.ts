import type { Item } from '../api/types.ts';
import type { Chunk } from './chunks.ts';
import { type Ask, planOf } from './plan.ts';
import type { Source } from './source.ts';

/** Chunks and what is in them. */
export type Filled = ReadonlyMap<Chunk, readonly Item[]>;

/** The days hold something else than was counted. */
export class Miscounted extends Error {
  readonly dates: readonly string[];

  constructor(dates: readonly string[]) {
    super('The days were counted before they changed.');
    this.name = 'Miscounted';
    this.dates = dates;
  }
}

export interface Loader {
  /** Loads what is missing of these, and stops loading what is not among them. */
  want(chunks: readonly Chunk[], from: number, to: number): void;
  /** Loads these places. @throws Miscounted, ApiProblem, or what `signal` was aborted for */
  load(chunks: readonly Chunk[], places: readonly number[], signal: AbortSignal): Promise<Filled>;
  /** What failed may be tried again. */
  forgive(): void;
  stop(): void;
}

export interface LoaderDeps {
  readonly source: Source;
  readonly dayOf: (time: string) => string;
  readonly onFilled: (filled: Filled) => void;
  readonly onError: (error: unknown) => void;
}

interface Flight {
  readonly chunks: readonly Chunk[];
  readonly controller: AbortController;
}

export function createLoader({ source, dayOf, onFilled, onError }: LoaderDeps): Loader {
  const flights = new Set<Flight>();
  /** Not asked for again and again while they stay in view. */
  let failed = new WeakSet<Chunk>();

  const fetchAsk = async (ask: Ask, chunks: readonly Chunk[], signal: AbortSignal): Promise<Filled> => {
    const { firstDate, lastDate, size, page } = ask;
    const params = { from: firstDate, to: lastDate, size: String(size), page: String(page) };
    const { items, total } = await source.page(params, signal);
    const dates = chunks.map(({ date }) => date);
    if (total !== undefined && total !== ask.total) throw new Miscounted(dates);
    const filled = new Map<Chunk, readonly Item[]>();
    let at = ask.skip;
    for (const chunk of chunks) {
      const own = items.slice(at, at + chunk.count);
      if (!isOf(own, chunk, dayOf)) throw new Miscounted(dates);
      filled.set(chunk, own);
      at += chunk.count;
    }
    return filled;
  };

  const fly = async (ask: Ask, own: readonly Chunk[]): Promise<void> => {
    const flight = { chunks: own, controller: new AbortController() };
    flights.add(flight);
    const { signal } = flight.controller;
    try {
      onFilled(await fetchAsk(ask, own, signal));
    } catch (error) {
      if (signal.aborted) return;
      for (const chunk of own) failed.add(chunk);
      onError(error);
    } finally {
      flights.delete(flight);
    }
  };

  return {
    want(chunks, from, to) {
      const wanted = new Set(chunks.slice(from, to));
      for (const flight of flights) {
        if (!flight.chunks.some((chunk) => wanted.has(chunk))) flight.controller.abort();
      }
      const flying = new Set([...flights].flatMap((flight) => flight.chunks));
      const places = [];
      for (let at = from; at < Math.min(to, chunks.length); at += 1) {
        const chunk = chunks[at];
        if (chunk === undefined || chunk.items !== undefined) continue;
        if (!flying.has(chunk) && !failed.has(chunk)) places.push(at);
      }
      for (const ask of planOf(chunks, places)) void fly(ask, chunks.slice(ask.from, ask.to));
    },
    async load(chunks, places, signal) {
      const filled = new Map<Chunk, readonly Item[]>();
      for (const ask of planOf(chunks, places)) {
        const own = await fetchAsk(ask, chunks.slice(ask.from, ask.to), signal);
        for (const [chunk, items] of own) filled.set(chunk, items);
      }
      return filled;
    },
    forgive() {
      failed = new WeakSet();
    },
    stop() {
      for (const { controller } of flights) controller.abort();
    },
  };
}

/** Whether these are all of a chunk, and of its day. */
function isOf(items: readonly Item[], { count, date }: Chunk, dayOf: (time: string) => string): boolean {
  const [first] = items;
  const last = items.at(-1);
  if (items.length !== count || first === undefined || last === undefined) return false;
  return dayOf(first.created_at) === date && dayOf(last.created_at) === date;
}
