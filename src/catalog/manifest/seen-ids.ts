import type { PictureId } from '../../domain/id.ts';

/** Says of an id whether it came before. */
export interface SeenIds {
  /** May be true for a new one, once in some 10^19 pairs. */
  has(id: PictureId): boolean;
  add(id: PictureId): void;
}

const FIRST_SLOTS = 1 << 10;

/** Open addressing over 64-bit hashes: 11 to 21 bytes an id, where a `Set` of texts takes more than a hundred. */
export function createSeenIds(): SeenIds {
  let slots = new Uint32Array(FIRST_SLOTS * 2);
  let count = 0;
  let low = 0;
  let high = 0;

  /** Neither half is 0, which is an empty slot. */
  function hash(id: PictureId): void {
    let [a, b] = [0x811c9dc5, 0x2545f491];
    for (let i = 0; i < id.length; i += 1) {
      const code = id.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b);
      b ^= b >>> 13;
    }
    // the low bits choose the slot: they need the high ones mixed in
    a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
    low = (a ^ (a >>> 12)) >>> 0;
    high = (b | 1) >>> 0;
  }

  /** Where the hash stands, or the empty slot where it would. */
  function find(table: Uint32Array): number {
    const mask = table.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 2;
      if (table[at + 1] === 0 || (table[at] === low && table[at + 1] === high)) return at;
    }
  }

  function put(table: Uint32Array): void {
    const at = find(table);
    table[at] = low;
    table[at + 1] = high;
  }

  function grow(): void {
    const larger = new Uint32Array(slots.length * 2);
    for (let at = 0; at < slots.length; at += 2) {
      [low, high] = [slots[at] ?? 0, slots[at + 1] ?? 0];
      if (high !== 0) put(larger);
    }
    slots = larger;
  }

  return {
    has(id) {
      hash(id);
      return slots[find(slots) + 1] !== 0;
    },
    add(id) {
      if (count * 4 >= (slots.length / 2) * 3) grow();
      hash(id);
      put(slots);
      count += 1;
    },
  };
}
