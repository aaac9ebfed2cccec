import type { Catalog, Change, Entry } from '../catalog/catalog.ts';
import type { PictureId } from '../domain/id.ts';
import type { Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { compareCursor } from '../domain/page.ts';
import { lastActivityOf, useByKind } from './owner-numbers.ts';
import type { OwnerSummaries } from './owner-summaries.ts';

/** The newest active generated pictures of all owners together. */
export interface Recent {
  /** Newest first, at most `MOST_RECENT`. @throws KirokuError as the catalog */
  newest(count: number): Promise<readonly Entry[]>;
  close(): void;
}

export interface RecentDeps {
  readonly catalog: Pick<Catalog, 'list' | 'onChange'>;
  readonly summaries: OwnerSummaries;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** A picture and its time among the others (`timeOf`), ms. */
interface Placed {
  readonly entry: Entry;
  readonly time: number;
}

export const MOST_RECENT = 100;
/** Kept beyond what can be asked for, so that some can go without the owners being asked again. */
const KEPT = 2 * MOST_RECENT;
const KIND: Kind = 'generated';
/** Clocks differ by so much, ms. */
const CLOCK_SLACK = 5 * 60_000;

/**
 * A ring across owners, kept by their changes. It is filled when it is first asked for, and again when too many have
 * left it: from the owners that were active last, until none of the others can have anything newer. A picture that says
 * it was made in the future has the place of its last change, so that a wrong clock hides nobody's new pictures. (Once
 * its time has come, and its owner has been idle since, it may be missing.)
 */
export function createRecent({ catalog, summaries, now }: RecentDeps): Recent {
  /** Newest first. */
  let ring: Placed[] = [];
  /** Pictures older than the ring's last may be missing in it. */
  let isCut = true;
  let isFilled = false;
  let filling: Promise<void> | undefined;
  /** Changes that land while it is filled: they know better than what was read. */
  let meanwhile: Change[] | undefined;

  const off = catalog.onChange((change) => {
    if (change.kind !== KIND) return;
    meanwhile?.push(change);
    take(change);
  });

  function take({ owner, id, entry }: Change): void {
    ring = ring.filter(({ entry: one }) => one.id !== id || one.owner !== owner);
    if (entry?.status === 'active') put({ entry, time: timeOf(entry, now()) });
  }

  function put(placed: Placed): void {
    // what is older than the last of a ring that is not whole has no known place
    const floor = isCut ? ring.at(-1) : undefined;
    if (floor !== undefined && newestFirst(placed, floor) >= 0) return;
    ring = merge(ring, [placed]);
    if (ring.length <= KEPT) return;
    ring.length = KEPT;
    isCut = true;
  }

  /** The newest of one owner; those of the future, of which there may be many, beside those of the past. */
  async function newestOf(owner: Owner): Promise<{ placed: Placed[]; isAll: boolean }> {
    const query = {
      owner,
      kind: KIND,
      status: 'active',
      order: 'newest',
      size: KEPT,
      at: { page: 1 },
    } as const;
    const time = now();
    const to = time + CLOCK_SLACK;
    const { entries, next } = await catalog.list(query);
    const isAhead = next !== null && (entries[0]?.createdAt ?? 0) > to;
    const others = isAhead ? (await catalog.list({ ...query, to })).entries : [];
    const placed = [...entries, ...others].map((entry) => ({ entry, time: timeOf(entry, time) }));
    return { placed, isAll: next === null };
  }

  /** Of all owners, and of how many nothing is known yet. */
  async function gather(): Promise<{ found: Placed[]; isWhole: boolean; pending: number }> {
    const { of, pending } = await summaries.all();
    const owners = [...of]
      .flatMap(([owner, counted]) => (counted === undefined ? [] : [{ owner, numbers: counted.numbers }]))
      .filter(({ numbers }) => useByKind(numbers, 'active')[KIND].count > 0)
      .map(({ owner, numbers }) => ({ owner, at: lastActivityOf(numbers) }))
      .sort((a, b) => b.at - a.at);
    let found: Placed[] = [];
    let isWhole = true;
    for (const { owner, at } of owners) {
      const last = found.length >= KEPT ? found[KEPT - 1] : undefined;
      if (last !== undefined && last.time > at) {
        isWhole = false;
        break;
      }
      const { placed, isAll } = await newestOf(owner);
      found = merge(found, placed);
      if (!isAll || found.length > KEPT) isWhole = false;
      found = found.slice(0, KEPT);
    }
    return { found, isWhole, pending };
  }

  async function fill(): Promise<void> {
    const changes: Change[] = [];
    meanwhile = changes;
    try {
      const { found, isWhole, pending } = await gather();
      ring = found;
      // owners that are not counted yet are asked the next time
      isCut = !isWhole || pending > 0;
      for (const change of changes.splice(0)) take(change);
      isFilled = pending === 0;
    } finally {
      // also after a failure: nobody would ever take from it
      meanwhile = undefined;
    }
  }

  return {
    async newest(count) {
      const wanted = Math.min(count, MOST_RECENT);
      if (!isFilled || (isCut && ring.length < wanted)) {
        filling ??= fill().finally(() => {
          filling = undefined;
        });
        await filling;
      }
      return ring.slice(0, wanted).map(({ entry }) => entry);
    },
    close: off,
  };
}

/** When it was made; when it was last changed where that is still to come, and before all others where that is, too. */
function timeOf(entry: Entry, now: number): number {
  if (entry.createdAt <= now + CLOCK_SLACK) return entry.createdAt;
  const changed = Date.parse(entry.record().updated_at);
  return changed <= now + CLOCK_SLACK ? changed : 0;
}

function newestFirst(a: Placed, b: Placed): number {
  return compareCursor({ time: b.time, id: b.entry.id }, { time: a.time, id: a.entry.id });
}

/** One entry a picture, newest first. */
function merge(some: readonly Placed[], others: readonly Placed[]): Placed[] {
  if (others.length === 0) return [...some];
  const byPicture = new Map<`${Owner}/${PictureId}`, Placed>();
  for (const one of [...some, ...others]) byPicture.set(`${one.entry.owner}/${one.entry.id}`, one);
  return [...byPicture.values()].sort(newestFirst);
}
