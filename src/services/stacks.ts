import type { Entry } from '../catalog/catalog.ts';
import type { PictureId } from '../domain/id.ts';
import { recipeNumbers } from '../domain/search/recipe-key.ts';

/** Pictures that are equal in every number of their recipe but one. */
export interface Stack {
  /** `seed`, `steps`, `cfg` or `lora:{name}`. */
  readonly varies: string;
  /** In the order of the family. */
  readonly members: readonly Entry[];
}

export interface Axis {
  /** As `Stack.varies`. */
  readonly name: string;
  /** The values that occur, rising; what is unknown is none. */
  readonly values: readonly string[];
}

/** Pictures that are equal in every number but two, by their values of those. */
export interface Grid {
  readonly x: Axis;
  readonly y: Axis;
  /** Places in the axes' values. At most one picture each: the first of the family. */
  readonly cells: readonly { readonly x: number; readonly y: number; readonly id: PictureId }[];
}

/** How one picture's family varies. */
export interface Variations {
  /** Numbers over which there is a stack, and how many pictures it has; `seed` first. */
  readonly varying: readonly { readonly name: string; readonly total: number }[];
  /** @param varies by default the seed, else the number with the largest stack */
  stack(varies?: string): Stack | undefined;
  /** @param axes by default the two numbers whose grid has the most pictures */
  grid(axes?: { readonly x: string; readonly y: string }): Grid | undefined;
}

interface Member {
  readonly entry: Entry;
  readonly numbers: ReadonlyMap<string, string | null>;
  /** Numbers in which it is not like the picture in question. */
  readonly differs: readonly string[];
}

/**
 * Compares the pictures of one recipe (`recipeKey`) with one of them.
 * @param family in the order in which members are to be given; the picture itself is among them
 */
export function variationsOf(picture: Entry, family: readonly Entry[]): Variations {
  const own = recipeNumbers(picture.record());
  const names = [...own.keys()];
  const members = family.map((entry): Member => {
    const numbers = recipeNumbers(entry.record());
    return { entry, numbers, differs: names.filter((name) => numbers.get(name) !== own.get(name)) };
  });
  const varying = names
    .filter((name) => members.some(({ differs }) => differs.length === 1 && differs[0] === name))
    .map((name) => ({ name, total: within(members, [name]).length }));
  const largest = varying.reduce((best, one) => (one.total > best.total ? one : best), {
    name: '',
    total: 0,
  });
  const usual = varying.some(({ name }) => name === 'seed') ? 'seed' : largest.name;
  return {
    varying,
    stack(varies = usual) {
      if (!varying.some(({ name }) => name === varies)) return undefined;
      return { varies, members: within(members, [varies]).map(({ entry }) => entry) };
    },
    grid(axes) {
      if (axes !== undefined)
        return names.includes(axes.x) && names.includes(axes.y) ? gridOf(members, axes) : undefined;
      for (const pair of pairsOf(members, names)) {
        const grid = gridOf(members, pair);
        if (grid !== undefined) return grid;
      }
      return undefined;
    },
  };
}

/** Those that differ in nothing but these numbers. */
function within(members: readonly Member[], names: readonly string[]): Member[] {
  return members.filter(({ differs }) => differs.every((name) => names.includes(name)));
}

/** Every two numbers that vary, the ones with the most pictures first. Counted in one pass: there may be many pairs. */
function pairsOf(members: readonly Member[], names: readonly string[]): { x: string; y: string }[] {
  const alone = new Map<string, number>();
  const together = new Map<string, number>();
  for (const { differs } of members) {
    const counted = differs.length < 2 ? alone : together;
    if (differs.length <= 2) counted.set(differs.join(), (counted.get(differs.join()) ?? 0) + 1);
    if (differs.length === 2) for (const name of differs) alone.set(name, alone.get(name) ?? 0);
  }
  const vary = names.filter((name) => alone.has(name));
  return vary
    .flatMap((x, index) => vary.slice(index + 1).map((y) => ({ x, y })))
    .map(({ x, y }) => ({
      x,
      y,
      total: (alone.get(x) ?? 0) + (alone.get(y) ?? 0) + (together.get([x, y].join()) ?? 0),
    }))
    .sort((a, b) => b.total - a.total);
}

/** Undefined where one of the two has fewer than two values. */
function gridOf(
  all: readonly Member[],
  { x, y }: { readonly x: string; readonly y: string },
): Grid | undefined {
  if (x === y) return undefined;
  const members = within(all, [x, y]);
  const across = valuesOf(members, x);
  const down = valuesOf(members, y);
  if (across.length < 2 || down.length < 2) return undefined;
  const cells = new Map<string, Grid['cells'][number]>();
  for (const { entry, numbers } of members) {
    const place = { x: across.indexOf(numbers.get(x) ?? ''), y: down.indexOf(numbers.get(y) ?? '') };
    const name = `${place.x} ${place.y}`;
    if (place.x >= 0 && place.y >= 0 && !cells.has(name)) cells.set(name, { ...place, id: entry.id });
  }
  return {
    x: { name: x, values: across },
    y: { name: y, values: down },
    cells: [...cells.values()].sort((a, b) => a.y - b.y || a.x - b.x),
  };
}

function valuesOf(members: readonly Member[], name: string): string[] {
  const values = new Set(members.map(({ numbers }) => numbers.get(name)));
  return [...values].filter((value) => typeof value === 'string').sort(byNumber);
}

/** Seeds go to 2^64 − 1, past what a number tells apart. */
function byNumber(a: string, b: string): number {
  const whole = /^\d+$/;
  if (!whole.test(a) || !whole.test(b)) return Number(a) - Number(b);
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
