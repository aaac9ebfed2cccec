import type { OriginalExt } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import type { JsonObject } from '../../domain/json.ts';
import { sidecarKey } from '../../domain/key.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { encodeRecord, parseRecord, parseSidecarText } from '../../domain/record-codec.ts';
import { ensureFolder, readWhole, replaceFile } from '../../storage/durable.ts';
import { type Fate, NOTHING, waitFor } from './reconcile-fate.ts';
import { isYoung, settled, statOf } from './reconcile-guards.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/** A sidecar larger than this is not one. */
const MAX_SIDECAR = 4 * 1024 * 1024;
/** An unreadable sidecar younger than this may be half-written, ms. */
const SETTLING = 10_000;

type SidecarRead =
  | { readonly state: 'absent' }
  | { readonly state: 'foreign' }
  | { readonly state: 'invalid'; readonly mtime: number; readonly identity: string; readonly why: string }
  | { readonly state: 'read'; readonly mtime: number; readonly record: PictureRecord };

/** A known picture whose sidecar may have been edited by somebody else: the edit is taken, as the next version. */
export async function compareSidecar(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
  ext: OriginalExt,
): Promise<Fate> {
  const seen = await context.catalog.find(place.owner, place.kind, id);
  const first = await readSidecar(context, place, id, ext);
  if (seen === undefined || first.state === 'absent' || first.state === 'foreign') return NOTHING;
  if (first.state === 'read' && same(first.record, seen.record())) return NOTHING;
  // Perhaps it was we who are writing it: look again when our own changes have come to their end.
  const entry = await settled(context, place, id);
  const read = await readSidecar(context, place, id, ext);
  if (entry === undefined || read.state === 'absent' || read.state === 'foreign') return NOTHING;
  const current = entry.record();
  if (read.state === 'invalid') return replaceInvalid(context, place, current, read);
  if (same(read.record, current)) return NOTHING;
  return takeEdit(context, place, current, read.record);
}

/** An original and a sidecar that the catalog does not know: restored from outside, or written by the earlier system. */
export async function restoreFromSidecar(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
  ext: OriginalExt,
  originalBytes: number,
): Promise<Fate> {
  if ((await settled(context, place, id)) !== undefined) return NOTHING;
  const read = await readSidecar(context, place, id, ext);
  if (read.state === 'absent' || read.state === 'foreign') return NOTHING;
  const path = sidecarKey({ ...place, id });
  const now = context.storage.now();
  if (read.state === 'invalid') {
    if (isYoung(now, read.mtime, SETTLING)) return waitFor(SETTLING);
    const detail = { why: read.why };
    await context.findings.report({
      finding: 'sidecar_invalid',
      action: 'left',
      path,
      identity: read.identity,
      detail,
    });
    return NOTHING;
  }
  if (read.record.bytes !== originalBytes && isYoung(now, read.mtime, SETTLING)) return waitFor(SETTLING);
  await context.catalog.commit(place.owner, { op: 'put', record: dated(read.record, now) });
  await context.findings.report({ finding: 'sidecar_restored', action: 'taken', path });
  return { corrected: 1 };
}

/** Writes the sidecar again from the catalog's record, if that is still the version that was seen. */
export async function rewriteSidecar(
  context: LookContext,
  place: DayPlace,
  seen: PictureRecord,
): Promise<boolean> {
  const result = await context.catalog.commit(place.owner, {
    op: 'edit',
    kind: place.kind,
    id: seen.id,
    change: (current) => (current.rev === seen.rev ? { ...current } : undefined),
  });
  return result.outcome === 'committed';
}

/** A record without a sidecar, though its original is there. */
export async function rewriteMissing(context: LookContext, place: DayPlace, id: PictureId): Promise<Fate> {
  const entry = await settled(context, place, id);
  const path = sidecarKey({ ...place, id });
  if (entry === undefined || (await statOf(context.storage, path)) !== undefined) return NOTHING;
  if (!(await rewriteSidecar(context, place, entry.record()))) return NOTHING;
  await context.findings.report({ finding: 'sidecar_missing', action: 'rewritten', path });
  return { corrected: 1 };
}

/** Trash of the earlier system does not say since when: its retention starts now, or the first purge would take it. */
export async function dateTrash(context: LookContext, place: DayPlace, id: PictureId): Promise<Fate> {
  const now = context.storage.now();
  const result = await context.catalog.commit(place.owner, {
    op: 'edit',
    kind: place.kind,
    id,
    change: (current) => (isUndated(current) ? dated(current, now) : undefined),
  });
  if (result.outcome !== 'committed') return NOTHING;
  await context.findings.report({
    finding: 'trash_undated',
    action: 'rewritten',
    path: sidecarKey({ ...place, id }),
  });
  return { corrected: 1 };
}

