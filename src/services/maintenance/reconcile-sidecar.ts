import type { Entry } from '../../catalog/catalog.ts';
import { MAX_SIDECAR_BYTES, readSidecar, type SidecarRead } from '../../catalog/sidecar.ts';
import type { OriginalExt } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import type { JsonObject } from '../../domain/json.ts';
import { sidecarKey } from '../../domain/key.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { encodeRecord, publicJsonOf } from '../../domain/record-codec.ts';
import { isoOf } from '../../domain/time.ts';
import { ensureFolder, readWhole, replaceFile } from '../../storage/durable.ts';
import { identityOf } from './reconcile-bytes.ts';
import { type Fate, NOTHING, waitFor } from './reconcile-fate.ts';
import { isYoung, settled, statOf } from './reconcile-guards.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/** An unreadable sidecar younger than this may be half-written, ms. */
const SETTLING = 10_000;

/** A known picture whose sidecar may have been edited by somebody else: the edit is taken, as the next version. */
export async function compareSidecar(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
  ext: OriginalExt,
): Promise<Fate> {
  const seen = await context.catalog.find(place.owner, place.kind, id);
  if (seen !== undefined && (await isAsWritten(context, place, seen))) return NOTHING;
  const first = await read(context, place, id, ext);
  if (seen === undefined || (first?.state !== 'read' && first?.state !== 'invalid')) return NOTHING;
  if (first.state === 'read' && same(first.record, seen.record())) return NOTHING;
  // Perhaps it was we who are writing it: look again when our own changes have come to their end.
  const entry = await settled(context, place, id);
  const found = await read(context, place, id, ext);
  if (entry === undefined) return NOTHING;
  const current = entry.record();
  // its bytes go one by one: an editor who has not seen that must not bring it back without them
  if (current.purging !== undefined) return NOTHING;
  if (found?.state === 'invalid') return replaceInvalid(context, place, current, found);
  if (found?.state !== 'read' || same(found.record, current)) return NOTHING;
  return takeEdit(context, place, current, found.record);
}

/** The usual case, without parsing: the sidecar holds the very bytes that the catalog has, but for the private members. */
async function isAsWritten(context: LookContext, place: DayPlace, seen: Entry): Promise<boolean> {
  const path = sidecarKey({ ...place, id: seen.id });
  const stat = await statOf(context.storage, path);
  if (stat?.type !== 'file' || stat.size < seen.publicJson.length || stat.size > MAX_SIDECAR_BYTES)
    return false;
  const bytes = await readWhole(context.storage, path);
  return bytes !== undefined && publicJsonOf(bytes).equals(seen.publicJson);
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
  const found = await read(context, place, id, ext);
  if (found?.state !== 'read' && found?.state !== 'invalid') return NOTHING;
  const now = context.storage.now();
  const unsettled = found.state === 'invalid' || found.record.bytes !== originalBytes;
  if (unsettled && isYoung(now, found.stat.mtime, SETTLING)) return waitFor(SETTLING);
  const path = sidecarKey({ ...place, id });
  if (found.state === 'invalid') {
    const detail = { why: found.error.message };
    const identity = identityOf(found.stat);
    await context.findings.report({ finding: 'sidecar_invalid', action: 'left', path, identity, detail });
    return NOTHING;
  }
  await context.catalog.commit(place.owner, { op: 'put', record: dated(found.record, now) });
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
  return isUndated(record) ? { ...record, trashed_at: isoOf(now) } : record;
}

function read(
  context: LookContext,
  place: DayPlace,
  id: PictureId,
  ext: OriginalExt,
): Promise<SidecarRead | undefined> {
  return readSidecar(context.storage, { ...place, id }, { legacyTz: context.legacyTz, exts: [ext] });
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
  const next = merged(seen, edited, context.storage.now());
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
function merged(seen: PictureRecord, edited: PictureRecord, now: number): PictureRecord {
  const { day: _day, ext: _ext, idem: _idem, adopted_from: _from, thumb_crc32: _crc, ...free } = edited;
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
    trashed_at: edited.status === 'trash' ? (edited.trashed_at ?? seen.trashed_at ?? isoOf(now)) : null,
    ...(seen.day === undefined ? {} : { day: seen.day }),
    ...(seen.ext === undefined ? {} : { ext: seen.ext }),
    ...(seen.thumb_crc32 === undefined ? {} : { thumb_crc32: seen.thumb_crc32 }),
    ...(seen.idem === undefined ? {} : { idem: seen.idem }),
    ...(seen.adopted_from === undefined ? {} : { adopted_from: seen.adopted_from }),
  };
}

/** What somebody else wrote is kept aside before our own version takes its place. */
async function replaceInvalid(
  context: LookContext,
  place: DayPlace,
  current: PictureRecord,
  found: Extract<SidecarRead, { state: 'invalid' }>,
): Promise<Fate> {
  const { storage, folders } = context;
  const now = storage.now();
  if (isYoung(now, found.stat.mtime, SETTLING)) return waitFor(SETTLING);
  const path = sidecarKey({ ...place, id: current.id });
  const bytes = await readWhole(storage, path);
  if (bytes === undefined) return NOTHING;
  if (context.trial) {
    const why = found.error.message;
    await context.findings.report({ finding: 'sidecar_invalid', action: 'rewritten', path, detail: { why } });
    return { corrected: 1 };
  }
  const aside = `${place.owner}.${current.id}.${Math.trunc(now)}.json`;
  await ensureFolder(storage, folders, ASIDE_FOLDER);
  await replaceFile(storage, folders, `${ASIDE_FOLDER}/${aside}`, `aside.${aside}`, bytes);
  if (!(await rewriteSidecar(context, place, current))) return waitFor(1_000);
  const detail: JsonObject = { why: found.error.message, kept: `${ASIDE_FOLDER}/${aside}` };
  await context.findings.report({ finding: 'sidecar_invalid', action: 'rewritten', path, detail });
  return { corrected: 1 };
}

/** Bytes of other programs' work that had to give way. Never swept by us. */
const ASIDE_FOLDER = '.kiroku/aside';
