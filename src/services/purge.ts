import type { BlobStore } from '../blobs/blob-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { isKirokuError, KirokuError, volumeMissing } from '../domain/errors.ts';
import { THUMB_EXTS } from '../domain/format.ts';
import type { PictureId } from '../domain/id.ts';
import { originalKey, thumbKey } from '../domain/key.ts';
import { KINDS, type Kind } from '../domain/kind.ts';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import type { Retention } from '../domain/retention.ts';
import { isoOf } from '../domain/time.ts';
import { aborted } from './gate.ts';
import { type Doomed, doomedOf, isDoomed } from './purge-doomed.ts';

export interface PurgeRequest {
  /** One owner; all without. */
  readonly owner?: Owner;
  /** Instead of the retention: everything trashed at least so many days ago; above 0. */
  readonly olderThanDays?: number;
}

export interface PurgedOwner {
  readonly owner: Owner;
  readonly count: number;
  readonly bytes: number;
  /** How many of them go before their time, because the trash is above its own limit; absent for none. */
  readonly early?: number;
}

/** What would go, and why it should not, if anything speaks against it. */
export interface PurgePlan extends PurgeRequest {
  /** ms since the epoch: what is due at this time. The same plan is due for the same pictures at any later time. */
  readonly at: number;
  readonly count: number;
  /** Originals and thumbnails. */
  readonly bytes: number;
  readonly owners: readonly PurgedOwner[];
  /** Inputs and controls among them that another picture was made from: its recipe loses them. */
  readonly referenced: number;
  /** Pictures of these owners in all, to see the share. */
  readonly total: number;
  /** Why a run without a person's word is refused; empty when nothing speaks against it. */
  readonly objections: readonly string[];
}

export interface PurgeResult {
  readonly deleted: number;
  readonly bytes: number;
  /** Due by the plan, but restored, edited or in use by then. */
  readonly skipped: number;
  /** Could not be removed now; the next run tries again. */
  readonly failed: number;
}

export interface Purge {
  /** Removes nothing. @throws KirokuError `invalid_parameter` for days that are none, `aborted` */
  plan(request: PurgeRequest, signal?: AbortSignal): Promise<PurgePlan>;
  /**
   * Removes what the plan names, each after a second look: thumbnail, original, then record and sidecar. Killed at any
   * point it is finished by the next run, as the record says that its purge has begun.
   * @param confirmed a person has seen the objections
   * @throws KirokuError `purge_refused` when there are objections and nobody confirmed; `job_running` while another one
   *   goes on; `aborted`, `volume_missing`
   */
  apply(
    plan: PurgePlan,
    options: {
      readonly signal: AbortSignal;
      readonly confirmed?: boolean;
      /** Called now and then with how many of the plan's pictures were looked at. */
      readonly progress?: (done: number) => void;
    },
  ): Promise<PurgeResult>;
}

export interface PurgeDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly retention: Retention;
  /** Largest share of the pictures that a scheduled run removes, 0…1. */
  readonly mostShare: number;
  /** False when the tree is not the one it was. */
  readonly present: () => Promise<boolean>;
  /** A running job uses it. */
  readonly isInUse: (owner: Owner, kind: Kind, id: PictureId) => Promise<boolean>;
  /** Another picture was made from it. */
  readonly isReferenced: (owner: Owner, id: PictureId) => Promise<boolean>;
  /** Bytes of this owner's trash above its own limit; nothing goes before its time when absent. */
  readonly trashOverLimit?: (owner: Owner) => Promise<number>;
  /**
   * Whether the owner was moved, at once: a transfer gives away what is there, and a purge that began in between would have
   * removed what the new owner has by then.
   */
  readonly hasGone?: (owner: Owner) => boolean;
  /** When a run last came to its end, ms; undefined before the first. */
  readonly lastRun: () => Promise<number | undefined>;
  /**
   * Called at the end of a run over all owners that a person confirmed against objections: from then on it is the last
   * run, so that a clock that a person has looked at does not stop the schedule for good.
   */
  readonly confirmed?: (run: ConfirmedRun) => Promise<void>;
}

