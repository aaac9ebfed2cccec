import type { Entry } from '../catalog.ts';
import { LineEntry } from './line-entry.ts';
import { weightOf } from './ring.ts';

/** Entries kept: some pages. */
const MOST = 256;
/** Rows remembered to have been asked for once; a power of two. */
const MARKS = 1024;

/**
 * Entries that were read from the disk last (deep pages, trash), so that a page asked for again costs no second read.
 * An entry of an older version is never given: whoever asks names the sequence number it must have.
 *
 * What is read as one of many is kept only when it is asked for a second time: who walks through a long history
 * would otherwise push out everything else, and each page would outlive the answer that it was read for.
 */
export class Warm {
  private readonly entries = new Map<number, Entry>();
  private held = 0;
  /** Row + 1 by its low bits. */
  private marks: Uint32Array | undefined;

  get bytes(): number {
    return this.held + (this.marks?.byteLength ?? 0);
  }

  get(row: number, seq: number): Entry | undefined {
    const entry = this.entries.get(row);
    return entry?.seq === seq ? entry : undefined;
  }

  /** Offers an entry that was just read. */
  offer(row: number, entry: Entry): void {
    if (entry instanceof LineEntry && entry.isShared) {
      if (this.isFirst(row)) return;
      entry.detach();
    }
    this.drop(row);
    this.entries.set(row, entry);
    this.held += weightOf(entry);
    if (this.entries.size <= MOST) return;
    for (const oldest of this.entries.keys()) {
      this.drop(oldest);
      break;
    }
  }

  private isFirst(row: number): boolean {
    this.marks ??= new Uint32Array(MARKS);
    const at = row & (MARKS - 1);
    if (this.marks[at] === row + 1) return false;
    this.marks[at] = row + 1;
    return true;
  }

  private drop(row: number): void {
    const entry = this.entries.get(row);
    if (entry === undefined) return;
    this.entries.delete(row);
    this.held -= weightOf(entry);
  }
}
