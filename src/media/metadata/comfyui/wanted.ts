import { isObject } from './graph.ts';

/** A type of value that is looked for among a node's inputs. */
export interface Wanted<T> {
  readonly name: 'text' | 'number' | 'seed' | 'boolean';
  /** Of a value that stands where this type is expected; ComfyUI turns `"20"` into 20 itself. */
  read(value: unknown): T | undefined;
  /** Of a value that may stand for anything: only what has the type itself. */
  isPlainly(value: unknown): boolean;
}

const MAX_SEED = 2n ** 64n - 1n;
/** Characters of a text that are looked at: far more than a record keeps. A graph may name one text thousands of times. */
const MAX_TEXT = 256 * 1024;

/** Reads a seed: 0 … 2^64 − 1, decimal. A number that JavaScript has rounded is no seed any more. */
export function readSeed(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  if (typeof value !== 'string' || !/^[0-9]{1,20}$/.test(value)) return undefined;
  const exact = BigInt(value);
  return exact <= MAX_SEED ? exact.toString() : undefined;
}

/** pysssss' loaders keep a file's name beside its preview: `{content, image}`. */
function readText(value: unknown): string | undefined {
  const text = isObject(value) ? value['content'] : value;
  return typeof text === 'string' ? text.slice(0, MAX_TEXT) : undefined;
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(value)) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

const TRUE = ['true', 'enable', 'enabled', 'yes', 'on'];
const FALSE = ['false', 'disable', 'disabled', 'no', 'off'];

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  if (TRUE.includes(value.toLowerCase())) return true;
  return FALSE.includes(value.toLowerCase()) ? false : undefined;
}

/** Long whole numbers are kept as texts by the JSON reader. */
const isPlainNumber = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && /^[0-9]{16,20}$/.test(value));

export const TEXT: Wanted<string> = {
  name: 'text',
  read: readText,
  isPlainly: (value) => typeof value === 'string',
};
export const NUMBER: Wanted<number> = { name: 'number', read: readNumber, isPlainly: isPlainNumber };
export const SEED: Wanted<string> = { name: 'seed', read: readSeed, isPlainly: isPlainNumber };
export const BOOLEAN: Wanted<boolean> = {
  name: 'boolean',
  read: readBoolean,
  isPlainly: (value) => typeof value === 'boolean',
};
