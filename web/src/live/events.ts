import { connection } from '../api/connection.ts';
import { queryClient } from '../api/query-client.ts';
import type { Family, Item } from '../api/types.ts';
import { BASE_PATH } from '../base-path.ts';
import { collectionsOf } from '../grid/collections.ts';
import { createGather } from './gather.ts';
import { type ServerVersion, versionOf } from './version.ts';
import { whoAmI } from './who-am-i.ts';

/** Something that happened to a picture of this owner, wherever it was done. */
export interface LiveChange {
  readonly op: 'created' | 'updated' | 'trashed' | 'restored' | 'purged';
  readonly family: Family;
  readonly id: string;
  /** As it is now; undefined of what was purged. */
  readonly item: Item | undefined;
  readonly version: ServerVersion | undefined;
}

const OPS = ['created', 'updated', 'trashed', 'restored', 'purged'] as const;
const FAMILIES: Readonly<Record<string, Family>> = {
  generated: 'images',
  input: 'inputs',
  control: 'controls',
};
const FAMILY_NAMES = Object.values(FAMILIES);
/** A tab that nobody looks at gives its connection back: a browser has six for a host. */
const HIDDEN_MS = 60_000;
/** Five thousand restored pictures are five thousand events: each by itself would draw the page anew. */
const TOGETHER_MS = 30;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

const listeners = new Set<(change: LiveChange) => void>();
let stream: EventSource | undefined;
let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
let retryMs = FIRST_RETRY_MS;
let isStarted = false;
let isFirst = true;

/** Calls back for every change until the returned function is called. */
export function onLive(listener: (change: LiveChange) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begins to follow what happens to this owner's pictures; one stream for all pages. Again: nothing. */
export function startLive(): void {
  if (isStarted) return;
  isStarted = true;
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('online', reopen);
  connection.subscribe(() => {
    if (connection.goneSince === undefined && stream?.readyState !== EventSource.OPEN) reopen();
  });
  void begin();
}

async function begin(): Promise<void> {
  try {
    // the stream must not be another guest's than the pages are
    await whoAmI();
    open();
  } catch {
    // the page says why; it is tried again with the rest of it
    setTimeout(() => void begin(), LONGEST_RETRY_MS);
  }
}

function onVisibility(): void {
  clearTimeout(hiddenTimer);
  if (document.visibilityState === 'visible') {
    if (stream === undefined || stream.readyState === EventSource.CLOSED) reopen();
  } else hiddenTimer = setTimeout(close, HIDDEN_MS);
}

function reopen(): void {
  if (document.visibilityState === 'visible') open();
}

function close(): void {
  stream?.close();
  stream = undefined;
}

function open(): void {
  close();
  const opened = new EventSource(`${BASE_PATH}/api/v1/events`);
  stream = opened;
  let isNew = true;
  opened.onopen = () => {
    retryMs = FIRST_RETRY_MS;
    connection.works();
    // a browser that comes back by itself says what it heard last, and is told the rest; a new stream is not
    if (isNew) caughtUp();
    isNew = false;
  };
  opened.addEventListener('reset', refreshAll);
  for (const op of OPS) {
    opened.addEventListener(`image.${op}`, ({ data, lastEventId }) => tell(op, data, versionOf(lastEventId)));
  }
  opened.onerror = () => {
    if (opened !== stream) return;
    connection.suspect();
    // refused rather than cut off: the browser does not try again by itself
    if (opened.readyState !== EventSource.CLOSED) return;
    close();
    setTimeout(reopen, retryMs);
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  };
}

/**
 * Looks at what may have happened before the stream was there: at first, between the page's own questions and now, which
 * a look at the counts tells; later, anything.
 */
function caughtUp(): void {
  if (isFirst) for (const family of FAMILY_NAMES) for (const list of collectionsOf(family)) list.refresh();
  else refreshAll();
  isFirst = false;
}

function tell(op: LiveChange['op'], data: string, version: ServerVersion | undefined): void {
  // the server's own words: `{id, kind, item}`, item as in a list or null
  const { id, kind, item } = JSON.parse(data) as { id: string; kind: string; item: Item | null };
  const family = FAMILIES[kind];
  if (family === undefined) return;
  changes.add({ op, family, id, item: item ?? undefined, version });
}

const changes = createGather<LiveChange>((all) => {
  for (const family of FAMILY_NAMES) {
    const own = all.filter((change) => change.family === family);
    if (own.length > 0) apply(family, own);
  }
  for (const change of all) for (const listener of listeners) listener(change);
  soon();
}, TOGETHER_MS);

function apply(family: Family, all: readonly LiveChange[]): void {
  for (const list of collectionsOf(family)) {
    const status = list.selection.status ?? 'active';
    list.apply(
      all.map(({ id, item, version }) =>
        item === undefined || item.meta.status !== status
          ? { op: 'out', id, createdAt: item?.created_at, version }
          : { op: 'in', item, version },
      ),
    );
  }
  for (const { id, item } of all) {
    if (item === undefined) continue;
    const queryKey = ['item', family, id];
    // only of what somebody looks at: five thousand records would stay in memory else
    if (queryClient.getQueryCache().find({ queryKey }) !== undefined)
      queryClient.setQueryData(queryKey, item);
  }
}

let soonTimer: ReturnType<typeof setTimeout> | undefined;
/** Sums and counts follow within a second, however many changes there are. */
function soon(): void {
  if (soonTimer !== undefined) return;
  soonTimer = setTimeout(() => {
    soonTimer = undefined;
    void queryClient.invalidateQueries({ queryKey: ['usage'] });
    void queryClient.invalidateQueries({ queryKey: ['facets'] });
  }, 1_000);
}

function refreshAll(): void {
  changes.flush();
  for (const family of FAMILY_NAMES) for (const list of collectionsOf(family)) list.reset();
  void queryClient.invalidateQueries({ queryKey: ['item'] });
  soon();
}
