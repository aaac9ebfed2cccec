import { createHash } from 'node:crypto';
import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { locationOf } from '../../catalog/entry.ts';
import { readSidecar } from '../../catalog/sidecar.ts';
import { isKirokuError } from '../../domain/errors.ts';
import { MIME_OF_THUMB, type Mime } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { originalKey, sidecarKey, thumbKey } from '../../domain/key.ts';
import { KINDS, type Kind, STATUSES } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { type Cursor, decodeCursor, encodeCursor } from '../../domain/page.ts';
import { encodeRecord } from '../../domain/record-codec.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { aborted } from '../gate.ts';
import { readBlob } from '../read-blob.ts';

/** What is wrong with one picture. */
export type Damage =
  | 'original_missing'
  | 'original_changed'
  | 'original_unreadable'
  | 'thumbnail_missing'
  | 'thumbnail_broken'
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
}

export interface VerifyDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly storage: Storage;
  readonly sniff: (head: Uint8Array) => Promise<Mime | undefined>;
  readonly legacyTz: string;
}

const PAGE = 100;
const PARALLEL = 4;
const MOST_FOUND = 10_000;
const SNIFFED = 4100;

export function createVerify(deps: VerifyDeps): Verify {
  return {
    async run(request) {
      const found: DamageFound[] = [];
      let pictures = 0;
      let bytes = 0;
      let more = 0;
      for await (const { entries, place } of batches(deps.catalog, request)) {
        if (request.signal.aborted) throw aborted(request.signal);
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

interface Batch {
  readonly entries: readonly Entry[];
  /** Behind the last of them. */
  readonly place: string;
}

/** Every picture in a fixed order, a few at a time: owners by name, then kind, status and time. */
async function* batches(catalog: Catalog, { owner, from }: VerifyRequest): AsyncGenerator<Batch> {
  const start = from === undefined ? undefined : placeOf(from);
  const owners: Owner[] = [];
  if (owner !== undefined) owners.push(owner);
  else for await (const one of catalog.owners()) owners.push(one);
  for (const one of owners.sort()) {
    if (start !== undefined && one < start.owner) continue;
    for (const [shelf, [kind, status]] of SHELVES.entries()) {
      const resumed = one === start?.owner;
      if (resumed && shelf < start.shelf) continue;
      let after: Cursor | undefined = resumed && shelf === start.shelf ? start.after : undefined;
      for (;;) {
        const at = after === undefined ? { page: 1 } : { after };
        const page = await catalog.list({ owner: one, kind, status, order: 'oldest', size: PAGE, at });
        for (let i = 0; i < page.entries.length; i += PARALLEL) {
          const entries = page.entries.slice(i, i + PARALLEL);
          const last = entries.at(-1);
          if (last === undefined) break;
          const behind = encodeCursor({ time: last.createdAt, id: last.id });
          yield { entries, place: `${one}/${shelf}/${behind}` };
        }
        if (page.next === null) break;
        after = page.next;
      }
    }
  }
}

const SHELVES = KINDS.flatMap((kind) => STATUSES.map((status) => [kind, status] as const));

/** Undefined for a text of another form: the run begins at the start then. */
function placeOf(text: string): { owner: string; shelf: number; after: Cursor } | undefined {
  const [owner = '', shelf = '', after = ''] = text.split('/');
  try {
    return { owner, shelf: Number(shelf), after: decodeCursor(after) };
  } catch {
    return undefined;
  }
}

async function damageOf(deps: VerifyDeps, entry: Entry): Promise<Damage[]> {
  const found: Damage[] = [];
  const original = await originalDamage(deps.blobs, entry);
  if (original !== undefined) found.push(original);
  const thumbnail = await thumbnailDamage(deps, entry);
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

/** A thumbnail has no checksum: it can be made again at any time. Whether it is one of the right length and type is seen. */
async function thumbnailDamage({ blobs, sniff }: VerifyDeps, entry: Entry): Promise<Damage | undefined> {
  if (entry.thumb === null) return undefined;
  const reader = await blobs.open(thumbKey(entry, entry.thumb));
  if (reader === undefined) return 'thumbnail_missing';
  try {
    const { thumb_bytes: expected } = entry.record();
    if (expected > 0 && reader.bytes !== expected) return 'thumbnail_broken';
    const head = await reader.read(0, SNIFFED);
    return (await sniff(head)) === MIME_OF_THUMB[entry.thumb] ? undefined : 'thumbnail_broken';
  } finally {
    await reader.close();
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
