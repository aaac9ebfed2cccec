/** Whether the server can be reached, as far as this page knows. */
export interface Reach {
  /** Since when nobody answers, ms of the clock; undefined while somebody does. */
  readonly goneSince: number | undefined;
  subscribe(listener: () => void): () => void;
  /** Something found nobody there. It is looked at before it is said: most of it is over in a moment. */
  suspect(): void;
  /** Somebody answered. */
  works(): void;
  /** Looks now instead of in a moment, where something is suspected. */
  lookNow(): void;
}

interface ReachDeps {
  /** Rejects while nobody answers. */
  readonly ask: () => Promise<unknown>;
  readonly now: () => number;
}

/** What is over by then is never said, ms. */
export const FIRST_LOOK_MS = 1_200;
/** Between later looks, ms. */
export const NEXT_LOOK_MS = 4_000;

export function createReach({ ask, now }: ReachDeps): Reach {
  const listeners = new Set<() => void>();
  let suspectedAt: number | undefined;
  let goneSince: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the question whose answer counts. */
  let turn = 0;
  const say = (since: number | undefined) => {
    if (goneSince === since) return;
    goneSince = since;
    for (const listener of listeners) listener();
  };
  const works = () => {
    turn += 1;
    clearTimeout(timer);
    suspectedAt = undefined;
    say(undefined);
  };
  const look = async () => {
    clearTimeout(timer);
    turn += 1;
    const mine = turn;
    const isThere = await ask().then(
      () => true,
      () => false,
    );
    if (mine !== turn) return;
    if (isThere) return works();
    say(suspectedAt);
    timer = setTimeout(() => void look(), NEXT_LOOK_MS);
  };
  return {
    get goneSince() {
      return goneSince;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    suspect() {
      if (suspectedAt !== undefined) return;
      suspectedAt = now();
      timer = setTimeout(() => void look(), FIRST_LOOK_MS);
    },
    works,
    lookNow() {
      if (suspectedAt !== undefined) void look();
    },
  };
}
