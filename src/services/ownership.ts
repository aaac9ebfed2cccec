import type { Entry } from '../catalog/catalog.ts';
import { cursorOf } from '../catalog/entry.ts';
import { sumOf, type UseByKind } from '../catalog/usage.ts';
import { isKirokuError, KirokuError, volumeMissing } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../domain/kind.ts';
import { isOwner, type Owner } from '../domain/owner.ts';
import type { Amount } from '../domain/quota.ts';
import { createLanes } from '../state/lanes.ts';
import type { StateStore } from '../state/state-store.ts';
import { type CarryOverDeps, carryOver } from './carry-over.ts';
import { aborted } from './gate.ts';
import type { Moved } from './moved.ts';
import { mergeSearches } from './saved-searches.ts';
import type { Shares } from './shares.ts';

export interface TransferPlan {
  readonly from: Owner;
  /** The end of the chain, where `to` was itself moved. */
  readonly to: Owner;
  /** Pictures of every kind and status. */
  readonly count: number;
  /** By how much `to` would be above its limits then. That stops no transfer, but uploads and restores after it. */
  readonly over: Amount;
}

export interface TransferResult {
  readonly from: Owner;
  readonly to: Owner;
  /** Pictures carried over by this call. */
  readonly moved: number;
  /** Originals and thumbnails. */
  readonly bytes: number;
  /** Could not be carried over now: they stay where they are, and the next start tries again. */
  readonly left: number;
  readonly searches: number;
  readonly shares: number;
  /** By how much `to` is above its limits now. */
  readonly over: Amount;
}

/** Gives everything of one owner to another. */
export interface Ownership {
  /** Pictures of every kind and status. */
  count(owner: Owner): Promise<number>;
  /** Changes nothing. @throws KirokuError `not_found` for an owner without anything, `invalid_parameter` */
  plan(from: Owner, to: Owner): Promise<TransferPlan>;
  /**
   * From its first durable step on whoever acts as `from` acts as `to`; then picture by picture. One at a time. Killed
   * anywhere it is finished by `resume`, or by the same call.
   * @throws KirokuError as `plan`; `volume_missing`; `aborted`
   */
  transfer(
    from: Owner,
    to: Owner,
    signal: AbortSignal,
    progress?: (pictures: number) => void,
  ): Promise<TransferResult>;
  /**
   * Goes on with every transfer that had no end; one that cannot go on now stops none of the others. A start calls it.
   * @throws KirokuError `aborted`, `volume_missing`, `disk_full`
   */
  resume(signal: AbortSignal): Promise<readonly TransferResult[]>;
}

export interface OwnershipDeps extends CarryOverDeps {
  readonly state: StateStore;
  readonly moved: Moved;
  /** Resolves when every change has ended that was let in before the owner was marked. */
  readonly drained: (owner: Owner) => Promise<void>;
  readonly shares: Pick<Shares, 'move'>;
  /** By how much this owner is above its limits, with `more` active pictures. */
  readonly overLimit: (owner: Owner, more?: Amount) => Promise<Amount>;
  /** Whether the volume is there. */
  readonly present: () => Promise<boolean>;
}

const PAGE = 200;
/** Pictures carried over side by side: their commits share syncs. */
const PARALLEL = 8;
const ONE_AT_A_TIME = 'transfer';

