import type { Collection, CollectionDeps } from './collection-types.ts';
import { createLoading, type Loading } from './loading.ts';
import { createMembership, type Membership } from './membership.ts';
import { createOpening, type Opening } from './opening.ts';
import { createOrder, type Order } from './order.ts';
import { createReader } from './reader.ts';
import { createRecount, type Recount } from './recount.ts';

interface Parts {
  readonly order: Order;
  readonly loading: Loading;
  readonly recount: Recount;
  readonly opening: Opening;
  readonly members: Membership;
}

/** All pictures of a selection. Nothing is asked before `start`. */
export function createCollection(deps: CollectionDeps): Collection {
  const { family, selection, source, picks, dayOf, settleMs = 300 } = deps;
  const isPlain = Object.keys(selection).every((name) => name === 'tz' || name === 'status');
  const stopping = new AbortController();
  const { signal } = stopping;
  const order = createOrder();
  const loading = createLoading({ order, source, dayOf, onMiscounted: (dates) => recount.miscounted(dates) });
  const { loader } = loading;
  const wanted = () => loading.wanted;
  const recount = createRecount({
    ...{ order, source, signal, settleMs, wanted },
    loader: () => loader,
    onError: loading.fail,
    // an event that the counts do not know is news, whatever was done here before them
    onCounted: () => members.forget(),
  });
  const opening = createOpening({ ...deps, order, recount, signal });
  const members = createMembership({
    ...{ order, picks, dayOf, isPlain },
    counted: () => recount.counted,
    askAbout: (date) => recount.ask(date === undefined ? [] : [date]),
  });
  const parts = { order, loading, recount, opening, members };
  return Object.assign(
    viewOf(parts, { family, selection, picks, isPlain }),
    changesOf(parts),
    createReader({ order, recount, source, loader, dayOf, keep: loading.fill }),
    {
      stop() {
        recount.stop();
        stopping.abort();
        loader.stop();
      },
    },
  );
}

/** What a list is at the moment. */
function viewOf<T>({ order, loading, opening }: Parts, fixed: T) {
  const view = {
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
      return opening.state === 'ready';
    },
    get error() {
      return opening.error;
    },
    get loadError() {
      return loading.error;
    },
    subscribe: order.subscribe,
    place: order.place,
    indexAt: order.indexAt,
    peek: order.peek,
    peekIndexOf: order.peekIndexOf,
  };
  return Object.assign(view, fixed);
}

/** What makes it something else. */
function changesOf({ order, loading, recount, opening, members }: Parts) {
  const isReady = () => opening.state === 'ready';
  return {
    patch: members.patch,
    remove: members.remove,
    putBack: members.putBack,
    want: loading.want,
    start() {
      if (opening.state === 'new') void opening.begin();
    },
    refresh() {
      if (isReady()) recount.ask();
    },
    reset() {
      members.forget();
      const shown = order.chunks.filter(({ items }) => items !== undefined);
      if (isReady()) recount.ask(shown.map(({ date }) => date));
    },
    retry() {
      if (isReady()) recount.ask();
      else void opening.begin();
      loading.retry();
    },
    apply(changes: Parameters<Collection['apply']>[0]) {
      if (isReady()) members.apply(changes);
    },
  };
}
