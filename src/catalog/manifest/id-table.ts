import type { Columns } from './columns.ts';
import { HEX_FORM, type IdForm } from './ids.ts';
import { type SavedPart, savedArray, savedCount } from './saved-part.ts';

const EMPTY = 0xffff_ffff;
const LEAST = 16;

/**
 * From an id to its row: open addressing with linear probing over row numbers, the ids themselves lie in the columns.
 * Slots are not a power of two (a hash picks its slot by multiplication: Lemire, "Fast random integer generation in an
 * interval", 2019), so that it grows by a quarter instead of doubling; at most 7 of 8 slots are taken.
 */
export class IdTable {
  private slots = new Uint32Array(LEAST).fill(EMPTY);
  private count = 0;
  private readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  get bytes(): number {
    return this.slots.length * 4;
  }

  /** Room for `rows` ids at once. */
  reserve(rows: number): void {
    const wanted = Math.ceil((rows * 9) / 7);
    if (wanted > this.slots.length) this.rebuild(wanted);
  }

  /** The row, or −1. */
  find(words: Uint32Array, form: IdForm): number {
    const size = this.slots.length;
    let slot = slotOf(words, 0, form, size);
    for (;;) {
      const row = this.slots[slot] ?? EMPTY;
      if (row === EMPTY) return -1;
      if (this.columns.compareId(row, words, 0, form) === 0) return row;
      slot = slot + 1 === size ? 0 : slot + 1;
    }
  }

  /** The id of `row` must not be in the table yet. */
  add(row: number): void {
    if ((this.count + 1) * 8 > this.slots.length * 7) this.rebuild(Math.ceil(this.slots.length * 1.25));
    this.place(row);
    this.count += 1;
  }

  /** Takes a row out and closes the gap, so that no probe ends too early (Knuth, TAOCP 6.4 algorithm R). */
  remove(row: number): void {
    const size = this.slots.length;
    let gap = this.home(row);
    while (this.slots[gap] !== row) {
      if (this.slots[gap] === EMPTY) return;
      gap = gap + 1 === size ? 0 : gap + 1;
    }
    this.count -= 1;
    let next = gap;
    for (;;) {
      next = next + 1 === size ? 0 : next + 1;
      const moved = this.slots[next] ?? EMPTY;
      if (moved === EMPTY) break;
      // it may fill the gap only if its own slot does not lie behind the gap
      const home = this.home(moved);
      if (gap <= next ? home <= gap || home > next : home <= gap && home > next) {
        this.slots[gap] = moved;
        gap = next;
      }
    }
    this.slots[gap] = EMPTY;
  }

  save(): SavedPart {
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
  }

  private home(row: number): number {
    return slotOf(this.columns.ids, row * 4, this.columns.form(row), this.slots.length);
  }

  private place(row: number): void {
    const size = this.slots.length;
    let slot = this.home(row);
    while (this.slots[slot] !== EMPTY) slot = slot + 1 === size ? 0 : slot + 1;
    this.slots[slot] = row;
  }

  private rebuild(size: number): void {
    const old = this.slots;
    this.slots = new Uint32Array(Math.max(LEAST, size)).fill(EMPTY);
    for (const row of old) if (row !== EMPTY) this.place(row);
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
