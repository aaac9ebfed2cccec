import { CodeColumn } from './code-column.ts';
import { compareIds, HEX_FORM, type IdForm, ULID_FORM } from './ids.ts';
import { type SavedPart, savedArray, savedCount } from './saved-part.ts';

/** Bits of a row's flags. */
export const FAVORITE = 1;
const STATUS_SHIFT = 1;
const KIND_SHIFT = 2;
const HEX_BIT = 16;
/** What was done to it last: place in `OPS`, where `purge` is the last and never a row's. */
const OP_SHIFT = 5;
const LIVE = 128;

const LEAST = 16;
/** No picture is larger: a file system would have to hold four gigabytes of one. */
const MOST_BYTES = 0xffff_ffff;
const MOST_THUMB_BYTES = 0xff_ffff;

/** What one row holds. */
export interface RowFacts {
  readonly offset: number;
  readonly length: number;
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly seq: number;
  readonly kind: number;
  readonly status: number;
  readonly favorite: boolean;
  /** What was done last: place in `OPS`. */
  readonly op: number;
  readonly form: IdForm;
  readonly sha: number;
  /** What filters ask of it: number in `FacetTable.traits`. */
  readonly trait: number;
  /** Of the original. */
  readonly bytes: number;
  readonly thumbBytes: number;
}

export function emptyFacts(): { -readonly [name in keyof RowFacts]: RowFacts[name] } {
  const numbers = { offset: 0, length: 0, createdAt: 0, seq: 0, kind: 0, status: 0, op: 0, bytes: 0 };
  return { ...numbers, favorite: false, form: ULID_FORM, sha: 0, trait: 0, thumbBytes: 0 };
}

/**
 * One row a picture in typed arrays, 49 bytes (51 with very many different traits): where its line lies in the
 * manifest, what a list must know before it reads the line, and what the picture weighs. Rows keep their number; a removed one is used again.
 * Arrays grow by a sixteenth.
 */
export class Columns {
  /** Rows ever used, removed ones included. */
  used = 0;
  /** Live rows. */
  count = 0;
  private free: number[] = [];
  private capacity = 0;
  private offsetLow = new Uint32Array(0);
  private offsetHigh = new Uint8Array(0);
  private lengths = new Uint32Array(0);
  private timesLow = new Uint32Array(0);
  private timesHigh = new Uint16Array(0);
  private seqs = new Uint32Array(0);
  private flags = new Uint8Array(0);
  private shas = new Uint32Array(0);
  private originals = new Uint32Array(0);
  private thumbsLow = new Uint16Array(0);
  private thumbsHigh = new Uint8Array(0);
  ids = new Uint32Array(0);
  readonly traits = new CodeColumn();

  /** What weights take of `bytes`: kept for quotas, not for lists. */
  get weightBytes(): number {
    return this.capacity * (4 + 2 + 1);
  }

  get bytes(): number {
    const fixed = this.capacity * (4 + 1 + 4 + 6 + 4 + 1 + 4 + 16);
    return fixed + this.weightBytes + this.traits.bytes + this.free.length * 8;
  }

  /** Makes room for `rows` rows at once. */
  reserve(rows: number): void {
    if (rows > this.capacity) this.resize(rows);
  }

  /** Gives back room beyond an eighth of slack. */
  trim(): void {
    if (this.capacity > this.used + (this.used >> 3) + LEAST) this.resize(this.used);
  }

  add(words: Uint32Array, facts: RowFacts): number {
    const row = this.free.pop() ?? this.used++;
    if (row >= this.capacity) this.resize(row + 1 + Math.max(LEAST, row >> 4));
    for (let i = 0; i < 4; i++) this.ids[row * 4 + i] = words[i] ?? 0;
    this.set(row, facts);
    this.count += 1;
    return row;
  }

  set(row: number, facts: RowFacts): void {
    this.setPlace(row, facts.offset, facts.length);
    this.timesLow[row] = facts.createdAt % 0x1_0000_0000;
    this.timesHigh[row] = Math.floor(facts.createdAt / 0x1_0000_0000);
    this.traits.set(row, facts.trait);
    this.seqs[row] = facts.seq;
    this.shas[row] = facts.sha;
    this.originals[row] = Math.min(facts.bytes, MOST_BYTES);
    const thumb = Math.min(facts.thumbBytes, MOST_THUMB_BYTES);
    this.thumbsLow[row] = thumb & 0xffff;
    this.thumbsHigh[row] = thumb >> 16;
    this.flags[row] =
      LIVE |
      (facts.favorite ? FAVORITE : 0) |
      (facts.status << STATUS_SHIFT) |
      (facts.kind << KIND_SHIFT) |
      (facts.form === HEX_FORM ? HEX_BIT : 0) |
      (facts.op << OP_SHIFT);
  }

  remove(row: number): void {
    this.flags[row] = 0;
    this.seqs[row] = 0;
    this.free.push(row);
    this.count -= 1;
  }

  setPlace(row: number, offset: number, length: number): void {
    this.offsetLow[row] = offset % 0x1_0000_0000;
    this.offsetHigh[row] = Math.floor(offset / 0x1_0000_0000);
    this.lengths[row] = length;
  }

  offset(row: number): number {
    return (this.offsetHigh[row] ?? 0) * 0x1_0000_0000 + (this.offsetLow[row] ?? 0);
  }

  length(row: number): number {
    return this.lengths[row] ?? 0;
  }

