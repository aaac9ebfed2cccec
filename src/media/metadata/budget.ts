/** Bytes of one text value, packed or unpacked. */
const MAX_TEXT = 8 * 1024 * 1024;
/** Bytes of everything that is read or unpacked for one file: a string takes up to twice as many. */
const MAX_TOTAL = 16 * 1024 * 1024;
/** Places with text in one file. */
const MAX_PLACES = 256;
/** How much larger a text may become by unpacking, above `FREE_INFLATE`. */
const MAX_RATIO = 200;
const FREE_INFLATE = 64 * 1024;
const MAX_WARNINGS = 16;

/** What reading one file may cost. It is asked before the cost is paid, and failed attempts count too. */
export interface Budget {
  /** Counts one more place with text of this many bytes, which are about to be read or copied. */
  take(bytes: number): boolean;
  /** Most bytes that a text packed into this many may unpack to; it counts as paid. */
  inflate(packed: number): number;
  /** Gives back what an unpacking did not use. */
  giveBack(bytes: number): void;
  /** Bytes paid for so far. */
  spent(): number;
}

/** The limits of one file, used up while it is read (`docs/recipes.md`, "Limits"). */
export function createBudget(): Budget {
  let left = MAX_TOTAL;
  let places = 0;
  return {
    take(bytes) {
      if (bytes > MAX_TEXT || bytes > left || places >= MAX_PLACES) return false;
      places += 1;
      left -= bytes;
      return true;
    },
    inflate(packed) {
      const most = Math.min(MAX_TEXT, Math.max(FREE_INFLATE, packed * MAX_RATIO), left);
      left -= most;
      return most;
    },
    giveBack(bytes) {
      left += bytes;
    },
    spent: () => MAX_TOTAL - left,
  };
}

/** A list of warnings that cannot grow without bound. */
export function createWarnings(): { readonly list: readonly string[]; add(warning: string): void } {
  const list: string[] = [];
  return {
    list,
    add(warning) {
      if (list.length < MAX_WARNINGS && !list.includes(warning)) list.push(warning);
    },
  };
}
