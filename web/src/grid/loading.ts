import type { Span } from './chunks.ts';
import { createLoader, type Filled, type Loader, Miscounted } from './loader.ts';
import type { Order } from './order.ts';
import { inReach } from './reach.ts';
import type { Source } from './source.ts';

export interface LoadingDeps {
  readonly order: Order;
  readonly source: Source;
  readonly dayOf: (time: string) => string;
  /** The days hold something else than was counted. @returns whether it is seen to */
  readonly onMiscounted: (dates: readonly string[]) => boolean;
}

/** What of a list is loaded: the chunks near the view, kept in the order itself. */
export interface Loading {
  readonly loader: Loader;
  /** The chunks that should be loaded. */
  readonly wanted: Span;
  /** Why something is missing. */
  readonly error: unknown;
  want(from: number, to: number): void;
  /** Puts pictures in; those of chunks that there are no longer are left out. */
  fill(filled: Filled): void;
  fail(problem: unknown): void;
  /** Asks again for what failed. */
  retry(): void;
}

export function createLoading({ order, source, dayOf, onMiscounted }: LoadingDeps): Loading {
  let wanted: Span = { from: 0, to: 0 };
  let error: unknown;
  const fill = (filled: Filled) => {
    error = undefined;
    if (!order.chunks.some((chunk) => filled.has(chunk))) return;
    // the others stay the objects that they are: what is still being loaded is known by them
    const next = order.chunks.map((chunk) => {
      const items = filled.get(chunk);
      return items === undefined ? chunk : { ...chunk, items };
    });
    order.set(next);
  };
  const fail = (problem: unknown) => {
    error = problem;
    order.tell();
  };
  const loader = createLoader({
    source,
    dayOf,
    onFilled: fill,
    onError(problem) {
      if (!(problem instanceof Miscounted && onMiscounted(problem.dates))) fail(problem);
    },
  });
  return {
    loader,
    fill,
    fail,
    get wanted() {
      return wanted;
    },
    get error() {
      return error;
    },
    want(from, to) {
      wanted = { from, to };
      loader.want(order.chunks, from, to);
      order.set(inReach(order.chunks, from, to));
    },
    retry() {
      loader.forgive();
      error = undefined;
      loader.want(order.chunks, wanted.from, wanted.to);
      order.tell();
    },
  };
}
