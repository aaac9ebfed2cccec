import { createHash } from 'node:crypto';
import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { locationOf } from '../../catalog/entry.ts';
import { inspectManifest } from '../../catalog/manifest/inspect.ts';
import { readSidecar } from '../../catalog/sidecar.ts';
import { walkSidecars } from '../../catalog/sidecar-walk.ts';
import { fromErrno, isKirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { originalKey, sidecarKey } from '../../domain/key.ts';
import type { Kind } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { encodeRecord } from '../../domain/record-codec.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { readBlob } from '../read-blob.ts';
import { everyPicture } from './every-picture.ts';
import { type ThumbDamage, type ThumbDamageDeps, thumbDamage } from './thumb-damage.ts';

/** What is wrong with one picture. */
export type Damage =
  | 'original_missing'
  | 'original_changed'
  | 'original_unreadable'
  | ThumbDamage
  | 'sidecar_missing'
  | 'sidecar_unreadable'
  | 'sidecar_differs';

export interface DamageFound {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly id: PictureId;
  readonly damage: Damage;
}

/** A line of an owner's manifest that is not what was written. */
export interface BadLine {
  readonly owner: Owner;
  /** Where in the file it begins. */
  readonly byte: number;
}

export interface VerifyReport {
  readonly pictures: number;
  /** Bytes of originals that were read. */
  readonly bytes: number;
  readonly found: readonly DamageFound[];
  /** Manifests are an index: the catalog makes a damaged one again when it loads it, which this run does next. */
  readonly manifests: readonly BadLine[];
  /** More damage than `found` and `manifests` tell of. */
  readonly more: number;
  /** Where the next run goes on; undefined when this one came to the end. */
  readonly next: string | undefined;
}

export interface VerifyRequest {
  /** One owner; all without. */
  readonly owner?: Owner;
  readonly signal: AbortSignal;
  /** `next` of the run before. */
  readonly from?: string;
  /** Stops behind the picture with which so many bytes were read. */
  readonly mostBytes?: number;
  /** Called for each picture that was looked at, with what is wrong with it. */
  readonly progress?: (picture: Entry, damage: readonly Damage[]) => void;
}

export interface Verify {
  /**
   * Reads every original and thumbnail again and holds them against their record, the record against its sidecar, and
   * every line of the manifests against its checksum. Changes nothing in what is truth, and removes nothing.
   * @throws KirokuError `aborted`, and where the tree cannot be read
   */
  run(request: VerifyRequest): Promise<VerifyReport>;
  /** The same for one picture. */
  one(picture: Entry): Promise<readonly Damage[]>;
}

export interface VerifyDeps extends ThumbDamageDeps {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly legacyTz: string;
}

const PARALLEL = 4;
const MOST_FOUND = 10_000;

export function createVerify(deps: VerifyDeps): Verify {
  return {
    one: (picture) => damageOf(deps, picture),
    async run(request) {
      try {
        return await verifyAll(deps, request);
      } catch (error) {
        throw fromErrno(error);
      }
    },
  };
}

async function verifyAll(deps: VerifyDeps, request: VerifyRequest): Promise<VerifyReport> {
  const tally = createTally();
  let early = new Set<PictureId>();
  const begin = async (owner: Owner): Promise<void> => {
    early = await verifyManifest(deps, request.signal, owner, tally);
  };
  for await (const { entries, place } of everyPicture(deps.catalog, {
    ...request,
    together: PARALLEL,
    begin,
  })) {
    const results = await Promise.all(entries.map((entry) => damageOf(deps, entry)));
    for (const [i, entry] of entries.entries()) {
      const damage = results[i] ?? [];
      tally.pictures += 1;
      tally.bytes += entry.record().bytes;
      request.progress?.(entry, damage);
      // what was found before the owner was loaded is told of already
      if (!early.has(entry.id)) tally.find(entry, damage);
    }
    if (tally.bytes >= (request.mostBytes ?? Number.POSITIVE_INFINITY)) return tally.report(place);
  }
  return tally.report(undefined);
}

interface VerifyTally {
  pictures: number;
  bytes: number;
  find(picture: Pick<Entry, 'owner' | 'kind' | 'id'>, damage: readonly Damage[]): void;
  findLine(line: BadLine): void;
  report(next: string | undefined): VerifyReport;
}

function createTally(): VerifyTally {
  const found: DamageFound[] = [];
  const manifests: BadLine[] = [];
  let more = 0;
  return {
    pictures: 0,
    bytes: 0,
    find({ owner, kind, id }, damages) {
      for (const damage of damages) {
        if (found.length < MOST_FOUND) found.push({ owner, kind, id, damage });
        else more += 1;
      }
    },
    findLine(line) {
      if (manifests.length < MOST_FOUND) manifests.push(line);
      else more += 1;
    },
    report(next) {
      return { pictures: this.pictures, bytes: this.bytes, found, manifests, more, next };
    },
  };
}

/**
 * Looks at a manifest before the catalog does. Where it is damaged the catalog makes it again from the sidecars, and then a
 * damaged sidecar agrees with it, or is left out: so what its sound lines say is held against the sidecars first. So it is
 * with one that is not there.
 * @returns pictures whose damage was told
 */
async function verifyManifest(
  deps: VerifyDeps,
  signal: AbortSignal,
  owner: Owner,
  tally: VerifyTally,
): Promise<Set<PictureId>> {
  const told = new Set<PictureId>();
  const manifest = await inspectManifest(deps.storage, owner, signal);
  try {
    for (const byte of manifest?.bad ?? []) tally.findLine({ owner, byte });
    if (manifest?.bad.length === 0) return told;
    for await (const entries of manifest?.intact() ?? []) {
      for (const entry of entries) {
        const damage = await earlyDamage(deps, entry);
        if (damage.length === 0) continue;
        told.add(entry.id);
        tally.find(entry, damage);
      }
    }
  } finally {
    await manifest?.close();
  }
  await findUnknown(deps, signal, owner, { told, tally });
  return told;
}

/** Sidecars that cannot be read and that no sound line tells of: the catalog leaves them out, and nobody would say so. */
async function findUnknown(
  { storage, legacyTz }: VerifyDeps,
  signal: AbortSignal,
  owner: Owner,
  { told, tally }: { readonly told: Set<PictureId>; readonly tally: VerifyTally },
): Promise<void> {
  for await (const found of walkSidecars(storage, owner, { legacyTz, signal })) {
    if (found.state !== 'invalid' || told.has(found.at.id)) continue;
    told.add(found.at.id);
    tally.find(found.at, ['sidecar_unreadable']);
  }
}

/** Only of pictures whose sidecar is damaged: the others are looked at in their turn. */
async function earlyDamage(deps: VerifyDeps, entry: Entry): Promise<Damage[]> {
  const sidecar = await sidecarDamage(deps, entry, true);
  return sidecar === undefined ? [] : [...(await bytesDamage(deps, entry)), sidecar];
}

async function damageOf(deps: VerifyDeps, entry: Entry): Promise<Damage[]> {
  const found = await bytesDamage(deps, entry);
  const sidecar = await sidecarDamage(deps, entry);
  if (sidecar !== undefined) found.push(sidecar);
  if (found.length === 0) return found;
  await changesUnderWay(deps.catalog, entry);
  // changed or purged while it was looked at: then what was seen is of two versions
  const now = await deps.catalog.find(entry.owner, entry.kind, entry.id);
  // what is being removed for good goes piece by piece
  if (now === undefined || now.record().purging !== undefined) return [];
  return now.seq === entry.seq ? found : damageOf(deps, now);
}

/** A change whose sidecar has its name already, and of which no reader knows yet, would look like damage. */
async function changesUnderWay(catalog: Catalog, { owner, kind, id }: Entry): Promise<void> {
  // waits for its turn behind every change that has begun, and changes nothing
  const turn = catalog.commit(owner, { op: 'edit', kind, id, change: () => undefined });
  await turn.catch((error: unknown) => {
    // purged meanwhile, or a tree that cannot take a change now: what is found then stands
    if (!isKirokuError(error)) throw error;
  });
}

async function bytesDamage(deps: VerifyDeps, entry: Entry): Promise<Damage[]> {
  const found: Damage[] = [];
  const original = await originalDamage(deps.blobs, entry);
  if (original !== undefined) found.push(original);
  const thumbnail = await thumbDamage(deps, entry);
  if (thumbnail !== undefined) found.push(thumbnail);
  return found;
}

async function originalDamage(blobs: BlobStore, entry: Entry): Promise<Damage | undefined> {
  const { bytes, sha256 } = entry.record();
  const key = originalKey(entry, entry.ext);
  try {
    const stat = await blobs.stat(key);
    if (stat === undefined) return 'original_missing';
    if (stat.bytes !== bytes) return 'original_changed';
    const hash = createHash('sha256');
    for await (const chunk of readBlob(blobs, key, 0, bytes - 1)) hash.update(chunk);
    return hash.digest('hex') === sha256 ? undefined : 'original_changed';
  } catch (error) {
    if (isKirokuError(error, 'overloaded')) throw error;
    return 'original_unreadable';
  }
}

/**
 * A sidecar of ours is what we would write, byte for byte. One of the earlier system need only say the same; no writer
 * but a failing disk makes one of the same length that is not the same.
 *
 * @param mayBeOld a sidecar with a higher `rev` is not held against this: the line that belongs to it may be a bad one
 */
async function sidecarDamage(
  { storage, legacyTz }: VerifyDeps,
  entry: Entry,
  mayBeOld = false,
): Promise<Damage | undefined> {
  const record = entry.record();
  const at = locationOf(record);
  const read = await readSidecar(storage, at, { legacyTz, exts: [entry.ext] });
  if (read === undefined || read.state === 'foreign') return 'sidecar_missing';
  if (read.state !== 'read') return 'sidecar_unreadable';
  const ours = encodeRecord(record);
  if (mayBeOld && isLater(read.record, record)) return undefined;
  const theirs = await readWhole(storage, sidecarKey(at));
  if (theirs === undefined) return 'sidecar_missing';
  if (theirs.equals(ours)) return undefined;
  return theirs.length !== ours.length && encodeRecord(read.record).equals(ours)
    ? undefined
    : 'sidecar_differs';
}

/** A later version says something else too: one that differs in nothing but `rev` has a wrong digit there. */
function isLater(theirs: PictureRecord, ours: PictureRecord): boolean {
  return theirs.rev > ours.rev && !encodeRecord({ ...theirs, rev: ours.rev }).equals(encodeRecord(ours));
}
