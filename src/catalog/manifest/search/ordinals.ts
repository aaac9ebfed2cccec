import type { Order } from '../../../domain/page.ts';
import type { Columns } from '../columns.ts';
import { BLOCK_PICTURES, SET_BYTES } from './match-block.ts';
import { mayHold, type Probe, SIGNATURE_BYTES } from './signature.ts';
import type { BlockFacts } from './text-index.ts';

/** In place of a row: no picture's present version has this text. */
export const NO_ROW = 0xffff_ffff;

/**
 * Which picture's text is the n-th of a search file (its ordinal), in two columns: the row, and the `seq` of the version
 * that the text is of. A row that has another `seq` by now has a newer text elsewhere: nothing needs to be crossed out.
 * Of each block the signature, and the times between which its pictures lie. Fourteen bytes a picture.
 */
export class Ordinals {
  blocks = 0;
  pictures = 0;
  private rows = new Uint32Array(0);
  private seqs = new Uint32Array(0);
  private firsts = new Uint32Array(1);
  private oldest = new Float64Array(0);
  private newest = new Float64Array(0);
  private signatures = new Uint8Array(0);
  private readonly visits = new Map<Order, Uint32Array>();
  private readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  get bytes(): number {
    const visits = this.visits.size * this.blocks * 4;
    return this.rows.length * 8 + this.firsts.length * 20 + this.signatures.length + visits;
  }

  /** Makes room for so many more pictures at once. */
  reserve(pictures: number): void {
    this.growPictures(this.pictures + pictures);
    this.growBlocks(this.blocks + Math.ceil(pictures / BLOCK_PICTURES));
  }

  /** Adds blocks behind the others. @param rows of each of their pictures, `NO_ROW` where there is none (any more) */
  add(facts: BlockFacts, rows: Uint32Array): void {
    const { counts, seqs, signatures } = facts;
    const pictures = this.pictures + seqs.length;
    if (pictures > this.rows.length) this.growPictures(pictures + (pictures >> 4));
    this.growBlocks(this.blocks + counts.length);
    this.rows.set(rows.subarray(0, seqs.length), this.pictures);
    this.seqs.set(seqs, this.pictures);
    this.signatures.set(signatures, this.blocks * SIGNATURE_BYTES);
    for (const count of counts) {
      this.setTimes(this.blocks, this.pictures, this.pictures + count);
      this.pictures += count;
      this.blocks += 1;
      this.firsts[this.blocks] = this.pictures;
    }
    this.visits.clear();
  }

  /** Live when the picture's present version is the one whose text this is. */
  isLive(ordinal: number): boolean {
    const row = this.rows[ordinal] ?? NO_ROW;
    return row !== NO_ROW && this.columns.seq(row) === this.seqs[ordinal];
  }

  rowOf(ordinal: number): number {
    return this.rows[ordinal] ?? NO_ROW;
  }

  firstOf(block: number): number {
    return this.firsts[block] ?? 0;
  }

  /** A picture of the block may have been created in [from, to). */
  overlaps(block: number, from: number, to: number): boolean {
    return (this.newest[block] ?? 0) >= from && (this.oldest[block] ?? 0) < to;
  }

  /** The time (ms) of the picture of a block that comes first in this order. */
  edgeOf(block: number, order: Order): number {
    return (order === 'newest' ? this.newest : this.oldest)[block] ?? 0;
  }

  mayHold(block: number, probe: Probe): boolean {
    return mayHold(this.signatures, block, probe);
  }

  /** All blocks in the order in which a search looks at them. Not to be changed. */
  visitsOf(order: Order): Uint32Array {
    const known = this.visits.get(order);
    if (known !== undefined) return known;
    const sign = order === 'newest' ? -1 : 1;
    const visits = Uint32Array.from({ length: this.blocks }, (_, block) => block).sort(
      (a, b) => sign * (this.edgeOf(a, order) - this.edgeOf(b, order)) || a - b,
    );
    this.visits.set(order, visits);
    return visits;
  }

  /** Puts those of a block's live pictures that pass into `sets`; false when there is none. */
  choose(block: number, passes: (row: number) => boolean, sets: Uint8Array, at: number): boolean {
    const first = this.firstOf(block);
    const end = this.firstOf(block + 1);
    let any = false;
    sets.fill(0, at, at + SET_BYTES);
    for (let ordinal = first; ordinal < end; ordinal++) {
      if (!this.isLive(ordinal) || !passes(this.rowOf(ordinal))) continue;
      const inside = ordinal - first;
      sets[at + (inside >>> 3)] = (sets[at + (inside >>> 3)] ?? 0) | (1 << (inside & 7));
      any = true;
    }
    return any;
  }

  private setTimes(block: number, first: number, end: number): void {
    let oldest = Number.POSITIVE_INFINITY;
    let newest = Number.NEGATIVE_INFINITY;
    for (let ordinal = first; ordinal < end; ordinal++) {
      if (!this.isLive(ordinal)) continue;
      const time = this.columns.createdAt(this.rowOf(ordinal));
      oldest = Math.min(oldest, time);
      newest = Math.max(newest, time);
    }
    this.oldest[block] = oldest;
    this.newest[block] = newest;
  }

  private growPictures(room: number): void {
    if (room <= this.rows.length) return;
    this.rows = larger(new Uint32Array(room), this.rows);
    this.seqs = larger(new Uint32Array(room), this.seqs);
  }

  private growBlocks(blocks: number): void {
    if (blocks <= this.newest.length) return;
    const room = blocks + (blocks >> 4) + 4;
    this.firsts = larger(new Uint32Array(room + 1), this.firsts);
    this.oldest = larger(new Float64Array(room), this.oldest);
    this.newest = larger(new Float64Array(room), this.newest);
    this.signatures = larger(new Uint8Array(room * SIGNATURE_BYTES), this.signatures);
  }
}

function larger<T extends Uint8Array | Uint32Array | Float64Array>(target: T, from: T): T {
  target.set(from);
  return target;
}
