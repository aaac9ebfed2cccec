import { createHash } from 'node:crypto';
import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { locationOf } from '../../catalog/entry.ts';
import { readSidecar } from '../../catalog/sidecar.ts';
import { isKirokuError } from '../../domain/errors.ts';
import type { Mime } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { originalKey, sidecarKey } from '../../domain/key.ts';
import type { Kind } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { encodeRecord } from '../../domain/record-codec.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { readBlob } from '../read-blob.ts';
import { everyPicture } from './every-picture.ts';
import { type ThumbDamage, thumbDamage } from './thumb-damage.ts';

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

export interface VerifyReport {
  readonly pictures: number;
  /** Bytes of originals that were read. */
  readonly bytes: number;
  readonly found: readonly DamageFound[];
  /** More than these were found. */
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
   * Reads every original again and holds it against its record; the record against its sidecar; and looks whether the
   * thumbnail is one. Changes nothing, and removes nothing. @throws KirokuError `aborted`, and where the tree cannot be read
   */
  run(request: VerifyRequest): Promise<VerifyReport>;
  /** The same for one picture. */
  one(picture: Entry): Promise<readonly Damage[]>;
}

export interface VerifyDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly storage: Storage;
  readonly sniff: (head: Uint8Array) => Promise<Mime | undefined>;
  readonly legacyTz: string;
}

const PARALLEL = 4;
const MOST_FOUND = 10_000;

export function createVerify(deps: VerifyDeps): Verify {
  return {
    one: (picture) => damageOf(deps, picture),
    async run(request) {
      const found: DamageFound[] = [];
      let pictures = 0;
      let bytes = 0;
      let more = 0;
      for await (const { entries, place } of everyPicture(deps.catalog, { ...request, together: PARALLEL })) {
        const results = await Promise.all(entries.map((entry) => damageOf(deps, entry)));
        for (const [i, entry] of entries.entries()) {
          const damage = results[i] ?? [];
          pictures += 1;
          bytes += entry.record().bytes;
          request.progress?.(entry, damage);
          for (const one of damage) {
            if (found.length < MOST_FOUND)
              found.push({ owner: entry.owner, kind: entry.kind, id: entry.id, damage: one });
            else more += 1;
          }
        }
        if (bytes >= (request.mostBytes ?? Number.POSITIVE_INFINITY)) {
          return { pictures, bytes, found, more, next: place };
        }
      }
      return { pictures, bytes, found, more, next: undefined };
    },
  };
}

async function damageOf(deps: VerifyDeps, entry: Entry): Promise<Damage[]> {
  const found: Damage[] = [];
  const original = await originalDamage(deps.blobs, entry);
  if (original !== undefined) found.push(original);
  const thumbnail = await thumbDamage(deps.blobs, deps.sniff, entry);
  if (thumbnail !== undefined) found.push(thumbnail);
  const sidecar = await sidecarDamage(deps, entry);
  if (sidecar !== undefined) found.push(sidecar);
  if (found.length === 0) return found;
  // changed or purged while it was looked at: then what was seen is of two versions
  const now = await deps.catalog.find(entry.owner, entry.kind, entry.id);
  if (now === undefined) return [];
  return now.seq === entry.seq ? found : damageOf(deps, now);
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
 */
async function sidecarDamage({ storage, legacyTz }: VerifyDeps, entry: Entry): Promise<Damage | undefined> {
  const record = entry.record();
  const at = locationOf(record);
  const read = await readSidecar(storage, at, { legacyTz, exts: [entry.ext] });
  if (read === undefined || read.state === 'foreign') return 'sidecar_missing';
  if (read.state !== 'read') return 'sidecar_unreadable';
  const ours = encodeRecord(record);
  const theirs = await readWhole(storage, sidecarKey(at));
  if (theirs === undefined) return 'sidecar_missing';
  if (theirs.equals(ours)) return undefined;
  return theirs.length !== ours.length && encodeRecord(read.record).equals(ours)
    ? undefined
    : 'sidecar_differs';
}
