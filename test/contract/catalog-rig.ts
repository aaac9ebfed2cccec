import type { Catalog, CommitResult, Entry, ListQuery, Mutation } from '../../src/catalog/catalog.ts';
import { isKirokuError, type KirokuError } from '../../src/domain/errors.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { asOwner, idOf } from '../support/ids.ts';
import { sampleRecord } from '../support/records.ts';

/** A clock that moves when it is told to. */
export interface TestClock {
  /** ms since the epoch. */
  now(): number;
  advance(ms: number): void;
}

/** One catalog under test, empty at first. */
export interface CatalogRig {
  readonly catalog: Catalog;
  /** Called before a record is put: a driver that looks for the original's bytes is given them. */
  place?(record: PictureRecord): Promise<void>;
  /** Closes the catalog and opens another over the same truth; absent where nothing outlives the process. */
  reopen?(): Promise<Catalog>;
  /** Makes the driver forget old changes, as compaction does; the new floor. */
  raiseFloor?(owner: Owner): Promise<number>;
  /** Makes the driver's index again from what lasts. */
  rebuild?(owner: Owner): Promise<void>;
  /** Takes the driver's index away while it runs, as somebody outside would. */
  loseManifest?(owner: Owner): Promise<void>;
  /** Writes a record's lasting form from outside; the driver learns of it by `rebuild`. */
  writeSidecar?(record: PictureRecord): Promise<void>;
  /** Closes everything. */
  done?(): Promise<void>;
}

/** Makes an empty catalog that reads time from `clock`. */
export type MakeCatalog = (clock: TestClock) => Promise<CatalogRig>;

export const START = Date.UTC(2026, 5, 1);
export const ALICE = asOwner('anon-a11ce000000000000000000000000000');
export const BOB = asOwner('bob_the-member');

export function createTestClock(start = START): TestClock {
  let time = start;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}

/** The `n`th picture of an owner, a minute after the one before it. */
export function pictureOf(owner: Owner, n: number, overrides: Partial<PictureRecord> = {}): PictureRecord {
  return sampleRecord({
    id: idOf(n),
    owner,
    created_at: new Date(START + n * 60_000).toISOString(),
    sha256: n.toString(16).padStart(64, '0'),
    prompt: `picture ${n}`,
    ...overrides,
  });
}

export async function put(
  rig: CatalogRig,
  record: PictureRecord,
  options: { replaySince?: number; dedupe?: boolean } = {},
): Promise<CommitResult> {
  await rig.place?.(record);
  return rig.catalog.commit(record.owner, { op: 'put', record, ...options });
}

export async function putMany(rig: CatalogRig, owner: Owner, count: number): Promise<PictureRecord[]> {
  const records = Array.from({ length: count }, (_, n) => pictureOf(owner, n + 1));
  for (const record of records) await put(rig, record);
  return records;
}

/** The first page of Alice's active generated pictures, with some of that asked otherwise. */
export function query(overrides: Partial<ListQuery> = {}): ListQuery {
  return {
    owner: ALICE,
    kind: 'generated',
    status: 'active',
    order: 'newest',
    size: 10,
    at: { page: 1 },
    ...overrides,
  };
}

export function change(
  record: PictureRecord,
  change: (current: PictureRecord) => PictureRecord | undefined,
  op: 'edit' | 'trash' | 'restore' = 'edit',
): Mutation {
  return { op, kind: record.kind, id: record.id, change };
}

export function trashed(current: PictureRecord): PictureRecord {
  return { ...current, status: 'trash', trashed_at: new Date(START).toISOString() };
}

export function restored(current: PictureRecord): PictureRecord {
  return { ...current, status: 'active', trashed_at: null };
}

export function ids(entries: readonly Entry[]): string[] {
  return entries.map((entry) => entry.id);
}

export function jsonOf(entry: Entry | undefined): unknown {
  return entry === undefined ? undefined : JSON.parse(Buffer.from(entry.publicJson).toString('utf8'));
}

/** The error a promise is rejected with; throws when it is none of ours. */
export async function refusalOf(promise: Promise<unknown>): Promise<KirokuError> {
  try {
    await promise;
  } catch (error) {
    if (isKirokuError(error)) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/** Every owner the catalog knows, sorted. */
export async function ownersOf(catalog: Catalog): Promise<Owner[]> {
  const owners: Owner[] = [];
  for await (const owner of catalog.owners()) owners.push(owner);
  return owners.sort();
}
