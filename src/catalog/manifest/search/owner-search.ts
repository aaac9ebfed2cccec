import type { Heal } from '../entries.ts';
import { entriesOf } from '../entries.ts';
import type { OwnerIndex } from '../owner-index.ts';
import type { ManifestContext, OwnerStore } from '../store.ts';
import { turn } from '../turns.ts';
import { BLOCK_PICTURES } from './match-block.ts';
import { Ordinals } from './ordinals.ts';
import { Pending } from './pending.ts';
import { SearchAgainError, tooBusy } from './search-trouble.ts';
import { SEGMENT_BLOCKS } from './segment.ts';
import { SessionShelf } from './session-shelf.ts';
import type { Places, TextFile } from './text-index.ts';

/** Changes whose texts are kept in memory; more of them are written to the file before anything is answered. */
const MOST_PENDING = 1_024;
/** The same in bytes: they are matched in the main thread. */
const MOST_PENDING_BYTES = 4 << 20;
/** So many pending ones are written to the file behind the answer. */
const FLUSH_AT = 512;
/** Lines whose texts are made together: about 1 ms. */
const AT_ONCE = 32;
/** Bytes of lines whose texts are made together: prompts may be very long. */
const MOST_LINE_BYTES = 16 << 20;
const SEGMENT_PICTURES = SEGMENT_BLOCKS * BLOCK_PICTURES;
/** A manifest that is replaced again and again while it is read. */
const ATTEMPTS = 8;

/** What a search needs beside the owner's index. */
export interface SearchTools {
  readonly context: ManifestContext;
  readonly store: OwnerStore;
  readonly heal: Heal;
}

/** One owner's search: the open file, whose text is whose, and the changes that the file does not hold yet. */
export class OwnerSearch {
  readonly index: OwnerIndex;
  readonly file: TextFile;
  readonly ordinals: Ordinals;
  readonly pending: Pending;
  readonly sessions = new SessionShelf();
  /** Every live row with at most this `seq` is in the file or pending, but for the missing ones. */
  covered: number;
  /** Times that blocks were added since it was made. */
  additions = 0;
  private missing: readonly number[] = [];
  private last: Promise<unknown> = Promise.resolve();
  private users = 0;
  private retired = false;
  private closed = false;

  /** @param covered the index's `seq` before anything was taken in */
  constructor(index: OwnerIndex, file: TextFile, covered: number) {
    this.index = index;
    this.file = file;
    this.covered = covered;
    this.ordinals = new Ordinals(index.columns);
    this.pending = new Pending(index.columns);
  }

  /** Texts in the file that are of no present version. */
  get dead(): number {
    return this.ordinals.pictures + this.pending.size - this.index.columns.count;
  }

  get bytes(): number {
    return this.ordinals.bytes + this.pending.bytes + this.sessions.bytes;
  }

  /** Rows that no block has the text of. */
  setMissing(rows: readonly number[]): void {
    this.missing = rows;
  }

  /** Runs `work` with the file open. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.users += 1;
    try {
      return await work();
    } finally {
      this.users -= 1;
      this.closeIfDone();
    }
  }

  /** Closes the file when the last search that uses it has ended. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    this.sessions.clear();
    this.closeIfDone();
  }

  private closeIfDone(): void {
    if (!this.retired || this.users > 0 || this.closed) return;
    this.closed = true;
    // nothing is written at a close: what fails is of no consequence
    this.file.close().catch(() => undefined);
  }

  /**
   * Takes in what was committed since the last time; afterwards `covered` is the `seq` of some moment since the call.
   * @throws KirokuError as the storage, SearchAgainError
   */
  catchUp(tools: SearchTools): Promise<void> {
    return this.inTurn(async () => {
      for (let attempt = 0; this.isBehind(); attempt++) {
        if (attempt === ATTEMPTS) throw tooBusy();
        await this.takeChanges(tools);
      }
    });
  }

  /** True when a commit has not been taken in yet. */
  isBehind(): boolean {
    return this.index.seq !== this.covered || this.missing.length > 0;
  }

