import type { Catalog, Entry } from '../catalog/catalog.ts';
import type { PictureId } from '../domain/id.ts';
import { KINDS, type Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import type { PictureRecord } from '../domain/record.ts';
import { purgeAt, type Retention } from '../domain/retention.ts';

/** A picture that a purge would remove. */
export interface Doomed {
  readonly kind: Kind;
  readonly id: PictureId;
  /** Original and thumbnail. */
  readonly bytes: number;
  /**
   * Its `trashed_at`, where its time has not come and it goes because the trash is above its own limit; undefined where
   * its time has come.
   */
  readonly early: string | undefined;
}

export interface DoomedDeps {
  readonly catalog: Pick<Catalog, 'list'>;
  readonly retention: Retention;
  readonly trashOverLimit?: (owner: Owner) => Promise<number>;
}

export interface DoomedRequest {
  /** ms since the epoch. */
  readonly at: number;
  /** Instead of the retention; then nothing goes before its time. */
  readonly olderThanDays?: number;
  /** No more than so many go before their time. */
  readonly mostEarly?: number;
}

const PAGE = 200;

/**
 * Everything of one owner that is due at `at`, or whose purge has begun, as the pages come: a trash may be very large.
 * Then, while the trash is above its own limit, what has been in it for longest.
 */
export async function* doomedOf(
  deps: DoomedDeps,
  owner: Owner,
  request: DoomedRequest,
): AsyncGenerator<Doomed> {
  const { at, olderThanDays } = request;
  const early = olderThanDays === undefined && request.mostEarly !== 0;
  let over = early ? ((await deps.trashOverLimit?.(owner)) ?? 0) : 0;
  const others: (Doomed & { early: string })[] = [];
  for (const kind of KINDS) {
    for await (const entry of trashOf(deps, owner, kind)) {
      const record = entry.record();
      const bytes = record.bytes + record.thumb_bytes;
      const { trashed_at: since } = record;
      if (isDue(record, at, deps.retention, olderThanDays)) {
        over -= bytes;
        yield { kind, id: entry.id, bytes, early: undefined };
      } else if (over > 0 && since !== null && mayGoEarly(record, since, at, deps.retention)) {
        others.push({ kind, id: entry.id, bytes, early: since });
      }
    }
  }
  others.sort((a, b) => Date.parse(a.early) - Date.parse(b.early) || (a.id < b.id ? -1 : 1));
  for (const one of others.slice(0, request.mostEarly)) {
    if (over <= 0) return;
    over -= one.bytes;
    yield one;
  }
}

/** Whether what was doomed then still is: a picture that was restored since, even if it was thrown away again, is not. */
export function isDoomed(
  record: PictureRecord,
  { early }: Doomed,
  { at, olderThanDays }: DoomedRequest,
  retention: Retention,
): boolean {
  if (isDue(record, at, retention, olderThanDays)) return true;
  return early !== undefined && record.trashed_at === early && mayGoEarly(record, early, at, retention);
}

function mayGoEarly(record: PictureRecord, since: string, at: number, { keepFavorites }: Retention): boolean {
  return record.status === 'trash' && Date.parse(since) <= at && !(keepFavorites && record.favorite);
}

function isDue(record: PictureRecord, at: number, retention: Retention, days: number | undefined): boolean {
  // whatever the clock says by now
  if (record.purging !== undefined) return record.status === 'trash';
  const time = purgeAt(record, retention, days);
  return time !== null && time <= at;
}

async function* trashOf({ catalog }: DoomedDeps, owner: Owner, kind: Kind): AsyncGenerator<Entry> {
  const query = { owner, kind, status: 'trash', order: 'oldest', size: PAGE } as const;
  let page = await catalog.list({ ...query, at: { page: 1 } });
  for (;;) {
    yield* page.entries;
    if (page.next === null) return;
    page = await catalog.list({ ...query, at: { after: page.next } });
  }
}
