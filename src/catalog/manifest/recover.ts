import { isErrno, isKirokuError, KirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { dayFolder, type Location, originalKey } from '../../domain/key.ts';
import type { Op } from '../../domain/kind.ts';
import { KINDS, STATUSES } from '../../domain/kind.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { decodeRecord, encodeRecord } from '../../domain/record-codec.ts';
import type { Entry } from '../catalog.ts';
import { locationOf } from '../entry.ts';
import { placeSidecar, readSidecar, removeSidecar, stageSidecar } from '../sidecar.ts';
import { walkSidecars } from '../sidecar-walk.ts';
import { appendLines } from './append.ts';
import { applyStep, tell } from './apply.ts';
import type { Step } from './batch.ts';
import { refuseToHeal } from './entries.ts';
import { crcHolds, emptyView, encodeLine, scanLine } from './line.ts';
import { lineEntry } from './line-entry.ts';
import { ManifestChangedError, readExact } from './log-file.ts';
import { findEntry } from './queries.ts';
import type { Touched } from './scan.ts';
import { inParallel } from './settle.ts';
import type { ManifestContext, OwnerStore } from './store.ts';

/** Pictures compared before what they need is written. */
const AT_ONCE = 256;

/** What one picture needs so that line and sidecar agree. */
type Correction =
  | { readonly do: 'write'; readonly record: PictureRecord }
  | { readonly do: 'remove'; readonly at: Location }
  | { readonly do: 'take'; readonly op: Op; readonly record: PictureRecord }
  | { readonly do: 'void'; readonly entry: Entry };

/**
 * Brings log and sidecars into agreement after an unclean stop (only what the log did in the unsettled time), or after
 * a torn last line was cut (`all`: a line that was acknowledged may have been cut with it). The higher `rev` wins; a
 * picture that has neither sidecar nor original never was. Can be killed and repeated: each correction makes the
 * comparison come out even. What is even may be so by what a killed process had not synced: the folders are synced too.
 * @throws KirokuError, the operating system's error; `store.unrecovered` stays then
 */
export async function recoverStore(context: ManifestContext, store: OwnerStore): Promise<void> {
  const { unrecovered } = store;
  if (unrecovered === undefined) return;
  const ids = unrecovered === 'all' ? liveIds(store) : [...unrecovered.keys()];
  let corrected = 0;
  const looked = new Set<string>();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const corrections: Correction[] = [];
    await inParallel(ids.slice(from, from + AT_ONCE), async (id) => {
      const touched = unrecovered === 'all' ? undefined : unrecovered.get(id);
      const correction = await compare(context, store, id, touched, looked);
      if (correction !== undefined) corrections.push(correction);
    });
    corrected += corrections.length;
    await correct(context, store, corrections);
  }
  if (unrecovered === 'all') corrected += await takeUnknown(context, store);
  await inParallel([...looked], (folder) => syncIfThere(context, folder));
  store.unrecovered = undefined;
  const { owner } = store;
  if (corrected > 0) context.log.warn({ owner, corrected }, 'log and sidecars brought into agreement');
}

function liveIds(store: OwnerStore): PictureId[] {
  return [...store.index.sortedRows()].map((row) => store.index.idOf(row));
}

async function compare(
  context: ManifestContext,
  store: OwnerStore,
  id: PictureId,
  touched: Touched | undefined,
  looked: Set<string>,
): Promise<Correction | undefined> {
  const entry = await findEntry(store, refuseToHeal, id);
  if (entry !== undefined) {
    looked.add(dayFolder(entry.owner, entry.kind, entry.day));
    return compareLive(context, entry);
  }
  if (touched?.purged === undefined) return undefined;
  const record = await recordOfLine(store, touched.purged);
  const at = locationOf(record);
  looked.add(dayFolder(at.owner, at.kind, at.day));
  return comparePurged(context, record, at);
}

