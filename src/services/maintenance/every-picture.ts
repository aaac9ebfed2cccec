import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { KirokuError } from '../../domain/errors.ts';
import { KINDS, STATUSES } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { type Cursor, decodeCursor, encodeCursor } from '../../domain/page.ts';

export interface EveryPicture {
  /** One owner; all without. */
  readonly owner?: Owner;
  /** `place` of an earlier batch: goes on behind it. */
  readonly from?: string;
  /** Pictures a batch. */
  readonly together: number;
  readonly signal: AbortSignal;
  /** Called and waited for before anything is asked of an owner; not of one that an earlier run has begun. */
  readonly begin?: (owner: Owner) => Promise<void>;
}

export interface PictureBatch {
  readonly entries: readonly Entry[];
  /** Behind the last of them. */
  readonly place: string;
}

const PAGE = 100;
const SHELVES = KINDS.flatMap((kind) => STATUSES.map((status) => [kind, status] as const));

/**
 * Every picture in a fixed order, a few at a time: owners by name, then kind, status and time. One that changes its
 * status meanwhile may be seen twice, or not.
 * @throws KirokuError `aborted`, as the catalog
 */
export async function* everyPicture(
  catalog: Catalog,
  { owner, from, together, signal, begin }: EveryPicture,
): AsyncGenerator<PictureBatch> {
  const start = from === undefined ? undefined : placeOf(from);
  const owners: Owner[] = [];
  if (owner !== undefined) owners.push(owner);
  else for await (const one of catalog.owners()) owners.push(one);
  for (const one of owners.sort()) {
    if (start !== undefined && one < start.owner) continue;
    if (one !== start?.owner) await begin?.(one);
    for (const [shelf, [kind, status]] of SHELVES.entries()) {
      const resumed = one === start?.owner;
      if (resumed && shelf < start.shelf) continue;
      let after: Cursor | undefined = resumed && shelf === start.shelf ? start.after : undefined;
      for (;;) {
        const at = after === undefined ? { page: 1 } : { after };
        const page = await catalog.list({ owner: one, kind, status, order: 'oldest', size: PAGE, at });
        for (let i = 0; i < page.entries.length; i += together) {
          if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
          const entries = page.entries.slice(i, i + together);
          const last = entries.at(-1);
          if (last === undefined) break;
          const behind = encodeCursor({ time: last.createdAt, id: last.id });
          yield { entries, place: `${one}/${shelf}/${behind}` };
        }
        if (page.next === null) break;
        after = page.next;
      }
    }
  }
}

/** Undefined for a text of another form: the run begins at the start then. */
function placeOf(text: string): { owner: string; shelf: number; after: Cursor } | undefined {
  const [owner = '', shelf = '', after = ''] = text.split('/');
  try {
    return { owner, shelf: Number(shelf), after: decodeCursor(after) };
  } catch {
    return undefined;
  }
}
