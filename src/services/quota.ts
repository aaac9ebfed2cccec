import type { Catalog } from '../catalog/catalog.ts';
import { type OwnerUsage, sumOf, type UseByKind } from '../catalog/usage.ts';
import { isKirokuError, KirokuError } from '../domain/errors.ts';
import type { PictureId } from '../domain/id.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import {
  type Amount,
  fits,
  isLimited,
  limitsOf,
  missing,
  type QuotaLimits,
  type QuotaState,
  quotaState,
} from '../domain/quota.ts';
import { createLanes } from '../state/lanes.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Audit } from './audit.ts';
import { aborted } from './gate.ts';
import { makeRoom, type RoomMade } from './make-room.ts';

/** Room for one picture that is on its way in. Whoever made it gives it back, whatever happened. */
export interface Reservation {
  readonly owner: Owner;
  /**
   * Now that its size is known (original and thumbnail): nothing else gets this room until the catalog counts the
   * picture itself, or `release`. Under `trash_oldest` the oldest pictures go now.
   * @throws KirokuError `quota_exceeded`
   */
  claim(id: PictureId, bytes: number): Promise<void>;
  /** After the commit, or after a failure. Safe to repeat. */
  release(): void;
}

export interface OwnerQuota extends OwnerUsage {
  readonly limits: QuotaLimits;
  /** What of the limits is this owner's alone (`limitsOf`); empty when they are everybody's. */
  readonly own: JsonObject;
  readonly state: QuotaState;
  /** On its way in. */
  readonly reserved: Amount;
}

export interface Enforced {
  readonly owners: number;
  /** Owners above their limit when the run came to them. */
  readonly over: number;
  /** Put into the trash, for owners under `trash_oldest`. */
  readonly trashed: number;
  readonly bytes: number;
  readonly failed: number;
}

export interface Quota {
  usage(owner: Owner): Promise<OwnerQuota>;
  /**
   * @param bytes at least so many will come; under `trash_oldest` nothing goes for it yet
   * @throws KirokuError `quota_exceeded`
   */
  reserve(owner: Owner, bytes: number): Promise<Reservation>;
  /** For a picture that comes back from the trash, already claimed: no other goes for it. @throws as `reserve` */
  reserveForRestore(owner: Owner, id: PictureId, bytes: number): Promise<Reservation>;
  /**
   * Brings owners under `trash_oldest` back to their limits: files dropped into the tree count but are never refused,
   * and limits can be lowered. Owners under another policy are counted only. @throws KirokuError `aborted`
   */
  enforce(signal: AbortSignal): Promise<Enforced>;
  /**
   * Other limits for one owner than for everybody (`limitsOf`), durably; an empty object takes them back.
   * @returns what holds now
   */
  override(owner: Owner, own: JsonObject): Promise<QuotaLimits>;
}

export interface LimitDeps {
  readonly catalog: Pick<Catalog, 'usage'>;
  readonly state: Pick<StateStore, 'readOwner'>;
  /** Of owners about whom nothing else is said. */
  readonly limits: QuotaLimits;
}

