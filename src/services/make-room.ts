import type { Catalog } from '../catalog/catalog.ts';
import { isKirokuError } from '../domain/errors.ts';
import type { PictureId } from '../domain/id.ts';
import type { Owner } from '../domain/owner.ts';
import type { Amount } from '../domain/quota.ts';
import type { PictureRecord } from '../domain/record.ts';
import { aborted } from './gate.ts';
import { thrownAway } from './thrown-away.ts';

export interface RoomDeps {
  readonly catalog: Pick<Catalog, 'list' | 'commit'>;
  /** ms since the epoch. */
  readonly now: () => number;
}

export interface RoomAsked {
  readonly owner: Owner;
  /** What must go, at least. */
  readonly needed: Amount;
  /** Go as far as possible where the whole cannot be reached; without it nothing goes then. */
  readonly partly?: boolean;
  readonly signal?: AbortSignal;
}

/** Pictures that went to the trash. */
export interface RoomMade extends Amount {
  readonly ids: readonly PictureId[];
}

interface Picked {
  readonly id: PictureId;
  readonly bytes: number;
}

const PAGE = 100;
/** Pictures thrown away side by side: their commits share syncs. */
const PARALLEL = 8;

/**
 * Puts the oldest active generated pictures that are no favourites into the trash, as many as are needed. Each is looked
 * at again under the owner's mutex: one that became a favourite meanwhile stays.
 * @returns what went, which may be less than was needed; undefined where there is not enough, and nothing went
 * @throws KirokuError as the catalog; `aborted`
 */
export async function makeRoom(deps: RoomDeps, asked: RoomAsked): Promise<RoomMade | undefined> {
  const ids: PictureId[] = [];
  let bytes = 0;
  const { enough, picked } = await pick(deps, asked);
  if (!enough && asked.partly !== true) return undefined;
  for (let from = 0; from < picked.length; from += PARALLEL) {
    if (asked.signal?.aborted) throw aborted(asked.signal);
    const some = picked.slice(from, from + PARALLEL);
    const gone = await Promise.all(some.map(({ id }) => throwAway(deps, asked.owner, id)));
    for (const [i, one] of some.entries()) {
      if (gone[i] !== true) continue;
      ids.push(one.id);
      bytes += one.bytes;
    }
  }
  return { ids, bytes, count: ids.length };
}

/** Chosen before anything goes: a list that shrinks while it is read would skip some. */
async function pick({ catalog }: RoomDeps, { owner, needed, signal }: RoomAsked) {
  const picked: Picked[] = [];
  let bytes = 0;
  const query = {
    owner,
    kind: 'generated',
    status: 'active',
    favorite: false,
    order: 'oldest',
    size: PAGE,
  } as const;
  let page = await catalog.list({ ...query, at: { page: 1 } });
  for (;;) {
    for (const entry of page.entries) {
      if (bytes >= needed.bytes && picked.length >= needed.count) return { enough: true, picked };
      const record = entry.record();
      const size = record.bytes + record.thumb_bytes;
      picked.push({ id: entry.id, bytes: size });
      bytes += size;
    }
    if (page.next === null) break;
    if (signal?.aborted) throw aborted(signal);
    page = await catalog.list({ ...query, at: { after: page.next } });
  }
  return { enough: bytes >= needed.bytes && picked.length >= needed.count, picked };
}

async function throwAway({ catalog, now }: RoomDeps, owner: Owner, id: PictureId): Promise<boolean> {
  const change = (current: PictureRecord) => (current.favorite ? undefined : thrownAway(current, now()));
  try {
    return (
      (await catalog.commit(owner, { op: 'trash', kind: 'generated', id, change })).outcome === 'committed'
    );
  } catch (error) {
    // somebody else has removed it meanwhile: whoever needs the room looks again
    if (isKirokuError(error, 'not_found')) return false;
    throw error;
  }
}
