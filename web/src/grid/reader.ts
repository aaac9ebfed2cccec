import type { Item } from '../api/types.ts';
import { spanOf } from './chunks.ts';
import { type Filled, type Loader, Miscounted } from './loader.ts';
import type { Order } from './order.ts';
import type { Recount } from './recount.ts';
import type { Source } from './source.ts';

const MOST_TRIES = 5;
/** Pictures of one moment that are looked through. */
const NEIGHBOURS = 50;

export interface ReaderDeps {
  readonly order: Order;
  readonly recount: Recount;
  readonly source: Source;
  readonly loader: Loader;
  readonly dayOf: (time: string) => string;
  /** Puts in what had to be loaded. */
  readonly keep: (filled: Filled) => void;
}

/** Reads places of a list that may change while it is read: what was counted wrong is counted again. */
export interface Reader {
  /** Undefined beyond the list's end. */
  itemAt(index: number, signal: AbortSignal): Promise<Item | undefined>;
  /** Where a picture stands that may not be loaded: as many places down its day as there are newer ones; -1 where it is not. */
  indexOf(picture: Pick<Item, 'id' | 'created_at'>, signal: AbortSignal): Promise<number>;
  /** All pictures of these places in order, in steps. They are not kept. */
  pictures(from: number, to: number, signal: AbortSignal): AsyncGenerator<readonly Item[]>;
}

export function createReader({ order, recount, source, loader, dayOf, keep }: ReaderDeps): Reader {
  /** From this place to the end of its chunk; empty beyond the list's end. */
  const read = async (
    index: number,
    signal: AbortSignal,
    onLoaded?: (filled: Filled) => void,
  ): Promise<readonly Item[]> => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const place = order.place(index);
      const chunk = place === undefined ? undefined : order.chunks[place.chunk];
      if (place === undefined || chunk === undefined) return [];
      if (chunk.items !== undefined) return chunk.items.slice(place.at);
      try {
        const filled = await loader.load(order.chunks, [place.chunk], signal);
        onLoaded?.(filled);
        return filled.get(chunk)?.slice(place.at) ?? [];
      } catch (problem) {
        if (!(problem instanceof Miscounted)) throw problem;
        recount.miscounted(problem.dates);
        await recount.run();
      }
    }
    return [];
  };

  return {
    async itemAt(index, signal) {
      const items = await read(index, signal, keep);
      return order.peek(index) ?? items[0];
    },
    async indexOf(picture, signal) {
      const loaded = order.peekIndexOf(picture.id);
      if (loaded !== -1) return loaded;
      const date = dayOf(picture.created_at);
      const params = { from: picture.created_at, to: date, size: '1', total: 'exact' } as const;
      const { total = 0 } = await source.page(params, signal);
      const dayFrom = order.starts[spanOf(order.chunks, date).from] ?? 0;
      const last = dayFrom + total - 1;
      for (let index = last; index >= dayFrom && index > last - NEIGHBOURS; index -= 1) {
        const [item] = await read(index, signal);
        if (item?.id === picture.id) return index;
      }
      return -1;
    },
    async *pictures(from, to, signal) {
      for (let index = from; index < Math.min(to, order.total); ) {
        const items = await read(index, signal);
        if (items.length === 0) return;
        yield items.slice(0, to - index);
        index += items.length;
      }
    },
  };
}
