import { fromErrno } from '../../domain/errors.ts';
import { encodeRecord } from '../../domain/record-codec.ts';
import { locationOf } from '../entry.ts';
import {
  dropStagedSidecar,
  placeSidecar,
  removeSidecar,
  type StagedSidecar,
  stageSidecar,
} from '../sidecar.ts';
import type { Step } from './batch.ts';
import type { ManifestContext, OwnerStore } from './store.ts';

/** Sidecars written at once. */
const PARALLEL = 8;

/** Runs `work` over all items, some at once. Every item is tried; the first failure is thrown in the end. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const item of queue) await work(item).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Before the commit point: every sidecar that the batch will place, on stable storage. */
export async function stageSteps(
  context: ManifestContext,
  steps: readonly Step[],
): Promise<Map<Step, StagedSidecar>> {
  const staged = new Map<Step, StagedSidecar>();
  try {
    await inParallel(steps, async (step) => {
      if (step.encoded === undefined) return;
      staged.set(step, await stageSidecar(context.storage, context.folders, step.at, step.encoded));
    });
  } catch (error) {
    await dropStaged(context, staged);
    throw error;
  }
  return staged;
}

/**
 * After the commit point: gives each picture its lasting form. What fails is owed.
 * @returns why, by step
 */
export async function finishSteps(
  context: ManifestContext,
  store: OwnerStore,
  steps: readonly Step[],
  staged: ReadonlyMap<Step, StagedSidecar>,
  since: number,
): Promise<Map<Step, unknown>> {
  const failures = new Map<Step, unknown>();
  await inParallel(steps, async (step) => {
    const sidecar = staged.get(step);
    const { record } = step;
    try {
      if (sidecar !== undefined) await placeSidecar(context.storage, context.folders, sidecar);
      else if (!step.keepSidecar) await removeSidecar(context.storage, context.folders, step.at);
    } catch (error) {
      failures.set(step, error);
      store.owed.set(step.at.id, sidecar === undefined ? { purged: record, since } : { record, since });
    }
  });
  return failures;
}

/** Writes or removes the sidecars that are owed. @throws KirokuError `io_error`, `disk_full`, … when one still fails */
export async function settleOwed(context: ManifestContext, store: OwnerStore): Promise<void> {
  const { storage, folders } = context;
  for (const [id, owed] of [...store.owed]) {
    try {
      if ('purged' in owed) await removeSidecar(storage, folders, locationOf(owed.purged));
      else {
        const staged = await stageSidecar(
          storage,
          folders,
          locationOf(owed.record),
          encodeRecord(owed.record),
        );
        await placeSidecar(storage, folders, staged);
      }
    } catch (error) {
      throw fromErrno(error);
    }
    store.owed.delete(id);
  }
}

/** Forgets staged sidecars of a batch that will not be committed. */
export async function dropStaged(
  context: ManifestContext,
  staged: ReadonlyMap<Step, StagedSidecar>,
): Promise<void> {
  for (const sidecar of staged.values()) {
    // a leftover is replaced by the next change of the picture, and swept at the next start
    await dropStagedSidecar(context.storage, sidecar).catch(() => undefined);
  }
}
