import type { ServerVersion } from '../live/version.ts';
import { chunksOf, type DayCount, merged, replaced, type Span, spanOf, startsOf } from './chunks.ts';
import type { Loader } from './loader.ts';
import type { Order } from './order.ts';
import type { Source } from './source.ts';

/** A list and its days that go on disagreeing are not asked about for ever. */
const MOST_MISCOUNTS = 5;

export interface RecountDeps {
  readonly order: Order;
  readonly source: Source;
  readonly loader: () => Loader;
  /** The chunks that should be loaded. */
  readonly wanted: () => Span;
  readonly signal: AbortSignal;
  /** After how long several changes are asked about together, ms. */
  readonly settleMs: number;
  /** The list is another than what was remembered of single pictures was remembered of. */
  readonly onCounted: () => void;
  readonly onError: (error: unknown) => void;
}

/** Keeps the counts of days true when they cannot be told from what is known. */
export interface Recount {
  /** The moment of which the counts are. */
  counted: ServerVersion | undefined;
  /** Counts soon; together with whatever else is asked until then. Days that are named are loaded anew where they are shown. */
  ask(dates?: readonly string[]): void;
  /** As `ask`, for days whose pages held something else than was counted. @returns false where it was asked too often */
  miscounted(dates: readonly string[]): boolean;
  /** Counts now. */
  run(): Promise<void>;
  stop(): void;
}

export function createRecount(deps: RecountDeps): Recount {
  const { order, source, signal, settleMs } = deps;
  const dirty = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let misses = 0;
  let counted: ServerVersion | undefined;

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), settleMs);
  };
  const run = async (): Promise<void> => {
    if (running !== undefined) return later();
    running = countAgain();
    try {
      await running;
    } catch (error) {
      // what is on view stays; the next change or the reader asks again
      if (!signal.aborted) deps.onError(error);
    } finally {
      running = undefined;
    }
  };
  const countAgain = async () => {
    const dates = new Set(dirty);
    const answer = await source.count(signal);
    for (const date of dates) dirty.delete(date);
    counted = answer.version;
    const { chunks, stale } = merged(order.chunks, answer.days, dates);
    deps.loader().forgive();
    order.set(chunks);
    deps.onCounted();
    for (const day of stale) {
      await reload(day);
      deps.onCounted();
    }
  };

  /** Puts a day's pictures in place of what is shown of it, all at once: nothing on view goes away meanwhile. */
  const reload = async (day: DayCount): Promise<void> => {
    const fresh = chunksOf([day]);
    const places = shownOf(day.date, startsOf(fresh));
    const filled = await deps.loader().load(fresh, places, signal);
    const next = fresh.map((chunk) => ({ ...chunk, items: filled.get(chunk) }));
    order.set(replaced(order.chunks, spanOf(order.chunks, day.date), next));
  };
  /** Which of a day's new chunks hold what is shown of the day now. */
  const shownOf = (date: string, fresh: Float64Array): number[] => {
    const { chunks, starts } = order;
    const span = spanOf(chunks, date);
    const wanted = deps.wanted();
    const first = starts[span.from] ?? 0;
    const from = (starts[Math.max(span.from, wanted.from)] ?? 0) - first;
    const to = (starts[Math.min(span.to, wanted.to)] ?? 0) - first;
    return [...fresh.keys()]
      .slice(0, -1)
      .filter((at) => (fresh[at] ?? 0) < to && (fresh[at + 1] ?? 0) > from);
  };

  return {
    get counted() {
      return counted;
    },
    set counted(version) {
      counted = version;
    },
    ask(dates = []) {
      for (const date of dates) dirty.add(date);
      misses = 0;
      later();
    },
    miscounted(dates) {
      for (const date of dates) dirty.add(date);
      misses += 1;
      if (misses > MOST_MISCOUNTS) return false;
      later();
      return true;
    },
    run,
    stop: () => clearTimeout(timer),
  };
}
