import { LRUCache } from 'lru-cache';
import type { Catalog, Change, Entry } from '../catalog/catalog.ts';
import { KINDS } from '../domain/kind.ts';
import { isGuest, type Owner } from '../domain/owner.ts';
import { purgeAt, type Retention } from '../domain/retention.ts';

export interface TrashSummary {
  /** ms since the epoch: when the first picture may be removed for good; null where none ever is. */
  readonly nextPurgeAt: number | null;
  /** How long what is thrown away now is kept, days; null for ever. */
  readonly retentionDays: number | null;
}

export interface TrashSummaries {
  of(owner: Owner): Promise<TrashSummary>;
}

export interface TrashSummaryDeps {
  readonly catalog: Pick<Catalog, 'list' | 'version' | 'onChange'>;
  readonly retention: Retention;
}

interface Known {
  /** Of the catalog: a trash that was made anew from its sidecars is read again. */
  readonly epoch: string;
  /** ms since the epoch; infinite where nothing goes. */
  next: number;
}

const PAGE = 200;
/** Owners of whom the time is kept. */
const MOST_KEPT = 10_000;

/**
 * When the first of an owner's trash goes. The trash is read for it once, and again only after something left it: what is
 * thrown away can only bring the time forward, so a pipeline that asks before each picture, and for which the oldest
 * goes to the trash each time, does not have it read again.
 */
export function createTrashSummaries({ catalog, retention }: TrashSummaryDeps): TrashSummaries {
  const kept = new LRUCache<Owner, Known>({ max: MOST_KEPT });
  const reading = new Map<Owner, { readonly known: Promise<Known>; stale: boolean }>();

  catalog.onChange((change) => {
    if (!concernsTrash(change)) return;
    const { owner, op, entry } = change;
    const now = reading.get(owner);
    if (now !== undefined) now.stale = true;
    const known = kept.get(owner);
    if (known === undefined) return;
    if (entry?.status === 'trash' && op !== 'edit') known.next = Math.min(known.next, timeOf(entry));
    else kept.delete(owner);
  });

  const timeOf = (entry: Entry) => purgeAt(entry.record(), retention) ?? Number.POSITIVE_INFINITY;

  const readAll = async (owner: Owner, epoch: string): Promise<Known> => {
    let next = Number.POSITIVE_INFINITY;
    for (const kind of KINDS) {
      const query = { owner, kind, status: 'trash', order: 'oldest', size: PAGE } as const;
      let page = await catalog.list({ ...query, at: { page: 1 } });
      for (;;) {
        for (const entry of page.entries) {
          next = Math.min(next, timeOf(entry));
          entry.release?.();
        }
        if (page.next === null) break;
        page = await catalog.list({ ...query, at: { after: page.next } });
      }
    }
    return { epoch, next };
  };

  /** Many who ask at once have it read once. */
  const read = (owner: Owner, epoch: string): Promise<Known> => {
    const before = reading.get(owner);
    if (before !== undefined) return before.known;
    const known = readAll(owner, epoch)
      .then((one) => {
        if (reading.get(owner)?.stale === false) kept.set(owner, one);
        return one;
      })
      .finally(() => reading.delete(owner));
    reading.set(owner, { known, stale: false });
    return known;
  };

  return {
    async of(owner) {
      const { epoch } = await catalog.version(owner);
      const known = kept.get(owner);
      const { next } = known?.epoch === epoch ? known : await read(owner, epoch);
      const days = isGuest(owner) ? retention.guestDays : retention.memberDays;
      return { nextPurgeAt: Number.isFinite(next) ? next : null, retentionDays: days === 0 ? null : days };
    },
  };
}

function concernsTrash({ op, entry }: Change): boolean {
  if (op === 'put' || op === 'edit') return entry?.status === 'trash';
  return true;
}