  createdAt(row: number): number {
    return (this.timesHigh[row] ?? 0) * 0x1_0000_0000 + (this.timesLow[row] ?? 0);
  }

  seq(row: number): number {
    return this.seqs[row] ?? 0;
  }

  sha(row: number): number {
    return this.shas[row] ?? 0;
  }

  /** Bytes of the original. */
  originalBytes(row: number): number {
    return this.originals[row] ?? 0;
  }

  thumbBytes(row: number): number {
    return ((this.thumbsHigh[row] ?? 0) << 16) | (this.thumbsLow[row] ?? 0);
  }

  isLive(row: number): boolean {
    return (this.flag(row) & LIVE) !== 0;
  }

  has(row: number, bit: number): boolean {
    return (this.flag(row) & bit) !== 0;
  }

  kind(row: number): number {
    return (this.flag(row) >> KIND_SHIFT) & 3;
  }

  status(row: number): number {
    return (this.flag(row) >> STATUS_SHIFT) & 1;
  }

  op(row: number): number {
    return (this.flag(row) >> OP_SHIFT) & 3;
  }

  form(row: number): IdForm {
    return this.has(row, HEX_BIT) ? HEX_FORM : ULID_FORM;
  }

  /** Order of two rows: (`created_at`, `id`). */
  compare(a: number, b: number): number {
    return this.createdAt(a) - this.createdAt(b) || this.compareId(a, this.ids, b * 4, this.form(b));
  }

  compareId(row: number, words: Uint32Array, start: number, form: IdForm): number {
    return compareIds(this.ids, row * 4, this.form(row), words, start, form);
  }

  /** All of it, for a snapshot. */
  save(): SavedPart {
    const { used, count } = this;
    const row = <T>(array: T) => ({ array, used });
    return {
      facts: { used, count },
      arrays: {
        offsetLow: row(this.offsetLow),
        offsetHigh: row(this.offsetHigh),
        lengths: row(this.lengths),
        timesLow: row(this.timesLow),
        timesHigh: row(this.timesHigh),
        seqs: row(this.seqs),
        flags: row(this.flags),
        shas: row(this.shas),
        originals: row(this.originals),
        thumbsLow: row(this.thumbsLow),
        thumbsHigh: row(this.thumbsHigh),
        ids: { array: this.ids, used: used * 4 },
        traits: row(this.traits.values),
        free: { array: Uint32Array.from(this.free), used: this.free.length },
      },
    };
  }

  /** Takes the place of what is here. @throws SnapshotError */
  restore(part: SavedPart): void {
    const used = savedCount(part, 'used');
    this.offsetLow = savedArray(part, 'offsetLow', Uint32Array, used);
    this.offsetHigh = savedArray(part, 'offsetHigh', Uint8Array, used);
    this.lengths = savedArray(part, 'lengths', Uint32Array, used);
    this.timesLow = savedArray(part, 'timesLow', Uint32Array, used);
    this.timesHigh = savedArray(part, 'timesHigh', Uint16Array, used);
    this.seqs = savedArray(part, 'seqs', Uint32Array, used);
    this.flags = savedArray(part, 'flags', Uint8Array, used);
    this.shas = savedArray(part, 'shas', Uint32Array, used);
    this.originals = savedArray(part, 'originals', Uint32Array, used);
    this.thumbsLow = savedArray(part, 'thumbsLow', Uint16Array, used);
    this.thumbsHigh = savedArray(part, 'thumbsHigh', Uint8Array, used);
    this.ids = savedArray(part, 'ids', Uint32Array, used * 4);
    this.traits.restore(part, 'traits', used);
    this.free = [...savedArray(part, 'free', Uint32Array)];
    this.used = used;
    this.count = savedCount(part, 'count');
    const rows = [this.offsetLow, this.offsetHigh, this.lengths, this.timesLow, this.timesHigh, this.seqs];
    const weights = [this.originals, this.thumbsLow, this.thumbsHigh];
    const others = [this.flags, this.shas, this.traits.values, ...weights];
    this.capacity = Math.min(this.ids.length >> 2, ...[...rows, ...others].map(({ length }) => length));
  }

  private flag(row: number): number {
    return this.flags[row] ?? 0;
  }

  private resize(rows: number): void {
    this.capacity = rows;
    this.offsetLow = resized(new Uint32Array(rows), this.offsetLow);
    this.offsetHigh = resized(new Uint8Array(rows), this.offsetHigh);
    this.lengths = resized(new Uint32Array(rows), this.lengths);
    this.timesLow = resized(new Uint32Array(rows), this.timesLow);
    this.timesHigh = resized(new Uint16Array(rows), this.timesHigh);
    this.traits.resize(rows);
    this.seqs = resized(new Uint32Array(rows), this.seqs);
    this.flags = resized(new Uint8Array(rows), this.flags);
    this.shas = resized(new Uint32Array(rows), this.shas);
    this.originals = resized(new Uint32Array(rows), this.originals);
    this.thumbsLow = resized(new Uint16Array(rows), this.thumbsLow);
    this.thumbsHigh = resized(new Uint8Array(rows), this.thumbsHigh);
    this.ids = resized(new Uint32Array(rows * 4), this.ids);
  }
}

type Column = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

function resized<T extends Column>(target: T, from: T): T {
  target.set(from.length > target.length ? from.subarray(0, target.length) : from);
  return target;
}