  /** Writes the pending texts to the file if there are many; in the background. */
  flush(tools: SearchTools): void {
    if (this.pending.size < FLUSH_AT || this.retired) return;
    const work = this.use(() => this.inTurn(() => this.flushPending(tools)));
    work.catch((error: unknown) => {
      tools.context.log.warn({ owner: tools.store.owner, err: error }, 'search texts are written later');
    });
  }

  /**
   * Adds the texts of these rows to the file. @throws KirokuError as the storage, SearchAgainError
   */
  async cover(tools: SearchTools, rows: readonly number[]): Promise<void> {
    for (let from = 0; from < rows.length; from += SEGMENT_PICTURES) {
      await this.coverSegment(tools, rows.slice(from, from + SEGMENT_PICTURES));
    }
  }

  private async takeChanges(tools: SearchTools): Promise<void> {
    const { index, pending } = this;
    const until = index.seq;
    const changed = changedRows(index, this.covered);
    pending.dropStale();
    const rows = [...new Set([...this.missing, ...changed])].filter(
      (row) => index.columns.isLive(row) && !pending.has(row),
    );
    const isMuch = pending.bytes + lineBytes(index, rows) > MOST_PENDING_BYTES;
    if (isMuch || rows.length + pending.size > MOST_PENDING) {
      await this.cover(tools, [...pending.rows, ...rows]);
      this.additions += 1;
      for (const row of pending.rows) pending.delete(row);
    } else {
      await this.read(tools, rows);
    }
    this.missing = [];
    this.covered = until;
  }

  private async flushPending(tools: SearchTools): Promise<void> {
    const { pending } = this;
    pending.dropStale();
    const { rows } = pending;
    await this.cover(tools, rows);
    this.additions += 1;
    for (const row of rows) pending.delete(row);
  }

  private async read({ store, heal }: SearchTools, rows: readonly number[]): Promise<void> {
    const { index, pending } = this;
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const { picked, entries } = await entriesOf(store, heal, () => ({
        rows:
          store.index === index
            ? rows.slice(from, from + AT_ONCE).filter((row) => index.columns.isLive(row))
            : [],
      }));
      if (store.index !== index) throw new SearchAgainError();
      for (const [i, entry] of entries.entries()) pending.set(picked.rows[i] ?? 0, entry);
      if (from + AT_ONCE < rows.length) await turn();
    }
  }

  private async coverSegment(tools: SearchTools, rows: readonly number[]): Promise<void> {
    const { store, heal, context } = tools;
    let rest = rows;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (attempt === ATTEMPTS) throw tooBusy();
      if (store.index !== this.index || store.file === undefined) throw new SearchAgainError();
      rest = rest.filter((row) => this.index.columns.isLive(row));
      const { file } = store;
      const some = rest.slice(0, countFitting(this.index, rest));
      const done = await this.file.append(placesOf(this.index, file.inode, some));
      if (done.state === 'appended') {
        if (done.unwritten !== undefined) {
          context.log.warn({ owner: store.owner, why: done.unwritten }, 'search texts stay in memory');
        }
        this.ordinals.add(done.blocks, Uint32Array.from(some));
        rest = rest.slice(done.taken);
        attempt = -1;
      } else if (store.file === file) {
        await heal(store, done.state === 'damaged' ? done.why : 'replaced');
      }
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}

function changedRows({ columns }: OwnerIndex, since: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < columns.used; row++) if (columns.seq(row) > since) rows.push(row);
  return rows;
}

function lineBytes({ columns }: OwnerIndex, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + columns.length(row), 0);
}

/** How many of the rows, from the first on, have lines that may be held together; at least one. */
function countFitting({ columns }: OwnerIndex, rows: readonly number[]): number {
  let bytes = 0;
  for (const [i, row] of rows.entries()) {
    bytes += columns.length(row);
    if (bytes > MOST_LINE_BYTES) return Math.max(1, i);
  }
  return rows.length;
}

/** Where the lines of some rows lie now. */
export function placesOf({ columns }: OwnerIndex, inode: string, rows: readonly number[]): Places {
  return {
    inode,
    offsets: Float64Array.from(rows, (row) => columns.offset(row)),
    lengths: Uint32Array.from(rows, (row) => columns.length(row)),
    seqs: Uint32Array.from(rows, (row) => columns.seq(row)),
  };
}