export interface ConfirmedRun {
  /** When it was planned, ms since the epoch. */
  readonly at: number;
  readonly result: PurgeResult;
}

const DAY_MS = 86_400_000;
/** Pictures removed side by side: their commits share syncs. */
const PARALLEL = 8;
/** So many are never too many: people throw away half of a small collection, and each was in the trash for its time. */
const FEW = 100;
/** But nobody means to lose nearly all of even a small one. */
const VERY_FEW = 10;
const NEARLY_ALL = 0.9;
/** Clocks are set right by small steps, ms. */
const CLOCK_SLACK = 5 * 60_000;

/** The only hard delete. */
export function createPurge(deps: PurgeDeps): Purge {
  const { catalog, now } = deps;
  let isRunning = false;

  async function* owners(request: PurgeRequest): AsyncGenerator<Owner> {
    if (request.owner === undefined) yield* catalog.owners();
    else yield request.owner;
  }

  async function objectionsTo(plan: Omit<PurgePlan, 'objections'>, newest: number): Promise<string[]> {
    const objections: string[] = [];
    const last = await deps.lastRun();
    const share = plan.count / Math.max(1, plan.total);
    const most = plan.count > FEW ? deps.mostShare : Math.max(deps.mostShare, NEARLY_ALL);
    if (plan.count > VERY_FEW && share > most) {
      objections.push(`${plan.count} of ${plan.total} pictures are more than a run may remove by itself`);
    }
    const earliest = Math.max(newest, last ?? 0);
    if (plan.at < earliest - CLOCK_SLACK) {
      objections.push(`the clock says ${isoOf(plan.at)}, but something here is from ${isoOf(earliest)}`);
    }
    const { guestDays, memberDays } = deps.retention;
    const kept = Math.min(...[guestDays, memberDays].filter((days) => days > 0)) * DAY_MS;
    if (last !== undefined && plan.at - last > kept) {
      objections.push(`the clock went ahead by more than the retention since the last run (${isoOf(last)})`);
    }
    return objections;
  }

  return {
    async plan(request, signal) {
      checkDays(request.olderThanDays);
      const at = now();
      const found: PurgePlan['owners'][number][] = [];
      let total = 0;
      let newest = 0;
      let referenced = 0;
      for await (const owner of owners(request)) {
        if (signal?.aborted) throw aborted(signal);
        let count = 0;
        let bytes = 0;
        let early = 0;
        for await (const one of doomedOf(deps, owner, { at, ...request })) {
          if (signal?.aborted) throw aborted(signal);
          count += 1;
          bytes += one.bytes;
          if (one.early !== undefined) early += 1;
          if (one.kind !== 'generated' && (await deps.isReferenced(owner, one.id))) referenced += 1;
        }
        const size = await sizeOf(catalog, owner);
        total += size.count;
        newest = Math.max(newest, size.newest);
        if (count > 0) found.push({ owner, count, bytes, ...(early === 0 ? {} : { early }) });
      }
      const plan = {
        ...request,
        at,
        count: found.reduce((sum, { count }) => sum + count, 0),
        bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
        owners: found,
        referenced,
        total,
      };
      return { ...plan, objections: await objectionsTo(plan, newest) };
    },

    async apply(plan, { signal, confirmed, progress }) {
      checkDays(plan.olderThanDays);
      if (plan.objections.length > 0 && confirmed !== true) {
        throw new KirokuError('purge_refused', `Nothing was removed: ${plan.objections.join('; ')}.`, {
          details: { objections: plan.objections },
        });
      }
      if (isRunning) throw new KirokuError('job_running', 'A purge is running already.');
      isRunning = true;
      try {
        const result = await removeAll(deps, plan, signal, progress);
        if (plan.objections.length > 0 && plan.owner === undefined) {
          await deps.confirmed?.({ at: plan.at, result });
        }
        return result;
      } finally {
        isRunning = false;
      }
    },
  };
}

