import { manifestKey } from '../../domain/key.ts';
import { stagingPath, writeAll } from '../../storage/durable.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { clearStaged, installStaged, manifestStagingName } from './append.ts';
import type { CompactionRules } from './compaction-rules.ts';
import { encodeHeader, HEADER_LENGTH } from './header.ts';
import type { Lane } from './lane.ts';
import { crcHolds, encodeLine } from './line.ts';
import { type LogFile, ManifestChangedError, readExact } from './log-file.ts';
import type { Tombstone } from './owner-index.ts';
import type { ManifestContext, OwnerStore } from './store.ts';

const SHARE = 4;
const MOST_TOMBSTONES = 10_000;
const CHUNK = 1 << 20;
/** Lines closer than this in the old file are read together. */
const NEAR = 16 << 10;

function isDue(store: OwnerStore, { leastLog }: CompactionRules): boolean {
  const log = store.end - store.baseEnd;
  return log > Math.max(leastLog, (store.baseEnd - HEADER_LENGTH) / SHARE);
}

/**
 * Begins to merge the log into the base when it is due, in the background. `hold` keeps the owner in memory meanwhile.
 * A failure changes nothing: the log goes on, and the next commit tries again.
 */
export function startCompaction(
  context: ManifestContext,
  store: OwnerStore,
  lane: Lane,
  hold: (work: () => Promise<void>) => Promise<void>,
): void {
  if (store.compacting !== undefined || !isDue(store, context.compaction) || !isWhole(store)) return;
  store.compacting = hold(() => compact(context, store, lane))
    .catch((error: unknown) => {
      context.log.warn({ owner: store.owner, err: error }, 'manifest could not be compacted');
    })
    .finally(() => {
      store.compacting = undefined;
    });
}

/** Nothing is owed and nothing is in doubt: only then may lines be forgotten. */
function isWhole(store: OwnerStore): boolean {
  return store.owed.size === 0 && store.unrecovered === undefined && store.suspect === undefined;
}

/** What the new base is made of: the lines of one moment. */
interface Plan {
  readonly file: LogFile;
  /** Where the old log ended, and its last sequence number. */
  readonly end: number;
  readonly seq: number;
  readonly epoch: string;
  readonly floor: number;
  /** Rows in order, and of each its line as it was. */
  readonly rows: Uint32Array;
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  readonly seqs: Uint32Array;
  /** Oldest first: the time at which each belongs among the rows, and its line. */
  readonly stones: readonly { readonly before: number; readonly line: Buffer }[];
  readonly baseEnd: number;
}

/**
 * Writes the base beside the old file while commits go on, then, in the lane, appends what came meanwhile and puts the
 * new file in the old one's place. Readers of the old one keep it until they are done. One at a time an owner
 * (`store.compacting`). Nothing stays staged, however it ends.
 * @throws the operating system's error, ManifestChangedError; the store is as before (or `suspect`, see `installStaged`)
 */
export async function compact(context: ManifestContext, store: OwnerStore, lane: Lane): Promise<void> {
  const name = manifestStagingName(store);
  // made in the lane too, as a rebuild stages under the same name
  const begun = await lane.exclusive(async () => {
    const plan = isWhole(store) ? makePlan(context, store) : undefined;
    if (plan === undefined) return undefined;
    await clearStaged(context, name);
    return { plan, target: await context.storage.open(stagingPath(name), 'create') };
  });
  if (begun === undefined) return;
  const { plan, target } = begun;
  let installed = false;
  try {
    await plan.file.use((source) => writeBase(store, plan, source, target));
    await target.sync();
    installed = await lane.exclusive(() => swap(context, store, plan, target));
  } finally {
    // and taken away in the lane
    if (!installed) await lane.exclusive(() => clearStaged(context, name)).catch(() => undefined);
    await target.close();
  }
}

function makePlan(context: ManifestContext, store: OwnerStore): Plan | undefined {
  const { file, index, end } = store;
  if (file === undefined) return undefined;
  const { columns } = index;
  const rows = index.sortedRows();
  const { kept, floor } = stonesToKeep(store, context);
  const stones = kept.map((stone) => ({ before: placeOf(store, rows, stone), line: stoneLine(stone) }));
  const lengths = Uint32Array.from(rows, (row) => columns.length(row));
  const stoneBytes = stones.reduce((sum, { line }) => sum + line.length, 0);
  return {
    file,
    end,
    seq: index.seq,
    epoch: index.epoch,
    floor,
    rows,
    offsets: Float64Array.from(rows, (row) => columns.offset(row)),
    lengths,
    seqs: Uint32Array.from(rows, (row) => columns.seq(row)),
    stones,
    baseEnd: HEADER_LENGTH + stoneBytes + lengths.reduce((sum, length) => sum + length, 0),
  };
}

/** Tombstones for the new base in its order, and the floor that forgetting the others makes. */
function stonesToKeep(
  store: OwnerStore,
  { storage, compaction }: ManifestContext,
): { kept: Tombstone[]; floor: number } {
  const youngerThan = storage.now() - compaction.tombstoneAge;
  const { tombstones, floor: before, seq } = store.index;
  const first = tombstones.length - MOST_TOMBSTONES;
  // none at all: whoever follows the log starts anew
  let floor = compaction.tombstones + compaction.tombstoneAge === 0 ? seq : before;
  const kept = tombstones.filter((stone, i) => {
    // put again since: the newer line tells it all
    if (store.index.find(stone.id) >= 0) return false;
    const keep = i >= tombstones.length - compaction.tombstones || (i >= first && stone.time > youngerThan);
    if (!keep) floor = Math.max(floor, stone.seq);
    return keep;
  });
  const latest = new Map(kept.map((stone) => [stone.id, stone]));
  return { kept: [...latest.values()].sort(byPlace), floor };
}

