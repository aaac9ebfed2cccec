import { type SavedPart, savedArray } from './saved-part.ts';

/** How long a mark is remembered; longer than any window a caller may ask for. */
export const MARK_AGE = 7 * 86_400_000;

/**
 * Idempotency marks of the last days, 20 bytes each, oldest first. A mark is only a hint at a row: rows are used
 * again, so that who finds one verifies it on the line.
 */
export class Marks {
  private first = 0;
  private end = 0;
  private highs = new Uint32Array(0);
  private lows = new Uint32Array(0);
  private rows = new Uint32Array(0);
  private times = new Float64Array(0);

  get bytes(): number {
    return this.highs.length * 20;
  }

  get length(): number {
    return this.end - this.first;
  }

  add(high: number, low: number, row: number, time: number): void {
    if (this.end === this.highs.length) this.compact(time);
    this.highs[this.end] = high;
    this.lows[this.end] = low;
    this.rows[this.end] = row;
    this.times[this.end] = time;
    this.end += 1;
  }

  /** Rows that a mark may have made at or after `since`, newest first. */
  *find(high: number, low: number, since: number): Generator<{ row: number; time: number }> {
    for (let i = this.end - 1; i >= this.first; i--) {
      if (this.lows[i] !== low || this.highs[i] !== high) continue;
      const time = this.times[i] ?? 0;
      if (time >= since) yield { row: this.rows[i] ?? 0, time };
    }
  }

  save(): SavedPart {
    const { first, end } = this;
    const saved = (array: Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>) => ({
      array: array.slice(first, end),
      used: end - first,
    });
    const { highs, lows, rows, times } = this;
    return {
      facts: {},
      arrays: { highs: saved(highs), lows: saved(lows), rows: saved(rows), times: saved(times) },
    };
  }

  /** Takes the place of what is here. @throws SnapshotError */
  restore(part: SavedPart): void {
    this.times = savedArray(part, 'times', Float64Array);
    const { length } = this.times;
    this.highs = savedArray(part, 'highs', Uint32Array, length);
    this.lows = savedArray(part, 'lows', Uint32Array, length);
    this.rows = savedArray(part, 'rows', Uint32Array, length);
    this.first = 0;
    this.end = length;
  }

  /** Forgets what is too old, and grows by an eighth when that frees too little. */
  private compact(now: number): void {
    while (this.first < this.end && (this.times[this.first] ?? 0) < now - MARK_AGE) this.first += 1;
    const size = this.length + Math.max(16, this.length >> 3);
    const { first, end } = this;
    this.highs = moved(new Uint32Array(size), this.highs.subarray(first, end));
    this.lows = moved(new Uint32Array(size), this.lows.subarray(first, end));
    this.rows = moved(new Uint32Array(size), this.rows.subarray(first, end));
    this.times = moved(new Float64Array(size), this.times.subarray(first, end));
    this.end -= first;
    this.first = 0;
  }
}

function moved<T extends Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(target: T, from: T): T {
  target.set(from);
  return target;
}