async function removeAll(
  deps: PurgeDeps,
  plan: PurgePlan,
  signal: AbortSignal,
  progress: ((done: number) => void) | undefined,
): Promise<PurgeResult> {
  const ended = { deleted: 0, skipped: 0, failed: 0 };
  let freed = 0;
  for (const { owner, early: mostEarly = 0 } of plan.owners) {
    if (!(await deps.present())) throw volumeMissing();
    // taken before anything is removed: pages of a list that shrinks would skip some
    const batch: Doomed[] = [];
    for await (const one of doomedOf(deps, owner, { ...plan, mostEarly })) {
      if (signal.aborted) throw aborted(signal);
      batch.push(one);
    }
    for (let from = 0; from < batch.length; from += PARALLEL) {
      if (signal.aborted) throw aborted(signal);
      const some = batch.slice(from, from + PARALLEL);
      for (const { end, bytes } of await Promise.all(some.map((one) => purgeOne(deps, owner, one, plan)))) {
        ended[end] += 1;
        freed += bytes;
      }
      progress?.(ended.deleted + ended.skipped + ended.failed);
    }
  }
  const { deleted, failed } = ended;
  return { deleted, bytes: freed, skipped: Math.max(0, plan.count - deleted - failed), failed };
}

/** @throws KirokuError `invalid_parameter` */
function checkDays(days: number | undefined): void {
  if (days === undefined || (Number.isFinite(days) && days > 0)) return;
  throw new KirokuError('invalid_parameter', 'older_than_days: must be a number of days above 0.', {
    details: { field: 'older_than_days' },
  });
}

/** Pictures of every kind and status, and the newest's time. */
async function sizeOf(catalog: Catalog, owner: Owner): Promise<{ count: number; newest: number }> {
  let count = 0;
  let newest = 0;
  for (const kind of KINDS) {
    for (const status of ['active', 'trash'] as const) {
      const page = await catalog.list({
        owner,
        kind,
        status,
        order: 'newest',
        size: 1,
        at: { page: 1 },
        exactTotal: true,
      });
      count += page.total;
      newest = Math.max(newest, page.entries[0]?.createdAt ?? 0);
    }
  }
  return { count, newest };
}

interface End {
  readonly end: 'deleted' | 'skipped' | 'failed';
  /** Freed. */
  readonly bytes: number;
}

/** A failure that is this picture's own ends nothing else. */
async function purgeOne(deps: PurgeDeps, owner: Owner, picture: Doomed, plan: PurgePlan): Promise<End> {
  const { id } = picture;
  try {
    return await removeOne(deps, owner, picture, plan);
  } catch (error) {
    // somebody else has purged it
    if (isKirokuError(error, 'not_found')) return { end: 'skipped', bytes: 0 };
    if (isKirokuError(error, 'volume_missing')) throw error;
    deps.log.error({ owner, id, err: error }, 'a picture could not be purged now: the next run tries again');
    return { end: 'failed', bytes: 0 };
  }
}

/**
 * Marks it first, under the owner's mutex, after a second look: from then on nobody can restore it, so that no active
 * picture is ever without its bytes, wherever this is killed.
 */
async function removeOne(
  { catalog, blobs, retention, now, isInUse, hasGone }: PurgeDeps,
  owner: Owner,
  picture: Doomed,
  plan: PurgePlan,
): Promise<End> {
  const { kind, id, bytes } = picture;
  if (kind !== 'generated' && (await isInUse(owner, kind, id))) return { end: 'skipped', bytes: 0 };
  const { entry, outcome } = await catalog.commit(owner, {
    op: 'edit',
    kind,
    id,
    change(current) {
      if (current.purging !== undefined || !isDoomed(current, picture, plan, retention)) return undefined;
      if (hasGone?.(owner) === true) return undefined;
      return { ...current, purging: isoOf(now()) };
    },
  });
  // a mark that is not ours may be a transfer's: what it takes away is somebody else's by now
  const isLeaving = outcome !== 'committed' && hasGone?.(owner) === true;
  if (entry.record().purging === undefined || isLeaving) return { end: 'skipped', bytes: 0 };
  for (const ext of THUMB_EXTS) await blobs.remove(thumbKey(entry, ext));
  await blobs.remove(originalKey(entry, entry.ext));
  await catalog.commit(owner, { op: 'purge', kind, id });
  return { end: 'deleted', bytes };
}
