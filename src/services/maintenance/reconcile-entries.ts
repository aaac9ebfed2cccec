import type { Catalog, Entry } from '../../catalog/catalog.ts';
import type { Kind, Status } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Cursor } from '../../domain/page.ts';

const BATCH = 200;

export interface EntryRange {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly status: Status;
  /** `created_at` at or after, ms. */
  readonly from?: number;
  /** `created_at` before, ms. */
  readonly to?: number;
}

/** Every entry of a range, oldest first, in bounded batches. Changes made meanwhile may or may not be seen. */
export async function* everyEntry(catalog: Catalog, range: EntryRange): AsyncGenerator<Entry> {
  const { owner, kind, status } = range;
  let after: Cursor | null = null;
  do {
    const page = await catalog.list({
      owner,
      kind,
      status,
      order: 'oldest',
      size: BATCH,
      at: after === null ? { page: 1 } : { after },
      ...(range.from === undefined ? {} : { from: range.from }),
      ...(range.to === undefined ? {} : { to: range.to }),
    });
    yield* page.entries;
    after = page.next;
  } while (after !== null);
}