/** @throws the operating system's error */
async function syncIfThere({ folders }: ManifestContext, folder: string): Promise<void> {
  try {
    await folders.sync(folder);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

async function compareLive(context: ManifestContext, entry: Entry): Promise<Correction | undefined> {
  const { storage, legacyTz } = context;
  const sidecar = await readSidecar(storage, entry, { legacyTz });
  const record = entry.record();
  switch (sidecar?.state) {
    case undefined:
      return (await isThere(context, originalKey(entry, entry.ext)))
        ? { do: 'write', record }
        : { do: 'void', entry };
    case 'invalid':
      // of a later version of this program: reconcile keeps a copy of it, here none would be kept
      return isKirokuError(sidecar.error, 'tree_unreadable') ? undefined : { do: 'write', record };
    case 'read':
      if (sidecar.record.rev === record.rev) return undefined;
      if (sidecar.record.rev < record.rev) return { do: 'write', record };
      return { do: 'take', op: 'edit', record: sidecar.record };
    default:
      // without its original, or not ours: for reconcile to judge
      return undefined;
  }
}

async function isThere(context: ManifestContext, path: string): Promise<boolean> {
  try {
    return (await context.storage.stat(path)).type === 'file';
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** The purge was committed, but its sidecar may have outlived it. */
async function comparePurged(
  context: ManifestContext,
  record: PictureRecord,
  at: Location,
): Promise<Correction | undefined> {
  const sidecar = await readSidecar(context.storage, at, { legacyTz: context.legacyTz });
  // its bytes went before its line: only the end of the purge is missing. Without the mark reconcile has kept it
  if (sidecar?.state === 'orphan') return record.purging === undefined ? undefined : { do: 'remove', at };
  if (sidecar?.state !== 'read') return undefined;
  if (sidecar.record.rev > record.rev) return { do: 'take', op: 'put', record: sidecar.record };
  return { do: 'remove', at };
}

const view = emptyView();

async function recordOfLine(
  store: OwnerStore,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<PictureRecord> {
  if (store.file === undefined) throw new ManifestChangedError('gone');
  const bytes = await store.file.use((open) => readExact(open, offset, length));
  if (!crcHolds(bytes, 0, length - 1) || !scanLine(bytes, 0, length - 1, view)) {
    throw new ManifestChangedError('bad line');
  }
  return decodeRecord(bytes.subarray(view.recordStart, view.recordEnd));
}

/** Lines first: they are the commit; then the sidecars that the present lines want. */
async function correct(
  context: ManifestContext,
  store: OwnerStore,
  corrections: readonly Correction[],
): Promise<void> {
  const steps: Step[] = [];
  for (const correction of corrections) {
    const seq = store.index.seq + steps.length + 1;
    if (correction.do === 'take') steps.push(takeStep(store, correction.op, correction.record, seq));
    if (correction.do === 'void') steps.push(voidStep(context, correction.entry, seq));
  }
  await appendSteps(context, store, steps);
  await inParallel(corrections, async (correction) => {
    const { storage, folders } = context;
    if (correction.do === 'remove') await removeSidecar(storage, folders, correction.at);
    if (correction.do !== 'write') return;
    const { record } = correction;
    const staged = await stageSidecar(storage, folders, locationOf(record), encodeRecord(record));
    await placeSidecar(storage, folders, staged);
  });
}

async function appendSteps(
  context: ManifestContext,
  store: OwnerStore,
  steps: readonly Step[],
): Promise<void> {
  if (steps.length === 0) return;
  let offset = store.end;
  await appendLines(store, Buffer.concat(steps.map(({ line }) => line)));
  for (const step of steps) {
    applyStep(store, step, offset, context.storage.now());
    offset += step.line.length;
  }
  for (const step of steps) tell(context, store, step);
}

function takeStep(store: OwnerStore, op: Op, record: PictureRecord, seq: number): Step {
  const { id, kind, status } = record;
  const time = Date.parse(record.created_at);
  const encoded = encodeRecord(record);
  const line = encodeLine({ seq, op, id, time, kind, status }, encoded);
  const row = { seq, id, createdAt: time, kind: KINDS.indexOf(kind), status: STATUSES.indexOf(status) };
  const entry = lineEntry(store.owner, encoded, row);
  return { op, seq, at: locationOf(record), line, record, encoded, entry, keepSidecar: false };
}

function voidStep(context: ManifestContext, entry: Entry, seq: number): Step {
  const record = entry.record();
  const { id, kind, status } = record;
  const line = encodeLine({ seq, op: 'purge', id, time: context.storage.now(), kind, status }, undefined);
  return {
    op: 'purge',
    seq,
    at: locationOf(record),
    line,
    record,
    encoded: undefined,
    entry,
    keepSidecar: true,
  };
}

/** Sidecars that no line knows: their line was cut with the torn one. How many there were. */
async function takeUnknown(context: ManifestContext, store: OwnerStore): Promise<number> {
  let taken = 0;
  let steps: Step[] = [];
  const { storage, legacyTz } = context;
  const flush = async () => {
    await appendSteps(context, store, steps);
    taken += steps.length;
    steps = [];
  };
  for await (const found of walkSidecars(storage, store.owner, { legacyTz })) {
    if (found.state !== 'read' || store.rowOf(found.record.id) >= 0) continue;
    if (store.file === undefined) throw new KirokuError('internal', 'There is no manifest to append to.');
    steps.push(takeStep(store, 'put', found.record, store.index.seq + steps.length + 1));
    if (steps.length === AT_ONCE) await flush();
  }
  await flush();
  return taken;
}
