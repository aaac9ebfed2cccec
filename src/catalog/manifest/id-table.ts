import type { Columns } from './columns.ts';
import { HEX_FORM, type IdForm } from './ids.ts';
import { type SavedPart, savedArray, savedCount } from './saved-part.ts';

const EMPTY = 0xffff_ffff;
/** A slot of the former table whose row was taken out. */
const GONE = 0xffff_fffe;
const LEAST = 16;
/** Smaller tables grow at once. */
const SMALL = 4_096;
/** Slots of the former table that each new id moves: far more than are needed to be done before the next growth. */
const MOVED_A_STEP = 64;

/**
 * From an id to its row: open addressing with linear probing over row numbers, the ids themselves lie in the columns.
 * Slots are not a power of two (a hash picks its slot by multiplication: Lemire, "Fast random integer generation in an
 * interval", 2019), so that it grows by a quarter instead of doubling; at most 7 of 8 slots are taken. A large one
 * grows in steps, since to place a million rows again takes a tenth of a second.
 */
export class IdTable {
  private slots = new Uint32Array(LEAST).fill(EMPTY);
  /** Rows in both tables. */
  private count = 0;
  /** While growing: the table before, of which the slots from `next` on are still to be moved. */
  private former: Uint32Array<ArrayBuffer> | undefined;
  private next = 0;
  private readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  get bytes(): number {
    return (this.slots.length + (this.former?.length ?? 0)) * 4;
  }

  /** Room for `rows` ids at once. */
  reserve(rows: number): void {
    const wanted = Math.ceil((rows * 9) / 7);
    if (wanted <= this.slots.length) return;
    this.grow(wanted);
    this.move(Number.POSITIVE_INFINITY);
  }

  /** The row, or −1. */
  find(words: Uint32Array, form: IdForm): number {
    const row = this.findIn(this.slots, words, form);
    return row >= 0 || this.former === undefined ? row : this.findIn(this.former, words, form);
  }

  /** The id of `row` must not be in the table yet. */
  add(row: number): void {
    if ((this.count + 1) * 8 > this.slots.length * 7) this.grow(Math.ceil(this.slots.length * 1.25));
    if (this.former !== undefined) this.move(MOVED_A_STEP);
    this.place(row);
    this.count += 1;
  }

  remove(row: number): void {
    const { former } = this;
    const slot = this.slotIn(this.slots, row);
    if (slot >= 0) this.clear(slot);
    const before = former === undefined ? -1 : this.slotIn(former, row);
    if (former !== undefined && before >= 0) former[before] = GONE;
    if (slot >= 0 || before >= 0) this.count -= 1;
  }

  save(): SavedPart {
    this.move(Number.POSITIVE_INFINITY);
    return {
      facts: { count: this.count },
      arrays: { slots: { array: this.slots, used: this.slots.length } },
    };
  }

  /** Takes the place of what is here; the columns must be those it was saved with. @throws SnapshotError */
  restore(part: SavedPart): void {
    this.count = savedCount(part, 'count');
    // one slot at least stays empty: else a search would never end
    this.slots = savedArray(part, 'slots', Uint32Array, Math.max(LEAST, this.count + 1));
    this.former = undefined;
  }

  private findIn(slots: Uint32Array, words: Uint32Array, form: IdForm): number {
    const size = slots.length;
    let slot = slotOf(words, 0, form, size);
    for (;;) {
      const row = slots[slot] ?? EMPTY;
      if (row === EMPTY) return -1;
      if (row !== GONE && this.columns.compareId(row, words, 0, form) === 0) return row;
      slot = slot + 1 === size ? 0 : slot + 1;
    }
  }

  /** Where the row stands, or −1. */
  private slotIn(slots: Uint32Array, row: number): number {
    const size = slots.length;
    let slot = this.home(row, size);
    for (; slots[slot] !== row; slot = slot + 1 === size ? 0 : slot + 1) if (slots[slot] === EMPTY) return -1;
    return slot;
  }

  /** Empties a slot and closes the gap, so that no probe ends too early (Knuth, TAOCP 6.4 algorithm R). */
  private clear(slot: number): void {
    const size = this.slots.length;
    let gap = slot;
    let next = gap;
    for (;;) {
      next = next + 1 === size ? 0 : next + 1;
      const moved = this.slots[next] ?? EMPTY;
      if (moved === EMPTY) break;
      // it may fill the gap only if its own slot does not lie behind the gap
      const home = this.home(moved, size);
      if (gap <= next ? home <= gap || home > next : home <= gap && home > next) {
        this.slots[gap] = moved;
        gap = next;
      }
    }
    this.slots[gap] = EMPTY;
  }

  private home(row: number, size: number): number {
    return slotOf(this.columns.ids, row * 4, this.columns.form(row), size);
  }

  private place(row: number): void {
    const size = this.slots.length;
    let slot = this.home(row, size);
    while (this.slots[slot] !== EMPTY) slot = slot + 1 === size ? 0 : slot + 1;
    this.slots[slot] = row;
  }

  private grow(size: number): void {
    this.move(Number.POSITIVE_INFINITY);
    this.former = this.slots;
    this.next = 0;
    this.slots = new Uint32Array(Math.max(LEAST, size)).fill(EMPTY);
    if (this.former.length < SMALL) this.move(Number.POSITIVE_INFINITY);
  }

  /** Moves the rows of the next `most` slots of the former table. */
  private move(most: number): void {
    const { former } = this;
    if (former === undefined) return;
    const end = Math.min(former.length, this.next + most);
    for (; this.next < end; this.next++) {
      const row = former[this.next] ?? EMPTY;
      if (row !== EMPTY && row !== GONE) this.place(row);
    }
    if (this.next === former.length) this.former = undefined;
  }
}

/** Mixes all four words (multipliers of xxHash32), since ULIDs made together share their first half. */
function slotOf(words: Uint32Array, start: number, form: IdForm, size: number): number {
  let hash = form === HEX_FORM ? 0x27d4_eb2f : 0x1656_67b1;
  for (let i = 0; i < 4; i++) {
    hash = Math.imul(hash ^ (words[start + i] ?? 0), 0x85eb_ca77);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2_ae3d);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) / 0x1_0000_0000) * size);
}
