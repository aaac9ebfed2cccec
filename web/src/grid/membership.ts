import type { Item } from '../api/types.ts';
import { isKnown, type ServerVersion } from '../live/version.ts';
import type { Picks } from '../picks/picks.ts';
import { countedDown, inserted, patched, without } from './chunks.ts';
import type { Change, Collection } from './collection-types.ts';
import type { Order } from './order.ts';

/** Pictures of which it is remembered whether they are in the list: an event tells again what an action did. */
const MOST_KNOWN = 20_000;

export interface MembershipDeps {
  readonly order: Order;
  readonly picks: Picks;
  readonly dayOf: (time: string) => string;
  /** Everything of a status is in the list: what belongs to it can be told without asking. */
  readonly isPlain: boolean;
  /** The moment of which the counts are. */
  readonly counted: () => ServerVersion | undefined;
  /** Counts again, and loads this day anew if it is shown; without a day, counts. */
  readonly askAbout: (date?: string) => void;
}

export interface Membership extends Pick<Collection, 'apply' | 'patch' | 'remove' | 'putBack'> {
  /** The list is not what it was, or what happened is not known: nothing that was remembered counts. */
  forget(): void;
}

/** Pictures that come, go and change, told by events or by what was done here: each change counts once, however often it is told. */
export function createMembership(deps: MembershipDeps): Membership {
  const { order, picks, dayOf, isPlain, counted, askAbout } = deps;
  const known = new Map<string, boolean>();
  const remember = (id: string, isIn: boolean) => {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(id, isIn);
  };
  const patch = (ids: ReadonlySet<string>, change: (item: Item) => Item) =>
    order.set(patched(order.chunks, ids, change));

  const putIn = (item: Item, at: ServerVersion | undefined) => {
    const ids = new Set([item.id]);
    if (order.peekIndexOf(item.id) !== -1) {
      picks.patch(ids, () => item);
      patch(ids, () => item);
    }
    const date = dayOf(item.created_at);
    // whether a search finds it, or still does, is for the server to say
    if (!isPlain) return askAbout(date);
    if (order.peekIndexOf(item.id) !== -1 || known.get(item.id) === true || isKnown(at, counted())) return;
    remember(item.id, true);
    const next = inserted(order.chunks, date, item);
    if (next === undefined) askAbout(date);
    else order.set(next);
  };

  const takeOut = (id: string, createdAt: string | undefined, at: ServerVersion | undefined) => {
    const ids = new Set([id]);
    const { chunks, removed } = without(order.chunks, ids);
    const isNews = known.get(id) !== false && !isKnown(at, counted());
    remember(id, false);
    picks.drop(ids);
    if (removed.length > 0) return order.set(chunks);
    if (!isNews) return;
    if (createdAt === undefined) return askAbout();
    const date = dayOf(createdAt);
    const fewer = isPlain ? countedDown(order.chunks, date) : undefined;
    if (fewer === undefined) askAbout(date);
    else order.set(fewer);
  };

  return {
    patch,
    forget: () => known.clear(),
    apply(changes: readonly Change[]) {
      order.together(() => {
        for (const change of changes) {
          if (change.op === 'in') putIn(change.item, change.version);
          else takeOut(change.id, change.createdAt, change.version);
        }
      });
    },
    remove(pictures) {
      const ids = new Set(pictures.map(({ id }) => id));
      for (const id of ids) remember(id, false);
      picks.drop(ids);
      const { chunks, removed } = without(order.chunks, ids);
      order.set(chunks);
      return removed.length === ids.size;
    },
    putBack(items) {
      order.together(() => {
        for (const item of items) {
          known.delete(item.id);
          putIn(item, undefined);
        }
      });
    },
  };
}
