import { createHash } from 'node:crypto';
import type { BlobStore, StagedBlob } from '../blobs/blob-store.ts';
import type { Catalog, Entry } from '../catalog/catalog.ts';
import { aspectRatio } from '../domain/aspect.ts';
import { dayOf } from '../domain/day.ts';
import { KirokuError, UnsettledError } from '../domain/errors.ts';
import { cleanFilename } from '../domain/filename.ts';
import { extOf } from '../domain/format.ts';
import { type Location, originalKey, thumbKey } from '../domain/key.ts';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import { type Descriptive, type PictureRecord, RECORD_VERSION } from '../domain/record.ts';
import { cleanTags } from '../domain/tags.ts';
import { isoOf } from '../domain/time.ts';
import { describe } from './describe.ts';
import type { Quota, Reservation } from './quota.ts';
import { dropStaged, type StagedPicture } from './receive.ts';
import type { CommitRequest, IngestResult } from './services.ts';

/** How long an idempotency key is remembered, ms. */
const REPLAY_MS = 7 * 24 * 3600 * 1000;
/** A `created_at` further ahead than this is a mistake, ms: clocks differ, days do not. */
const MAX_AHEAD_MS = 24 * 3600 * 1000;

export interface CommitDeps {
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
  /** What comes in must have room; nothing limits it when absent. */
  readonly quota?: Pick<Quota, 'reserve'>;
  /** Owners whose pictures were given to this one at `since` (ms) or later: their keys are his. None when absent. */
  readonly formerNames?: (owner: Owner, since: number) => Promise<readonly Owner[]>;
}

/** What the record keeps of an idempotency key: enough to recognise it, nothing to guess it by. */
function idemOf(owner: Owner, key: string): string {
  return createHash('sha256').update(`${owner}\n${key}`).digest('hex').slice(0, 16);
}

function createdAt(request: CommitRequest, now: number): number {
  const time = request.createdAt ?? now;
  if (time > now + MAX_AHEAD_MS) {
    throw new KirokuError('invalid_metadata', 'created_at: more than a day ahead.', {
      details: { field: 'created_at' },
    });
  }
  return time;
}

/** The members that every generated picture has, known or not. */
function generatedMembers({ image }: StagedPicture, meta: Descriptive): Descriptive {
  const { workflow_id, aspect_ratio, seed, prompt } = meta;
  return {
    workflow_id: workflow_id ?? null,
    aspect_ratio: aspect_ratio ?? aspectRatio(image.width, image.height),
    seed: seed ?? null,
    prompt: prompt ?? null,
  };
}

function recordOf(picture: StagedPicture, request: CommitRequest, time: number, now: number): PictureRecord {
  const { id, original, thumb, image } = picture;
  const meta = describe(request.meta, image.recipe);
  return {
    ...meta,
    ...(request.kind === 'generated' ? generatedMembers(picture, meta) : {}),
    v: RECORD_VERSION,
    rev: 1,
    id,
    owner: request.owner,
    kind: request.kind,
    status: 'active',
    created_at: isoOf(time),
    updated_at: isoOf(now),
    trashed_at: null,
    original_filename: cleanFilename(request.filename),
    mime: picture.mime,
    bytes: original.bytes,
    sha256: original.sha256,
    crc32: original.crc32,
    width: image.width,
    height: image.height,
    thumbhash: image.thumbhash,
    thumb: thumb === undefined ? null : `thumb/${id}.${thumb.ext}`,
    thumb_bytes: thumb?.blob.bytes ?? 0,
    thumb_v: thumb === undefined ? 0 : 1,
    ...(thumb === undefined ? {} : { thumb_crc32: thumb.blob.crc32 }),
    tags: cleanTags(request.tags ?? []),
    favorite: request.favorite ?? false,
    rating: request.rating ?? null,
    source: request.source,
    ...(request.idempotencyKey === undefined ? {} : { idem: idemOf(request.owner, request.idempotencyKey) }),
    ...(request.adoptedFrom === undefined ? {} : { adopted_from: request.adoptedFrom }),
    extra: {},
  };
}

/** An earlier picture stands for this one: because of its key, or because of its bytes. */
function answerWith(entry: Entry, record: PictureRecord, outcome: Earlier['outcome']): IngestResult {
  if (outcome === 'duplicate') return { entry, outcome };
  const earlier = entry.record();
  if (earlier.sha256 !== record.sha256 || earlier.kind !== record.kind) {
    throw new KirokuError('idempotency_mismatch', 'This idempotency key was used for another file.');
  }
  return { entry, outcome: 'replayed' };
}

interface Earlier {
  readonly entry: Entry;
  readonly outcome: 'replayed' | 'duplicate';
}

