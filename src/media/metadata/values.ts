import type { JsonValue } from '../../domain/json.ts';

type Given = JsonValue | undefined;

const MAX_SEED = 2n ** 64n - 1n;
const MAX_SIZE = 1_000_000;
/** Items of a text with commas: nobody looks at more, and megabytes of commas would fill the memory. */
const MAX_ITEMS = 1000;
/** Longest text that is taken for a number. */
const MAX_NUMBER = 40;

/** A type whose members may also be there and undefined: what readers put together before `known`. */
export type Loose<T> = { readonly [name in keyof T]?: T[name] | undefined };

/** Leaves out the members that are undefined: absent is unknown. */
export function known<T extends object>(fields: Loose<T>): Partial<T> {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Members keep their names and types; `fromEntries` cannot say so.
  return Object.fromEntries(there) as Partial<T>;
}

export function textOf(value: Given): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A name: trimmed; empty and `None` (Python's word in a form field) are no name. */
export function nameOf(value: Given): string | undefined {
  const name = textOf(value)?.trim();
  return name === undefined || name === '' || name === 'None' ? undefined : name;
}

/** A finite number, also written as a text in any of Python's forms (`7`, `7.0`, `1e-05`). */
export function numberOf(value: Given): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.length > MAX_NUMBER) return undefined;
  const text = value.trim();
  if (!/^[+-]?[0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?$/.test(text) || !/^[+-]?\.?[0-9]/.test(text))
    return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number from 0 on; `20.0` is one. */
export function countOf(value: Given): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** A seed as a decimal text, 0 … 2^64 − 1; −1 ("choose one") and anything else is unknown. */
export function seedOf(value: Given): string | undefined {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  }
  const text = textOf(value)?.trim();
  if (text === undefined || !/^[0-9]{1,20}$/.test(text)) return undefined;
  const seed = BigInt(text);
  return seed <= MAX_SEED ? seed.toString() : undefined;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Two numbers of pixels. */
export function sizeOf(width: Given, height: Given): Size | undefined {
  const [w, h] = [countOf(width), countOf(height)];
  if (w === undefined || h === undefined || w === 0 || h === 0) return undefined;
  return w <= MAX_SIZE && h <= MAX_SIZE ? { width: w, height: h } : undefined;
}

/** `512x768`, `832 x 1216`, `(1152, 896)`, `1152×896`. */
export function sizeOfText(value: Given): Size | undefined {
  const match =
    typeof value === 'string' ? /^[( ]{0,4}([0-9]{1,6}) ?[x×,*] ?([0-9]{1,6})[) ]{0,4}$/i.exec(value) : null;
  return match === null ? undefined : sizeOf(match[1], match[2]);
}

/** A list, or a text with commas between its items, as SwarmUI writes either. */
export function listOf(value: Given): readonly JsonValue[] {
  if (isList(value)) return value;
  if (typeof value !== 'string' || value.trim() === '') return [];
  return value.split(',', MAX_ITEMS).map((item) => item.trim());
}

/** `Array.isArray` does not narrow a read-only list. */
export function isList(value: Given): value is readonly JsonValue[] {
  return Array.isArray(value);
}
