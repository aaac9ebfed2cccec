import type { JsonValue } from '../../domain/json.ts';

/** The kinds of arrays that an index is made of. */
export type Column =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** An array with room behind what is used of it. */
export interface SavedArray {
  readonly array: Column;
  /** Elements that say something. */
  readonly used: number;
}

/**
 * What one part of an index puts into a snapshot and gets back from it. The arrays are the living ones: they must not
 * change before they are written.
 */
export interface SavedPart {
  /** Small things: numbers, names. */
  readonly facts: Readonly<Record<string, JsonValue>>;
  readonly arrays: Readonly<Record<string, SavedArray>>;
}

/** A snapshot that is not what its version says; it is not used. */
export class SnapshotError extends Error {}

/** A number of a part. @throws SnapshotError when there is none */
export function savedCount(part: SavedPart, name: string): number {
  const value = part.facts[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new SnapshotError(`${name} is no count`);
  }
  return value;
}

/** An array of a part, with its room. @throws SnapshotError when there is none of this type with `least` elements */
export function savedArray<T extends Column>(
  part: SavedPart,
  name: string,
  type: new (length: number) => T,
  least = 0,
): T {
  const saved = part.arrays[name];
  if (saved === undefined || !(saved.array instanceof type) || saved.used < least) {
    throw new SnapshotError(`${name} is no such array`);
  }
  return saved.array;
}
