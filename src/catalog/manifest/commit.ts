import { fromErrno, isErrno, UnsettledError } from '../../domain/errors.ts';
import { dayFolder, manifestKey } from '../../domain/key.ts';
import { ensureFolder } from '../../storage/durable.ts';
import type { FileStat } from '../../storage/storage.ts';
import { appendLines, createManifest } from './append.ts';
import { applyStep, tell } from './apply.ts';
import { Batch, type Step } from './batch.ts';
import type { Request } from './lane.ts';
import { ManifestChangedError } from './log-file.ts';
import { rebuildManifest } from './rebuild.ts';
import { recoverStore } from './recover.ts';
import { dropStaged, finishSteps, settleOwed, stageSteps } from './settle.ts';
import type { ManifestContext, OwnerStore } from './store.ts';

/**
 * Takes a batch through its sequence (docs/storage-format.md, "Writing"): sidecars staged, lines appended and synced (the commit point),
 * sidecars placed, index, listeners, answers. Settles every request; never rejects.
 */
export async function commitBatch(
  context: ManifestContext,
  store: OwnerStore,
  requests: readonly Request[],
): Promise<void> {
  const pending = new Set<Request>();
  for (const request of requests) pending.add(watchedRequest(request, pending));
  try {
    await makeReady(context, store);
    await commitPrepared(context, store, await prepareBatch(context, store, pending));
  } catch (error) {
    for (const request of pending) request.reject(fromErrno(error));
  }
}

/** The same request; it leaves `pending` when it is settled. */
function watchedRequest(request: Request, pending: Set<Request>): Request {
  const watched: Request = {
    mutation: request.mutation,
    resolve: (result) => {
      if (pending.delete(watched)) request.resolve(result);
    },
    reject: (error) => {
      if (pending.delete(watched)) request.reject(error);
    },
  };
  return watched;
}

/**
 * What must be true before anything is committed: nothing is owed, and the file is the one that the index describes.
 * A manifest that was removed or changed from outside is made again from the sidecars; nothing acknowledged is lost.
 * @throws KirokuError, the operating system's error: nothing can be committed now
 */
export async function makeReady(context: ManifestContext, store: OwnerStore): Promise<void> {
  await settleOwed(context, store);
  if (store.unrecovered !== undefined && store.suspect === undefined) await recoverStore(context, store);
  const why = store.suspect ?? (await whatChanged(context, store));
  if (why !== undefined) await rebuildManifest(context, store, why);
}

async function whatChanged(context: ManifestContext, store: OwnerStore): Promise<string | undefined> {
  const there = await statOf(context, manifestKey(store.owner));
  const { file, end } = store;
  if (file === undefined) return there === undefined ? undefined : 'a manifest appeared';
  if (there === undefined) return 'the manifest was removed';
  if (there.inode !== file.inode) return 'the manifest was replaced';
  return there.size === end ? undefined : 'the manifest was changed from outside';
}

async function statOf(context: ManifestContext, path: string): Promise<FileStat | undefined> {
  try {
    return await context.storage.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/**
 * Checks all requests; should one of them meet a damaged manifest, that is repaired and all are checked anew, but for
 * those that were refused by then: their callers have been told, and may have undone what they did.
 */
async function prepareBatch(
  context: ManifestContext,
  store: OwnerStore,
  pending: ReadonlySet<Request>,
): Promise<Batch> {
  for (let attempt = 1; ; attempt++) {
    const batch = new Batch(store, context.storage.now());
    try {
      for (const request of [...pending]) await batch.take(request);
      return batch;
    } catch (error) {
      if (!(error instanceof ManifestChangedError) || attempt > 1 || pending.size === 0) throw error;
      await rebuildManifest(context, store, String(error.details['why']));
    }
  }
}

async function commitPrepared(context: ManifestContext, store: OwnerStore, batch: Batch): Promise<void> {
  const { steps, finalSteps } = batch;
  const failures = steps.length === 0 ? new Map<Step, unknown>() : await write(context, store, batch);
  for (const { request, result, step } of batch.answers) {
    const last = step === undefined ? undefined : finalSteps.find(({ at }) => at.id === step.at.id);
    const failure = last === undefined ? undefined : failures.get(last);
    if (failure === undefined) request.resolve(result);
    else request.reject(unsettled(failure));
  }
}

/** @throws the operating system's error: nothing was committed */
async function write(context: ManifestContext, store: OwnerStore, batch: Batch): Promise<Map<Step, unknown>> {
  const { steps, finalSteps } = batch;
  const since = context.storage.now();
  await makeDayFolders(context, finalSteps);
  const staged = await stageSteps(context, finalSteps);
  let start: number;
  try {
    if (store.file === undefined) await createManifest(context, store);
    start = store.end;
    await appendLines(store, Buffer.concat(steps.map(({ line }) => line)));
  } catch (error) {
    await dropStaged(context, staged);
    throw error;
  }
  const failures = await finishSteps(context, store, finalSteps, staged, since);
  for (const step of steps) {
    applyStep(store, step, start, since);
    start += step.line.length;
  }
  for (const step of steps) tell(context, store, step);
  return failures;
}

async function makeDayFolders(context: ManifestContext, steps: readonly Step[]): Promise<void> {
  const folders = new Set<string>();
  for (const { at, encoded } of steps) {
    if (encoded !== undefined) folders.add(dayFolder(at.owner, at.kind, at.day));
  }
  for (const folder of folders) await ensureFolder(context.storage, context.folders, folder);
}

function unsettled(failure: unknown): UnsettledError {
  const { code, message, details } = fromErrno(failure);
  return new UnsettledError(code, message, { cause: failure, details });
}
