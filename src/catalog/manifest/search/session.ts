import { KINDS, STATUSES } from '../../../domain/kind.ts';
import type { Cursor, Order } from '../../../domain/page.ts';
import type { Selection } from '../../../domain/search/selection.ts';
import { compileFilter, type RowFilter } from '../filter.ts';
import { type IdForm, wordsOf } from '../ids.ts';
import { turn } from '../turns.ts';
import { BLOCK_PICTURES, createMatcher, nextInSet, SET_BYTES } from './match-block.ts';
import type { OwnerSearch, SearchTools } from './owner-search.ts';
import { SearchAgainError } from './search-trouble.ts';
import { type Probe, probeOf } from './signature.ts';
import { SortedSet } from './sorted-set.ts';
import { type TextTerm, textTerms } from './text-term.ts';

/** Blocks sent to be matched together: few at first, as the page is mostly full soon. */
const FIRST_BATCH = 1;
const BATCH_GROWTH = 4;
const LARGEST_BATCH = 64;
/** A batch that takes longer than this (ms) is followed by a smaller one: other owners search in the same thread. */
const LONG_MS = 20;
/** Blocks whose pictures are looked through for candidates before others have their turn. */
const MOST_LOOKED_AT = 256;

/**
 * One search, as far as it has come: blocks that cannot hold the terms are passed over, of the others the candidates are
 * matched, block by block in the order of the list. Commits that land meanwhile are caught up with: what it has found
 * is always right for the owner's version `seq`.
 */
export class Session {
  readonly rows: SortedSet;
  /** A step has failed: blocks may have been left out. */
  isBroken = false;
  /** The version it is right for; −1 before the first step. */
  seq = -1;
  private readonly search: OwnerSearch;
  private readonly selection: Selection;
  private readonly order: Order;
  private readonly terms: readonly TextTerm[];
  private readonly matcher;
  private readonly probe: Probe;
  private readonly isInRange: (row: number) => boolean;
  private readonly times: { readonly from: number; readonly to: number };
  private filter: RowFilter | undefined;
  /** Blocks still to be visited: the first `end` ones in order, and before them such as came since. */
  private visits = new Uint32Array(0);
  private visited = 0;
  private end = 0;
  private fresh: number[] = [];
  private batch = FIRST_BATCH;
  private last: Promise<unknown> = Promise.resolve();

  /** @param behind only pictures behind this place in the order */
  constructor(search: OwnerSearch, selection: Selection, order: Order, behind?: Cursor) {
    const { columns } = search.index;
    this.search = search;
    this.selection = selection;
    this.order = order;
    this.rows = new SortedSet(columns, order);
    this.terms = textTerms(selection);
    this.matcher = createMatcher(this.terms);
    this.probe = probeOf(this.terms);
    this.times = timesOf(selection);
    this.isInRange = rangeOf(search, selection, order, behind);
  }

  get bytes(): number {
    return this.rows.bytes + this.visits.length * 4;
  }

  /** Nothing is left to be looked at. */
  get isDone(): boolean {
    return this.seq >= 0 && this.fresh.length === 0 && this.visited === this.visits.length;
  }

  /**
   * Goes on until the first `need` rows are known for sure, or all of them. What it answers holds until the next
   * commit: the caller compares `seq` with the index's.
   * @throws KirokuError as the storage, SearchAgainError
   */
  advance(tools: SearchTools, need: number): Promise<void> {
    const done = this.last.then(() => {
      if (this.isBroken) throw new SearchAgainError();
      return this.run(tools, need);
    });
    this.last = done.catch(() => {
      this.isBroken = true;
    });
    return done;
  }

  private async run(tools: SearchTools, need: number): Promise<void> {
    for (;;) {
      await this.catchUp(tools);
      if (this.isSettled(need)) return;
      const { blocks, sets } = this.nextBatch();
      if (blocks.length === 0) {
        await turn();
        continue;
      }
      const since = performance.now();
      const found = await this.search.file.match(Uint32Array.from(blocks), sets, this.terms);
      this.fitBatch(blocks.length, performance.now() - since);
      if (found === undefined) throw new SearchAgainError(true);
      this.take(blocks, found);
    }
  }

  /** Makes what is known so far right for the present version. */
  private async catchUp(tools: SearchTools): Promise<void> {
    const { search } = this;
    for (;;) {
      if (tools.store.index !== search.index) throw new SearchAgainError();
      if (this.seq === search.index.seq && !search.isBehind()) return;
      if (search.isBehind()) await search.catchUp(tools);
      // a commit may have come in the same moment
      if (!search.isBehind()) this.takeChanges();
    }
  }

