import type { Entry } from '../catalog.ts';
import { weightOf } from './ring.ts';

/** Entries kept: some pages. */
const MOST = 256;

/**
 * Entries that were read from the disk last (deep pages, trash), so that a page asked for again costs no second read.
 * An entry of an older version is never given: whoever asks names the sequence number it must have.
 */
export class Warm {
  private readonly entries = new Map<number, Entry>();
  private held = 0;

  get bytes(): number {
    return this.held;
  }

  get(row: number, seq: number): Entry | undefined {
    const entry = this.entries.get(row);
    return entry?.seq === seq ? entry : undefined;
  }

  set(row: number, entry: Entry): void {
    this.drop(row);
    this.entries.set(row, entry);
    this.held += weightOf(entry);
    if (this.entries.size <= MOST) return;
    for (const oldest of this.entries.keys()) {
      this.drop(oldest);
      break;
    }
  }

  private drop(row: number): void {
    const entry = this.entries.get(row);
    if (entry === undefined) return;
    this.entries.delete(row);
    this.held -= weightOf(entry);
  }
}