/** A retry is the common case of a repeated key: it is answered before anything is written. The lane's check decides. */
async function earlierOne(
  deps: CommitDeps,
  record: PictureRecord,
  request: CommitRequest,
  now: number,
): Promise<Earlier | undefined> {
  const { owner, idempotencyKey: key, dedupe } = request;
  const replay = key === undefined ? undefined : await replayOf(deps, owner, key, now - REPLAY_MS);
  if (replay !== undefined) return { entry: replay, outcome: 'replayed' };
  if (dedupe !== true) return undefined;
  const same = await deps.catalog.findBySha256(owner, record.kind, record.sha256);
  return same === undefined ? undefined : { entry: same, outcome: 'duplicate' };
}

/** What this key made, also under a name whose pictures have been given to this owner since. */
async function replayOf(
  { catalog, formerNames }: CommitDeps,
  owner: Owner,
  key: string,
  since: number,
): Promise<Entry | undefined> {
  const own = await catalog.findByIdem(owner, idemOf(owner, key), since);
  if (own !== undefined) return own;
  for (const name of (await formerNames?.(owner, since)) ?? []) {
    const idem = idemOf(name, key);
    // In this order: one on its way is put here before it goes there.
    const found =
      (await catalog.findByIdem(name, idem, since)) ?? (await catalog.findByIdem(owner, idem, since));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The staged bytes of one picture under the keys they have by now: what would have to be taken back. */
interface Held {
  original: StagedBlob;
  thumb: StagedBlob | undefined;
}

function stagedOf({ original, thumb }: Held): StagedBlob[] {
  return thumb === undefined ? [original] : [original, thumb];
}

async function publish(deps: CommitDeps, held: Held, picture: StagedPicture, at: Location): Promise<void> {
  held.original = await deps.blobs.rekey(held.original, originalKey(at, extOf(picture.mime)));
  if (held.thumb !== undefined && picture.thumb !== undefined) {
    held.thumb = await deps.blobs.rekey(held.thumb, thumbKey(at, picture.thumb.ext));
  }
  await deps.blobs.publish(stagedOf(held));
}

/**
 * The durable sequence of DESIGN §4 for staged bytes: rekey, publish, catalog, release. After a throw nothing of it
 * stays, but for `UnsettledError`: then the picture is committed and its staged names are forgotten.
 * @throws KirokuError as `Ingest.commit` does
 */
export async function commitStaged(
  deps: CommitDeps,
  picture: StagedPicture,
  request: CommitRequest,
): Promise<IngestResult> {
  const held: Held = { original: picture.original, thumb: picture.thumb?.blob };
  try {
    const result = await putPicture(deps, held, picture, request);
    if (result.outcome === 'created') await forget(deps, stagedOf(held));
    else await dropStaged(deps, stagedOf(held));
    return result;
  } catch (error) {
    if (error instanceof UnsettledError) await forget(deps, stagedOf(held));
    else await dropStaged(deps, stagedOf(held));
    throw error;
  }
}

async function putPicture(
  deps: CommitDeps,
  held: Held,
  picture: StagedPicture,
  request: CommitRequest,
): Promise<IngestResult> {
  const now = deps.now();
  const time = createdAt(request, now);
  const record = recordOf(picture, request, time, now);
  const earlier = await earlierOne(deps, record, request, now);
  if (earlier !== undefined) return answerWith(earlier.entry, record, earlier.outcome);
  const { owner, kind } = request;
  return withRoom(deps, request, record, async () => {
    await publish(deps, held, picture, { owner, kind, day: dayOf(time), id: picture.id });
    const { outcome, entry } = await deps.catalog.commit(owner, {
      op: 'put',
      record,
      replaySince: now - REPLAY_MS,
      ...(request.dedupe === true ? { dedupe: true } : {}),
    });
    if (outcome !== 'exists') return { entry, outcome: 'created' };
    const isSameKey = record.idem !== undefined && entry.record().idem === record.idem;
    return answerWith(entry, record, isSameKey ? 'replayed' : 'duplicate');
  });
}

/** Keeps the room until the catalog counts the picture itself. What lies in the tree already is not refused. */
async function withRoom<T>(
  { quota }: CommitDeps,
  { owner, reservation, adoptedFrom }: CommitRequest,
  { id, bytes, thumb_bytes: thumb }: PictureRecord,
  work: () => Promise<T>,
): Promise<T> {
  if (quota === undefined || adoptedFrom !== undefined) return work();
  // made for whom it is now: an owner may have been moved since the upload began
  const mine: Reservation | undefined =
    reservation?.owner === owner ? undefined : await quota.reserve(owner, bytes);
  try {
    await (mine ?? reservation)?.claim(id, bytes + thumb);
    return await work();
  } finally {
    mine?.release();
  }
}

/** Whether this key has made a picture that a repeated upload would be answered with. */
export async function isKnownKey(deps: CommitDeps, owner: Owner, key: string): Promise<boolean> {
  return (await replayOf(deps, owner, key, deps.now() - REPLAY_MS)) !== undefined;
}

/** The picture is committed: a staged name that cannot be removed now is removed at the next start. */
async function forget(deps: CommitDeps, staged: readonly StagedBlob[]): Promise<void> {
  try {
    await deps.blobs.release(staged);
  } catch (error) {
    deps.log.warn({ err: error }, 'a staged name could not be removed; the next start removes it');
  }
}
