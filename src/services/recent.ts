import type { Catalog, Change, Entry } from '../catalog/catalog.ts';
import { cursorOf } from '../catalog/entry.ts';
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
}

export const MOST_RECENT = 100;
/** Kept beyond what can be asked for, so that some can go without the owners being asked again. */
const KEPT = 2 * MOST_RECENT;
const KIND: Kind = 'generated';

/**
 * A ring across owners, kept by their changes. It is filled when it is first asked for, and again when too many have
 * left it: from the owners that were active last, until none of the others can have anything newer. (A picture that says
 * it was made in the future, of an owner who has been idle since, may be missing.)
 */
export function createRecent({ catalog, summaries }: RecentDeps): Recent {
  /** Newest first. */
  let ring: Entry[] = [];
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
    ring = ring.filter((one) => one.id !== id || one.owner !== owner);
    if (entry?.status === 'active') put([entry]);
  }

  function put(entries: readonly Entry[]): void {
    // what is older than the last of a ring that is not whole has no known place
    const floor = isCut ? ring.at(-1) : undefined;
    const fit = floor === undefined ? entries : entries.filter((entry) => newestFirst(entry, floor) < 0);
    ring = merge(ring, fit);
    if (ring.length <= KEPT) return;
    ring.length = KEPT;
    isCut = true;
  }

  async function fill(): Promise<void> {
    meanwhile = [];
    const { of, pending } = await summaries.all();
    const owners = [...of]
      .flatMap(([owner, counted]) => (counted === undefined ? [] : [{ owner, numbers: counted.numbers }]))
      .filter(({ numbers }) => useByKind(numbers, 'active')[KIND].count > 0)
      .map(({ owner, numbers }) => ({ owner, at: lastActivityOf(numbers) }))
      .sort((a, b) => b.at - a.at);
    let found: Entry[] = [];
    let isWhole = true;
    for (const { owner, at } of owners) {
      const last = found.length >= KEPT ? found[KEPT - 1] : undefined;
      if (last !== undefined && last.createdAt > at) {
        isWhole = false;
        break;
      }
      const { entries, next } = await catalog.list(newestOf(owner));
      found = merge(found, entries);
      if (next !== null || found.length > KEPT) isWhole = false;
      found = found.slice(0, KEPT);
    }
    ring = found;
    // owners that are not counted yet are asked the next time
    isCut = !isWhole || pending > 0;
    for (const change of meanwhile) take(change);
    meanwhile = undefined;
    isFilled = pending === 0;
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
      return ring.slice(0, wanted);
    },
    close: off,
  };
}

function newestOf(owner: Owner) {
  return { owner, kind: KIND, status: 'active', order: 'newest', size: KEPT, at: { page: 1 } } as const;
}

function newestFirst(a: Entry, b: Entry): number {
  return compareCursor(cursorOf(b), cursorOf(a));
}

/** One entry a picture, newest first. */
function merge(some: readonly Entry[], others: readonly Entry[]): Entry[] {
  if (others.length === 0) return [...some];
  const byPicture = new Map<`${Owner}/${PictureId}`, Entry>();
  for (const entry of [...some, ...others]) byPicture.set(`${entry.owner}/${entry.id}`, entry);
  return [...byPicture.values()].sort(newestFirst);
}
