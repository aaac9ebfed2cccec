import { spanOf } from './chunks.ts';
import type { Collection } from './collection-types.ts';

/** Picks pictures by their places, loaded or not. */
export interface Range {
  /** From here to there, both included, in either order. */
  pick(from: number, to: number, on?: boolean): void;
  pickDay(date: string, on: boolean): void;
  /** Picks exactly these: what was picked by the range before is not any more. */
  replace(from: number, to: number): void;
}

type Listed = Pick<Collection, 'picks' | 'chunks' | 'pictures' | 'indexAt' | 'peek'>;

/** @param onError of a range that could not be read to its end */
export function createRange(list: Listed, onError: (error: unknown) => void): Range {
  const { picks } = list;
  let running: AbortController | undefined;
  const pickAll = async (from: number, to: number, on: boolean): Promise<void> => {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    picks.expect(on ? to + 1 - from : undefined);
    try {
      for await (const items of list.pictures(from, to + 1, controller.signal)) {
        // taken up by another range, or by who cleared what was picked so far
        if (controller.signal.aborted || (on && picks.expected === undefined)) return;
        picks.set(items, on);
      }
    } catch (error) {
      if (!controller.signal.aborted) onError(error);
    } finally {
      if (running === controller) picks.expect(undefined);
    }
  };
  let last: readonly [number, number] | undefined;
  return {
    pick(from, to, on = true) {
      void pickAll(Math.min(from, to), Math.max(from, to), on);
    },
    pickDay(date, on) {
      const { from, to } = spanOf(list.chunks, date);
      const first = list.indexAt({ chunk: from, at: 0 });
      void pickAll(first, list.indexAt({ chunk: to, at: 0 }) - 1, on);
    },
    replace(from, to) {
      if (last !== undefined) {
        const [a, b] = last;
        for (let index = a; index <= b; index += 1) {
          const item = list.peek(index);
          if (item !== undefined) picks.set([item], false);
        }
      }
      last = [Math.min(from, to), Math.max(from, to)];
      void pickAll(last[0], last[1], true);
    },
  };
}
