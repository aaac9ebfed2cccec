import { CodeColumn } from './code-column.ts';
import { type SavedPart, SnapshotError, savedArray, savedCount } from './saved-part.ts';

/** What a value costs beside its characters: the string's head, its places in list and map. */
const VALUE_BYTES = 80;
const LEAST = 16;

/** A value and the place in `FACETS` of what it is a value of. */
export interface FacetValue {
  readonly facet: number;
  readonly value: string;
}

/**
 * Sets of facet values, each known by a small number (its code), each value kept once. Code 0 is the empty set. Equal
 * sets have one code, whatever order their values were given in.
 */
export class ValueSets {
  /** By value number. */
  values: string[] = [];
  /** Place in `FACETS` by value number. */
  facets: number[] = [];
  /** By place in `FACETS`. */
  private numbers = new Map<number, Map<string, number>>();
  private textBytes = 0;
  private starts = new Uint32Array(LEAST);
  private members = new CodeColumn();
  private slots = new Uint32Array(LEAST);
  private count = 1;
  private readonly scratch: number[] = [];

  /** Codes are below this. */
  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.textBytes + this.starts.byteLength + this.members.bytes + this.slots.byteLength;
  }

  /** The number of a value, or −1. */
  numberOf(facet: number, value: string): number {
    return this.numbers.get(facet)?.get(value) ?? -1;
  }

  /** The code of a set of values; each value is given once. */
  codeOf(values: readonly FacetValue[]): number {
    const { scratch } = this;
    scratch.length = 0;
    for (const { facet, value } of values) scratch.push(this.numberFor(facet, value));
    return this.codeOfNumbers(scratch.sort((a, b) => a - b));
  }

  /** The value numbers of a set. */
  numbersOf(code: number): Uint16Array | Uint32Array {
    return this.members.values.subarray(this.starts[code], this.starts[code + 1]);
  }

  /** Marks every set that holds a marked value: a byte a set. */
  setsWith(marked: Uint8Array): Uint8Array {
    const found = new Uint8Array(this.count);
    const { starts } = this;
    const members = this.members.values;
    for (let code = 0; code < found.length; code++) {
      const end = starts[code + 1] ?? 0;
      for (let i = starts[code] ?? 0; i < end; i++) {
        if (marked[members[i] ?? 0] === 1) {
          found[code] = 1;
          break;
        }
      }
    }
    return found;
  }

  /** From how often each set occurs, how often each value does: by value number. */
  countValues(sets: Uint32Array): Uint32Array {
    const counts = new Uint32Array(this.values.length);
    const { starts } = this;
    const members = this.members.values;
    for (let code = 0; code < this.count; code++) {
      const times = sets[code] ?? 0;
      if (times === 0) continue;
      const end = starts[code + 1] ?? 0;
      for (let i = starts[code] ?? 0; i < end; i++) {
        const number = members[i] ?? 0;
        counts[number] = (counts[number] ?? 0) + times;
      }
    }
    return counts;
  }

  /**
   * Forgets every set that is not marked; what is left gets new codes.
   * @param used a byte a set
   * @returns new codes by old ones
   */
  keepOnly(used: Uint8Array): Uint32Array {
    const next = new ValueSets();
    const codes = new Uint32Array(this.count);
    for (let code = 1; code < this.count; code++) {
      if (used[code] !== 1) continue;
      const values = Array.from(this.numbersOf(code), (number) => this.valueAt(number));
      codes[code] = next.codeOf(values);
    }
    this.take(next);
    return codes;
  }

  /** The living arrays: the dictionary, and where each set's value numbers lie. */
  save(): SavedPart {
    const { values, count, starts } = this;
    return {
      facts: { values, count },
      arrays: {
        facets: { array: Uint8Array.from(this.facets), used: values.length },
        starts: { array: starts, used: count + 1 },
        members: { array: this.members.values, used: starts[count] ?? 0 },
      },
    };
  }

  /** Takes the place of what is here; codes are the same again. @throws SnapshotError */
  restore(part: SavedPart): void {
    const count = savedCount(part, 'count');
    const { values } = part.facts;
    if (!Array.isArray(values) || count < 1) throw new SnapshotError('no values');
    const facets = savedArray(part, 'facets', Uint8Array, values.length);
    const starts = savedArray(part, 'starts', Uint32Array, count + 1);
    const members = savedMembers(part, starts[count] ?? 0);
    const next = new ValueSets();
    for (const [number, value] of values.entries()) {
      if (typeof value !== 'string' || next.numberFor(facets[number] ?? 0, value) !== number)
        throw new SnapshotError('a bad value');
    }
    for (let code = 1; code < count; code++) {
      const numbers = members.subarray(starts[code], starts[code + 1]);
      if (
        !numbers.every((number, i) => number < values.length && (i === 0 || number > (numbers[i - 1] ?? 0)))
      )
        throw new SnapshotError('a bad set');
      next.append(numbers);
    }
    this.take(next);
  }

  private valueAt(number: number): FacetValue {
    return { facet: this.facets[number] ?? 0, value: this.values[number] ?? '' };
  }

  private numberFor(facet: number, value: string): number {
    const numbers = this.numbers.get(facet) ?? new Map<string, number>();
    const known = numbers.get(value);
    if (known !== undefined) return known;
    const number = this.values.push(value) - 1;
    this.facets.push(facet);
    this.numbers.set(facet, numbers.set(value, number));
    this.textBytes += VALUE_BYTES + value.length * 2;
    return number;
  }

  /** @param numbers rising */
  private codeOfNumbers(numbers: readonly number[]): number {
    if (numbers.length === 0) return 0;
    const size = this.slots.length;
    let slot = slotOf(numbers, size);
    for (;;) {
      const code = this.slots[slot] ?? 0;
      if (code === 0) return this.append(numbers);
      if (this.isSet(code, numbers)) return code;
      slot = slot + 1 === size ? 0 : slot + 1;
    }
  }

  private isSet(code: number, numbers: readonly number[]): boolean {
    const start = this.starts[code] ?? 0;
    if ((this.starts[code + 1] ?? 0) - start !== numbers.length) return false;
    const members = this.members.values;
    return numbers.every((number, i) => members[start + i] === number);
  }

  /** A set that is not there yet. */
  private append(numbers: ArrayLike<number>): number {
    const code = this.count;
    if (code + 2 > this.starts.length) this.starts = larger(this.starts, code + 2);
    const start = this.starts[code] ?? 0;
    const end = start + numbers.length;
    if (end > this.members.values.length) this.members.resize(end + (end >> 3) + LEAST);
    for (let i = 0; i < numbers.length; i++) this.members.set(start + i, numbers[i] ?? 0);
    this.starts[code + 1] = end;
    this.count += 1;
    if (this.count * 8 > this.slots.length * 6) this.makeSlots(this.count * 2);
    else this.place(code, numbers);
    return code;
  }

  private makeSlots(size: number): void {
    this.slots = new Uint32Array(size);
    for (let code = 1; code < this.count; code++) this.place(code, this.numbersOf(code));
  }

  private place(code: number, numbers: ArrayLike<number>): void {
    const size = this.slots.length;
    let slot = slotOf(numbers, size);
    while (this.slots[slot] !== 0) slot = slot + 1 === size ? 0 : slot + 1;
    this.slots[slot] = code;
  }

  private take(from: ValueSets): void {
    this.values = from.values;
    this.facets = from.facets;
    this.numbers = from.numbers;
    this.textBytes = from.textBytes;
    this.starts = from.starts;
    this.members = from.members;
    this.slots = from.slots;
    this.count = from.count;
  }
}

function savedMembers(part: SavedPart, least: number): Uint16Array | Uint32Array {
  return part.arrays['members']?.array instanceof Uint32Array
    ? savedArray(part, 'members', Uint32Array, least)
    : savedArray(part, 'members', Uint16Array, least);
}

function slotOf(numbers: ArrayLike<number>, size: number): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < numbers.length; i++) {
    hash = Math.imul(hash ^ (numbers[i] ?? 0), 0x85eb_ca77);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2_ae3d);
  hash ^= hash >>> 16;
  return Math.floor(((hash >>> 0) / 0x1_0000_0000) * size);
}

function larger(from: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(least + (least >> 3) + LEAST);
  next.set(from);
  return next;
}
