import { isErrno } from '../../domain/errors.ts';
import { ownerFolder } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import { ensureFolder } from '../../storage/durable.ts';
import { decodeHeader, HEADER_LENGTH } from './header.ts';
import type { Lane } from './lane.ts';
import { lastLineBefore } from './last-line.ts';
import { readExact } from './log-file.ts';
import { INDEX_FOLDER, indexFileOf, snapshotKey } from './snapshot-format.ts';
import { writeSnapshot } from './snapshot-write.ts';
import type { ManifestContext, OwnerStore } from './store.ts';

/** Part of the manifest that may lie behind a snapshot. */
const SHARE = 32;
/** So many times a snapshot's size must be free on the disk. */
const ROOM = 4;

/** Writes snapshots, one at a time over all owners. A failure is told once and has no other consequence. */
export class Snapshots {
  private readonly context: ManifestContext;
  private tail: Promise<void> = Promise.resolve();
  private readonly waiting = new Set<OwnerStore>();
  private swept = false;
  private failing = false;
  private ending = false;

  constructor(context: ManifestContext) {
    this.context = context;
  }

  /** True when a snapshot should be made now and is not being made. */
  isDue(store: OwnerStore): boolean {
    return !this.waiting.has(store) && this.isOld(store, this.context.snapshots.leastTail);
  }

  /**
   * Makes one when its turn comes. `hold` gives the owner's lane for the work, unless the owner has left memory by then.
   */
  add(store: OwnerStore, hold: (work: (lane: Lane) => Promise<void>) => Promise<void>): void {
    this.waiting.add(store);
    const { patience, leastTail } = this.context.snapshots;
    void this.enqueue(async () => {
      this.waiting.delete(store);
      if (this.ending) return;
      await hold((lane) =>
        lane.exclusive(async () => {
          const until = this.context.storage.now() + patience;
          if (!this.isOld(store, leastTail)) return;
          await this.save(store, () => lane.waiting === 0 || this.context.storage.now() < until);
        }),
      );
    });
  }

  /** For an owner that leaves memory. Resolves when its file is no longer needed. */
  async last(store: OwnerStore): Promise<void> {
    // a queue of those would hold the memory that is to be freed
    if (this.waiting.size > 1 || !this.isOld(store, this.context.snapshots.leastTailAtEnd)) return;
    this.waiting.add(store);
    await this.enqueue(async () => {
      this.waiting.delete(store);
      await this.save(store, () => true);
    });
  }

  /** The run is about to end: what waits for its turn is left to `finish`. */
  end(): void {
    this.ending = true;
  }

  /** At the end of a run, nobody else being at work: as many as there is time for, the largest ones first. */
  async finish(stores: readonly OwnerStore[]): Promise<void> {
    const { leastTailAtEnd, patienceAtEnd } = this.context.snapshots;
    const until = this.context.storage.now() + patienceAtEnd;
    const inTime = () => this.context.storage.now() < until;
    const due = stores.filter((store) => this.isOld(store, leastTailAtEnd));
    for (const store of due.sort((a, b) => b.end - a.end)) {
      await this.enqueue(() => (inTime() ? this.save(store, inTime) : Promise.resolve()));
    }
    await this.quiet();
  }

  /** Waits until none is being made. */
  quiet(): Promise<void> {
    return this.tail;
  }

  private isOld(store: OwnerStore, leastTail: number): boolean {
    const { file, saved, end, index } = store;
    if (file === undefined || !store.isWhole || index.columns.count < this.context.snapshots.leastRows)
      return false;
    return saved?.file !== file || end - saved.end > Math.max(leastTail, end / SHARE);
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.tail = this.tail.then(work).catch((error: unknown) => this.failed(error));
    return this.tail;
  }

  private failed(error: unknown): void {
    if (!this.failing) this.context.log.warn({ err: error }, 'an index snapshot could not be written');
    this.failing = true;
  }

  /** In the owner's lane, or when nobody can change the store any more. */
  private async save(store: OwnerStore, goOn: () => boolean): Promise<void> {
    const { storage, folders } = this.context;
    const { file, end, owner } = store;
    if (file === undefined) return;
    // also when it fails: the next try is worth its time only when there is more to win
    store.saved = { file, end };
    const { freeBytes } = await storage.space();
    if (freeBytes < store.indexBytes * ROOM) return;
    await ensureFolder(storage, folders, INDEX_FOLDER);
    const path = snapshotKey(owner);
    const temporary = `${path}.new`;
    await this.remove(temporary);
    try {
      if (await this.write(store, temporary, goOn)) await storage.rename(temporary, path);
      else await this.remove(temporary);
    } catch (error) {
      await this.remove(temporary).catch(() => undefined);
      throw error;
    }
    this.failing = false;
    await this.sweep();
  }

  private async write(store: OwnerStore, path: string, goOn: () => boolean): Promise<boolean> {
    const { storage } = this.context;
    const { file, end, owner, index } = store;
    if (file === undefined) return false;
    const about = await file.use(async (open) => ({
      header: decodeHeader(await readExact(open, 0, HEADER_LENGTH)),
      last: await lastLineBefore(open, end),
    }));
    const { header, last } = about;
    if (header === undefined || header.epoch !== index.epoch || header.owner !== owner) return false;
    const { epoch, floor, maxSeq, sortedEnd } = header;
    const manifest = { epoch, floor, maxSeq, sortedEnd };
    const target = await storage.open(path, 'create');
    try {
      const facts = { owner, writtenAt: Math.floor(storage.now()), manifest, end, last };
      return await writeSnapshot(target, facts, index.save(), goOn);
    } finally {
      await target.close();
    }
  }

  private async remove(path: string): Promise<void> {
    try {
      await this.context.storage.unlink(path);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }

  /** Once a run: all that is kept of owners that are gone, texts of theirs among it, and unfinished snapshots. */
  private async sweep(): Promise<void> {
    if (this.swept) return;
    this.swept = true;
    for (const { name } of await this.context.storage.readFolder(INDEX_FOLDER)) {
      const file = indexFileOf(name);
      if (file === undefined) continue;
      if (file.isUnfinishedSnapshot || (await this.isGone(file.owner)))
        await this.remove(`${INDEX_FOLDER}/${name}`);
    }
  }

  private async isGone(owner: Owner): Promise<boolean> {
    try {
      await this.context.storage.stat(ownerFolder(owner));
      return false;
    } catch (error) {
      return isErrno(error, 'ENOENT');
    }
  }
}