function byPlace(a: Tombstone, b: Tombstone): number {
  return a.time - b.time || (a.id < b.id ? -1 : 1);
}

/** How many rows stand before the tombstone. */
function placeOf(store: OwnerStore, rows: Uint32Array, stone: Tombstone): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle] ?? 0;
    const order =
      store.index.columns.createdAt(row) - stone.time || (store.index.idOf(row) < stone.id ? -1 : 1);
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function stoneLine({ seq, id, time, kind, status }: Tombstone): Buffer {
  return encodeLine({ seq, op: 'purge', id, time, kind, status }, undefined);
}

/** Collects what is to be written and writes it in large pieces. */
class Pieces {
  private parts: Buffer[] = [];
  private gathered = 0;
  private written = 0;
  private readonly target: StorageFile;

  constructor(target: StorageFile) {
    this.target = target;
  }

  async add(part: Buffer): Promise<void> {
    this.parts.push(part);
    this.gathered += part.length;
    if (this.gathered >= CHUNK) await this.flush();
  }

  async flush(): Promise<number> {
    await writeAll(this.target, Buffer.concat(this.parts), this.written);
    this.written += this.gathered;
    this.parts = [];
    this.gathered = 0;
    return this.written;
  }
}

async function writeBase(
  store: OwnerStore,
  plan: Plan,
  source: StorageFile,
  target: StorageFile,
): Promise<void> {
  const { epoch, floor, seq: maxSeq, baseEnd: sortedEnd } = plan;
  const pieces = new Pieces(target);
  await pieces.add(encodeHeader({ owner: store.owner, epoch, floor, maxSeq, sortedEnd }));
  let stone = 0;
  for (let from = 0; from < plan.rows.length; ) {
    const until = endOfRun(plan, from);
    const start = plan.offsets[from] ?? 0;
    const bytes = await readExact(source, start, endOf(plan, until - 1) - start);
    for (let i = from; i < until; i++) {
      for (; plan.stones[stone]?.before === i; stone++)
        await pieces.add(plan.stones[stone]?.line ?? Buffer.alloc(0));
      await pieces.add(lineAt(bytes, (plan.offsets[i] ?? 0) - start, plan.lengths[i] ?? 0));
    }
    from = until;
  }
  for (; stone < plan.stones.length; stone++) await pieces.add(plan.stones[stone]?.line ?? Buffer.alloc(0));
  if ((await pieces.flush()) !== sortedEnd)
    throw new ManifestChangedError('base of another length than planned');
}

/** Rows from `from` on whose lines follow each other closely enough for one read. */
function endOfRun({ offsets, rows }: Plan, from: number): number {
  const start = offsets[from] ?? 0;
  let until = from + 1;
  while (until < rows.length) {
    const offset = offsets[until] ?? 0;
    const gap = offset - (offsets[until - 1] ?? 0);
    if (gap < 0 || gap > NEAR || offset - start > CHUNK) break;
    until += 1;
  }
  return until;
}

function endOf({ offsets, lengths }: Plan, i: number): number {
  return (offsets[i] ?? 0) + (lengths[i] ?? 0);
}

function lineAt(bytes: Buffer, at: number, length: number): Buffer {
  if (!crcHolds(bytes, at, at + length - 1)) throw new ManifestChangedError('bad line');
  return bytes.subarray(at, at + length);
}

/** In the lane: what was appended since the plan follows as the log, then the names change; false when they do not. */
async function swap(
  context: ManifestContext,
  store: OwnerStore,
  plan: Plan,
  target: StorageFile,
): Promise<boolean> {
  // healed or rebuilt meanwhile, or something is owed: the old file stays
  if (store.file !== plan.file || !isWhole(store)) return false;
  // a rebuild that failed may have left its own file under the name
  const staged = await context.storage.stat(stagingPath(manifestStagingName(store)));
  if (staged.inode !== (await target.stat()).inode) return false;
  const { end } = store;
  await plan.file.use(async (source) => {
    for (let at = plan.end; at < end; at += CHUNK) {
      const bytes = await readExact(source, at, Math.min(CHUNK, end - at));
      await writeAll(target, bytes, plan.baseEnd + at - plan.end);
    }
  });
  if (end > plan.end) await target.sync();
  await installStaged(context, store);
  const file = await context.files.open(manifestKey(store.owner));
  movePlaces(store, plan);
  store.file = file;
  store.baseEnd = plan.baseEnd;
  store.end = plan.baseEnd + end - plan.end;
  store.index.floor = Math.max(store.index.floor, plan.floor);
  store.index.tombstones = store.index.tombstones.filter(({ seq }) => seq > plan.floor);
  await plan.file.retire();
  return true;
}

/** One step: every row's line lies elsewhere now. */
function movePlaces(store: OwnerStore, plan: Plan): void {
  const { columns } = store.index;
  const shift = plan.baseEnd - plan.end;
  for (let row = 0; row < columns.used; row++) {
    const offset = columns.offset(row);
    if (columns.isLive(row) && offset >= plan.end) columns.setPlace(row, offset + shift, columns.length(row));
  }
  let at = HEADER_LENGTH;
  let stone = 0;
  for (let i = 0; i < plan.rows.length; i++) {
    for (; plan.stones[stone]?.before === i; stone++) at += plan.stones[stone]?.line.length ?? 0;
    const row = plan.rows[i] ?? 0;
    const length = plan.lengths[i] ?? 0;
    // a row that changed since has its line in the log
    if (columns.isLive(row) && columns.seq(row) === plan.seqs[i]) columns.setPlace(row, at, length);
    at += length;
  }
}