export interface QuotaDeps extends LimitDeps {
  readonly catalog: Pick<Catalog, 'usage' | 'list' | 'commit' | 'owners' | 'onChange'>;
  readonly state: Pick<StateStore, 'readOwner' | 'updateOwner'>;
  readonly audit: Pick<Audit, 'record'>;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

const NONE: Amount = { bytes: 0, count: 0 };
const NO_ROOM: RoomMade = { ...NONE, ids: [] };
/** A picture becomes a favourite while it is about to go, perhaps twice; not for ever. */
const MOST_ROUNDS = 4;
const MOST_IDS = 100;

/**
 * How much each owner has, may have, and is about to have. What is there is the catalog's own sum, so nothing is
 * counted twice and a recount is a reindex; what is on its way in is kept here until the moment the catalog counts it,
 * and gone with the process. One owner's checks wait for one another: of many uploads at once exactly so many pass as
 * there is room for.
 */
export function createQuota(deps: QuotaDeps): Quota {
  const lanes = createLanes();
  const held = new Map<Owner, Amount>();
  /** Claimed pictures: what forgets their room. */
  const coming = new Map<PictureId, () => void>();
  let landed = 0;
  deps.catalog.onChange(({ op, id }) => {
    const forget = op === 'put' || op === 'restore' ? coming.get(id) : undefined;
    if (forget === undefined) return;
    landed += 1;
    forget();
  });

  const hold = (owner: Owner, { bytes, count }: Amount) => {
    const before = held.get(owner) ?? NONE;
    const after = { bytes: before.bytes + bytes, count: before.count + count };
    if (after.count === 0) held.delete(owner);
    else held.set(owner, after);
  };

  /** What is there and what is coming. Asked again when a picture landed meanwhile: it would be in neither. */
  const inAll = async (owner: Owner): Promise<Amount> => {
    for (;;) {
      const before = landed;
      const { active } = await deps.catalog.usage(owner);
      if (before === landed) return plus(usedOf(active), held.get(owner) ?? NONE);
    }
  };

  /** @param room make it, where the policy says so */
  const admit = async (owner: Owner, bytes: number, limits: QuotaLimits, room: boolean): Promise<void> => {
    const more = { bytes, count: 1 };
    for (let round = 1; ; round += 1) {
      const needed = missing(await inAll(owner), more, limits);
      if (needed.bytes === 0 && needed.count === 0) return;
      if (!room || limits.policy !== 'trash_oldest' || round === MOST_ROUNDS) throw exceeded();
      if (!fits(NONE, more, limits)) throw exceeded();
      const made = await makeRoom(deps, { owner, needed });
      if (made === undefined) throw exceeded();
      deps.log.info(
        { owner, count: made.count, bytes: made.bytes },
        'pictures went to the trash for a new one',
      );
    }
  };

  /** Counts as `first` until it says otherwise. */
  const reservation = (owner: Owner, limits: QuotaLimits, room: boolean, first: Amount): Reservation => {
    let now = first;
    let claimed: PictureId | undefined;
    const change = (to: Amount) => {
      hold(owner, { bytes: to.bytes - now.bytes, count: to.count - now.count });
      now = to;
    };
    const forget = () => {
      if (claimed !== undefined && coming.get(claimed) === forget) coming.delete(claimed);
      change(NONE);
    };
    return {
      owner,
      claim: (id, bytes) =>
        lanes.run(owner, async () => {
          forget();
          // the same restore, asked for twice at once: its room is kept already
          if (coming.has(id)) return;
          await admit(owner, bytes, limits, room);
          change({ bytes, count: 1 });
          claimed = id;
          coming.set(id, forget);
        }),
      release: forget,
    };
  };

  const reserve = async (owner: Owner, bytes: number): Promise<Reservation> => {
    const limits = await ownLimits(deps, owner);
    if (!isLimited(limits)) return { owner, claim: async () => {}, release() {} };
    return lanes.run(owner, async () => {
      const more = { bytes, count: 1 };
      if (limits.policy !== 'trash_oldest') await admit(owner, bytes, limits, false);
      else if (!fits(NONE, more, limits)) throw exceeded();
      // nothing is thrown away for a picture that may never come: such a one has no room until it is claimed
      const first = limits.policy === 'trash_oldest' ? NONE : more;
      hold(owner, first);
      return reservation(owner, limits, true, first);
    });
  };

  const enforceOne = (owner: Owner, limits: QuotaLimits, signal: AbortSignal) =>
    lanes.run(owner, async () => {
      const used = usedOf((await deps.catalog.usage(owner)).active);
      const needed = missing(used, NONE, limits);
      if (needed.bytes === 0 && needed.count === 0) return undefined;
      if (limits.policy !== 'trash_oldest') return NO_ROOM;
      const made = (await makeRoom(deps, { owner, needed, partly: true, signal })) ?? NO_ROOM;
      const detail = { count: made.count, bytes: made.bytes, ids: made.ids.slice(0, MOST_IDS) };
      if (made.count > 0) await deps.audit.record({ actor: 'job', action: 'quota-trash', owner, detail });
      return made;
    });

  return {
    async usage(owner) {
      const quota = (await deps.state.readOwner(owner))?.['quota'];
      const limits = limitsOf(deps.limits, quota);
      const usage = await deps.catalog.usage(owner);
      const reserved = held.get(owner) ?? NONE;
      const state = quotaState(plus(usedOf(usage.active), reserved), limits);
      return { ...usage, limits, own: isJsonObject(quota) ? quota : {}, reserved, state };
    },
    reserve,
    async reserveForRestore(owner, id, bytes) {
      const all = reservation(owner, await ownLimits(deps, owner), false, NONE);
      await all.claim(id, bytes);
      return all;
    },
    async enforce(signal) {
      const sums = { owners: 0, over: 0, trashed: 0, bytes: 0, failed: 0 };
      for await (const owner of deps.catalog.owners()) {
        if (signal.aborted) throw aborted(signal);
        sums.owners += 1;
        try {
          const limits = await ownLimits(deps, owner);
          const made = isLimited(limits) ? await enforceOne(owner, limits, signal) : undefined;
          if (made === undefined) continue;
          sums.over += 1;
          sums.trashed += made.count;
          sums.bytes += made.bytes;
        } catch (error) {
          if (isKirokuError(error, 'aborted') || isKirokuError(error, 'volume_missing')) throw error;
          deps.log.error(
            { owner, err: error },
            'a quota could not be enforced now: the next run tries again',
          );
          sums.failed += 1;
        }
      }
      return sums;
    },
    async override(owner, own) {
      const { quota } = await deps.state.updateOwner(owner, ({ quota: _before, ...rest }) =>
        Object.keys(own).length === 0 ? rest : { ...rest, quota: own },
      );
      return limitsOf(deps.limits, quota);
    },
  };
}

/** Bytes in the trash (originals and thumbnails) above the trash's own limit; 0 where there is none. */
export async function trashOverLimit(deps: LimitDeps, owner: Owner): Promise<number> {
  const { trashMaxBytes } = await ownLimits(deps, owner);
  if (trashMaxBytes === null) return 0;
  return Math.max(0, usedOf((await deps.catalog.usage(owner)).trash).bytes - trashMaxBytes);
}

/**
 * By how much an owner would be above the limits with `more` active pictures. Of the limits themselves, whatever the
 * policy adds to them; nothing is refused by this.
 */
export async function overLimit(deps: LimitDeps, owner: Owner, more: Amount = NONE): Promise<Amount> {
  const limits = await ownLimits(deps, owner);
  return missing(usedOf((await deps.catalog.usage(owner)).active), more, { ...limits, policy: 'block' });
}

async function ownLimits({ state, limits }: LimitDeps, owner: Owner): Promise<QuotaLimits> {
  return limitsOf(limits, (await state.readOwner(owner))?.['quota']);
}

function usedOf(use: Readonly<UseByKind>): Amount {
  const { bytes, thumbBytes, count } = sumOf(use);
  return { bytes: bytes + thumbBytes, count };
}

function plus(a: Amount, b: Amount): Amount {
  return { bytes: a.bytes + b.bytes, count: a.count + b.count };
}

function exceeded(): KirokuError {
  return new KirokuError('quota_exceeded', 'There is no room left for this picture within the quota.');
}
