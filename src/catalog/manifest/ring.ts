import type { Entry } from '../catalog.ts';
import type { Columns } from './columns.ts';
import { LineEntry } from './line-entry.ts';
import type { RowOrder } from './order.ts';

/**
 * The newest active pictures of one kind, ready to be sent: the same `Entry` each time, so that whoever makes
 * something of it can remember it by identity. Filled as pages are read and as pictures come in.
 */
export class Ring {
  private readonly entries = new Map<number, Entry>();
  private readonly order: RowOrder;
  private readonly columns: Columns;
  private readonly size: number;
  private held = 0;

  constructor(order: RowOrder, columns: Columns, size: number) {
    this.order = order;
    this.columns = columns;
    this.size = size;
  }

  get bytes(): number {
    return this.held;
  }

  get(row: number): Entry | undefined {
    return this.entries.get(row);
  }

  /** Keeps the entry if its row is among the newest; false when it is not. */
  offer(row: number, entry: Entry): boolean {
    this.drop(row);
    const { order, size } = this;
    if (size === 0 || order.length === 0) return false;
    if (!this.isAmongNewest(row)) return false;
    if (entry instanceof LineEntry) entry.detach();
    this.entries.set(row, entry);
    this.held += weightOf(entry);
    if (this.entries.size > size) this.prune();
    return true;
  }

  drop(row: number): void {
    const entry = this.entries.get(row);
    if (entry === undefined) return;
    this.entries.delete(row);
    this.held -= weightOf(entry);
  }

  clear(): void {
    this.entries.clear();
    this.held = 0;
  }

  /** Drops what is no longer among the newest: nearly always the one row that was just pushed out. */
  private prune(): void {
    const { order, size } = this;
    this.drop(order.at(order.length - size - 1));
    if (this.entries.size <= size) return;
    for (const row of [...this.entries.keys()]) {
      if (!this.isAmongNewest(row)) this.drop(row);
    }
  }

  private isAmongNewest(row: number): boolean {
    const { order, columns, size } = this;
    return order.length <= size || columns.compare(order.at(order.length - size), row) <= 0;
  }
}

/** Bytes of the JSON, and about what the objects around it cost. */
export function weightOf(entry: Entry): number {
  return entry.publicJson.byteLength * 2 + 400;
}