export function createOwnership(deps: OwnershipDeps): Ownership {
  const { state, moved, now, log } = deps;
  const lanes = createLanes();

  const note = (op: 'begin' | 'end' | 'void', from: Owner, to: Owner, more: JsonObject = {}) =>
    state.append('transfers', { op, from, to, at: now(), ...more });

  const plan = async (from: Owner, to: Owner): Promise<TransferPlan> => {
    const target = await moved.resolve(to);
    if (target === from) throw refused('is the owner itself, or was moved to it.');
    const end = await moved.resolve(from);
    if (end !== from && end !== target) throw refused('is not where this owner was moved to before.');
    const count = await countOf(deps, from);
    if (count === 0 && (await state.readOwner(from)) === undefined) {
      throw new KirokuError('not_found', 'There is no such owner.');
    }
    const { active } = await deps.catalog.usage(from);
    return { from, to: target, count, over: await deps.overLimit(target, amountOf(active)) };
  };

  /** @param signal looked at between any two batches */
  const carry = async (
    from: Owner,
    to: Owner,
    signal: AbortSignal,
    progress?: (pictures: number) => void,
  ): Promise<TransferResult> => {
    await deps.drained(from);
    const shares = await deps.shares.move(from, to);
    const done = { moved: 0, bytes: 0, left: 0 };
    for (const kind of KINDS) {
      for (const status of STATUSES) {
        for await (const batch of batchesOf(deps, from, kind, status)) {
          if (signal.aborted) throw aborted(signal);
          if (!(await deps.present())) throw volumeMissing();
          await allDone(batch.map((entry) => giveOne(deps, entry, to, done)));
          progress?.(done.moved + done.left);
        }
      }
    }
    const searches = await mergeSearches(state, from, to);
    // made by whoever was still at work when it began
    const late = await deps.shares.move(from, to);
    const over = await deps.overLimit(to);
    const result = { from, to, ...done, searches, shares: shares + late, over };
    if (done.left === 0) await note('end', from, to, { moved: done.moved, bytes: done.bytes });
    log.info(result, 'an owner was transferred');
    return result;
  };

  return {
    count: (owner) => countOf(deps, owner),
    plan,
    transfer: (from, to, signal, progress) =>
      lanes.run(ONE_AT_A_TIME, async () => {
        const { to: target } = await plan(from, to);
        if (signal.aborted) throw aborted(signal);
        if (!(await deps.present())) throw volumeMissing();
        // Written before the mark: whoever is marked is found by the next start.
        await note('begin', from, target);
        return carry(from, await moved.mark(from, target), signal, progress);
      }),

    resume: (signal) =>
      lanes.run(ONE_AT_A_TIME, async () => {
        const results: TransferResult[] = [];
        for (const { from, to } of await unfinished(state)) {
          try {
            const target = await moved.resolve(from);
            // killed before the mark: nothing of it was told to anybody
            if (target === from) await note('void', from, to);
            else results.push(await carry(from, target, signal));
          } catch (error) {
            if (endsAll(error)) throw error;
            log.error(
              { owner: from, to, err: error },
              'a transfer could not go on: the next start tries again',
            );
          }
        }
        return results;
      }),
  };
}

async function giveOne(
  deps: OwnershipDeps,
  entry: Entry,
  to: Owner,
  done: { moved: number; bytes: number; left: number },
): Promise<void> {
  const { owner, id } = entry;
  try {
    if (!(await carryOver(deps, entry, to))) return;
    const { bytes, thumb_bytes } = entry.record();
    done.moved += 1;
    done.bytes += bytes + thumb_bytes;
  } catch (error) {
    if (endsAll(error)) throw error;
    deps.log.error({ owner, id, err: error }, 'a picture could not be transferred now: it stays where it is');
    done.left += 1;
  }
}

/** What is not one owner's or one picture's own trouble. */
function endsAll(error: unknown): boolean {
  return (['aborted', 'volume_missing', 'disk_full'] as const).some((code) => isKirokuError(error, code));
}

/** Waits for all, also after a failure: nothing of this transfer runs on when the next one begins. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

/** The pictures of one kind and status; a batch is gone from the list when the next one is asked for, or is left. */
async function* batchesOf(
  { catalog }: OwnershipDeps,
  owner: Owner,
  kind: Kind,
  status: Status,
): AsyncGenerator<Entry[]> {
  const query = { owner, kind, status, order: 'oldest', size: PAGE } as const;
  let page = await catalog.list({ ...query, at: { page: 1 } });
  for (;;) {
    for (let from = 0; from < page.entries.length; from += PARALLEL) {
      yield page.entries.slice(from, from + PARALLEL);
    }
    const last = page.entries.at(-1);
    if (last === undefined || page.next === null) return;
    page = await catalog.list({ ...query, at: { after: cursorOf(last) } });
  }
}

async function countOf({ catalog }: OwnershipDeps, owner: Owner): Promise<number> {
  let count = 0;
  for (const kind of KINDS) {
    for (const status of STATUSES) {
      const query = { owner, kind, status, order: 'oldest', size: 1, at: { page: 1 } } as const;
      count += (await catalog.list({ ...query, exactTotal: true })).total;
    }
  }
  return count;
}

function amountOf(use: Readonly<UseByKind>): Amount {
  const { count, bytes, thumbBytes } = sumOf(use);
  return { count, bytes: bytes + thumbBytes };
}

/** Transfers that began and have no end, oldest first. */
async function unfinished(state: StateStore): Promise<{ from: Owner; to: Owner }[]> {
  const open = new Map<Owner, { from: Owner; to: Owner }>();
  for await (const { op, from, to } of state.readJournal('transfers')) {
    if (typeof from !== 'string' || !isOwner(from) || typeof to !== 'string' || !isOwner(to)) continue;
    if (op === 'begin') open.set(from, { from, to });
    else if (op === 'end' || op === 'void') open.delete(from);
  }
  return [...open.values()];
}

function refused(why: string): KirokuError {
  return new KirokuError('invalid_parameter', `to: ${why}`, { details: { field: 'to' } });
}