export function isUndated(record: PictureRecord): boolean {
  return record.status === 'trash' && record.trashed_at === null;
}

function dated(record: PictureRecord, now: number): PictureRecord {
  return isUndated(record) ? { ...record, trashed_at: new Date(now).toISOString() } : record;
}

async function readSidecar(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
  ext: OriginalExt,
): Promise<SidecarRead> {
  const path = sidecarKey({ ...place, id });
  const stat = await statOf(context.storage, path);
  if (stat === undefined) return { state: 'absent' };
  if (stat.type !== 'file') return { state: 'foreign' };
  const facts = { mtime: stat.mtime, identity: `${stat.inode}:${stat.size}:${stat.mtime}` };
  if (stat.size > MAX_SIDECAR) return { state: 'invalid', ...facts, why: 'too large' };
  const bytes = await readWhole(context.storage, path);
  if (bytes === undefined) return { state: 'absent' };
  try {
    const record = parseRecord(parseSidecarText(bytes.toString('utf8')), { ...place, id, ext }, context);
    return { state: 'read', mtime: stat.mtime, record };
  } catch (error) {
    return {
      state: 'invalid',
      ...facts,
      why: error instanceof Error ? error.message.slice(0, 200) : 'unreadable',
    };
  }
}

/** Equal but for a trash date that only the catalog has so far. */
function same(sidecar: PictureRecord, current: PictureRecord): boolean {
  const told = isUndated(sidecar) ? { ...sidecar, trashed_at: current.trashed_at } : sidecar;
  return encodeRecord(told).equals(encodeRecord(current));
}

async function takeEdit(
  context: LookContext,
  place: DayPlace,
  seen: PictureRecord,
  edited: PictureRecord,
): Promise<Fate> {
  const next = merged(seen, dated(edited, context.storage.now()));
  const op = next.status === seen.status ? 'edit' : next.status === 'trash' ? 'trash' : 'restore';
  const result = await context.catalog.commit(place.owner, {
    op,
    kind: place.kind,
    id: seen.id,
    change: (current) => (current.rev === seen.rev ? next : undefined),
  });
  // Somebody changed the picture through us in between: the next look compares with that.
  if (result.outcome !== 'committed') return waitFor(1_000);
  const path = sidecarKey({ ...place, id: seen.id });
  await context.findings.report({ finding: 'sidecar_edited', action: 'taken', path });
  return { corrected: 1 };
}

/** An edit may say anything but whose picture it is, what its bytes are, when it was made and where it lies. */
function merged(seen: PictureRecord, edited: PictureRecord): PictureRecord {
  const { day: _day, ext: _ext, idem: _idem, adopted_from: _from, ...free } = edited;
  return {
    ...free,
    rev: Math.max(seen.rev, edited.rev),
    id: seen.id,
    owner: seen.owner,
    kind: seen.kind,
    created_at: seen.created_at,
    mime: seen.mime,
    bytes: seen.bytes,
    sha256: seen.sha256,
    crc32: seen.crc32,
    trashed_at: edited.status === 'trash' ? edited.trashed_at : null,
    ...(seen.day === undefined ? {} : { day: seen.day }),
    ...(seen.ext === undefined ? {} : { ext: seen.ext }),
    ...(seen.idem === undefined ? {} : { idem: seen.idem }),
    ...(seen.adopted_from === undefined ? {} : { adopted_from: seen.adopted_from }),
  };
}

/** What somebody else wrote is kept aside before our own version takes its place. */
async function replaceInvalid(
  context: LookContext,
  place: DayPlace,
  current: PictureRecord,
  read: { readonly mtime: number; readonly why: string },
): Promise<Fate> {
  const { storage, folders } = context;
  const now = storage.now();
  if (isYoung(now, read.mtime, SETTLING)) return waitFor(SETTLING);
  const path = sidecarKey({ ...place, id: current.id });
  const bytes = await readWhole(storage, path);
  if (bytes === undefined) return NOTHING;
  const aside = `${place.owner}.${current.id}.${Math.trunc(now)}.json`;
  await ensureFolder(storage, folders, ASIDE_FOLDER);
  await replaceFile(storage, folders, `${ASIDE_FOLDER}/${aside}`, `aside.${aside}`, bytes);
  if (!(await rewriteSidecar(context, place, current))) return waitFor(1_000);
  const detail: JsonObject = { why: read.why, kept: `${ASIDE_FOLDER}/${aside}` };
  await context.findings.report({ finding: 'sidecar_invalid', action: 'rewritten', path, detail });
  return { corrected: 1 };
}

/** Bytes of other programs' work that had to give way. Never swept by us. */
const ASIDE_FOLDER = '.kiroku/aside';