  private takeChanges(): void {
    const { search, seq: since } = this;
    const { columns } = search.index;
    this.dropChanged();
    const filter = compileFilter(search.index, this.selection);
    this.filter = filter;
    const isChanged = (row: number) => columns.seq(row) > since;
    this.rows.add(
      search.pending.match(this.matcher, (row) => isChanged(row) && this.isInRange(row) && filter.test(row)),
    );
    this.takeBlocks();
    this.seq = search.index.seq;
  }

  /** Blocks that were appended since: their pictures may be new ones. */
  private takeBlocks(): void {
    const { ordinals } = this.search;
    if (this.seq < 0) this.visits = Uint32Array.from(ordinals.visitsOf(this.order));
    else for (let block = this.end; block < ordinals.blocks; block++) this.fresh.push(block);
    this.end = ordinals.blocks;
  }

  /** Takes out what has changed or gone since; it is looked at again. */
  private dropChanged(): void {
    const { columns } = this.search.index;
    this.rows.keep((row) => columns.isLive(row) && columns.seq(row) <= this.seq);
  }

  /** True when the first `need` rows, or all of them, are known for sure (as of `seq`). */
  isSettled(need: number): boolean {
    if (this.isDone) return true;
    if (this.fresh.length > 0 || this.rows.length < need) return false;
    const { columns } = this.search.index;
    const time = columns.createdAt(this.rows.at(need - 1));
    const edge = this.search.ordinals.edgeOf(this.visits[this.visited] ?? 0, this.order);
    return this.order === 'newest' ? time > edge : time < edge;
  }

  private nextBatch(): { readonly blocks: readonly number[]; readonly sets: Uint8Array } {
    const { ordinals } = this.search;
    const { from, to } = this.times;
    const sets = new Uint8Array(this.batch * SET_BYTES);
    const blocks: number[] = [];
    const passes = (row: number) => this.isInRange(row) && this.filter?.test(row) === true;
    if (this.filter?.never === true) this.visited = this.visits.length;
    for (let looked = 0; looked < MOST_LOOKED_AT && blocks.length < this.batch; ) {
      const block = this.fresh.pop() ?? this.visits[this.visited++];
      if (block === undefined) {
        this.visited = this.visits.length;
        break;
      }
      if (!ordinals.mayHold(block, this.probe) || !ordinals.overlaps(block, from, to)) continue;
      looked += 1;
      if (ordinals.choose(block, passes, sets, blocks.length * SET_BYTES)) blocks.push(block);
    }
    return { blocks, sets: sets.subarray(0, blocks.length * SET_BYTES) };
  }

  private fitBatch(blocks: number, ms: number): void {
    if (ms > LONG_MS) this.batch = Math.max(FIRST_BATCH, Math.floor(this.batch / BATCH_GROWTH));
    else if (blocks === this.batch) this.batch = Math.min(LARGEST_BATCH, this.batch * BATCH_GROWTH);
  }

  private take(blocks: readonly number[], found: Uint8Array): void {
    const { ordinals, index } = this.search;
    const { columns } = index;
    if (index.seq !== this.seq) this.dropChanged();
    const rows: number[] = [];
    for (const [i, block] of blocks.entries()) {
      const first = ordinals.firstOf(block);
      const at = i * SET_BYTES;
      for (let n = nextInSet(found, at, 0); n < BLOCK_PICTURES; n = nextInSet(found, at, n + 1)) {
        const row = ordinals.rowOf(first + n);
        if (columns.isLive(row) && columns.seq(row) <= this.seq) rows.push(row);
      }
    }
    this.rows.add(rows);
  }
}

/** Kind, status and times; and what lies behind the cursor. */
function rangeOf(
  { index: { columns } }: OwnerSearch,
  selection: Selection,
  order: Order,
  behind: Cursor | undefined,
): (row: number) => boolean {
  const kind = KINDS.indexOf(selection.kind);
  const status = STATUSES.indexOf(selection.status);
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = selection;
  const words = new Uint32Array(4);
  const form: IdForm | undefined = behind === undefined ? undefined : wordsOf(behind.id, words);
  const sign = order === 'newest' ? -1 : 1;
  return (row) => {
    if (columns.kind(row) !== kind || columns.status(row) !== status) return false;
    const time = columns.createdAt(row);
    if (time < from || time >= to) return false;
    if (behind === undefined || form === undefined) return true;
    return sign * (time - behind.time || columns.compareId(row, words, 0, form)) > 0;
  };
}

/** Times outside of which no selected picture can lie, ms. */
function timesOf({ from, to, terms = [] }: Selection): { readonly from: number; readonly to: number } {
  const ranges = terms.filter((term) => term.by === 'time').filter(({ negated }) => !negated);
  return {
    from: Math.max(from ?? Number.NEGATIVE_INFINITY, ...ranges.map((range) => range.from)),
    to: Math.min(to ?? Number.POSITIVE_INFINITY, ...ranges.map((range) => range.to)),
  };
}
