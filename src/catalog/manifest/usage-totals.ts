import { KINDS, STATUSES } from '../../domain/kind.ts';
import { emptyUse, type UseByKind } from '../usage.ts';
import type { Columns } from './columns.ts';

const MEMBERS = 3;

/** Counts and bytes by kind and status, kept while rows come and go. */
export class UsageTotals {
  private readonly sums = new Float64Array(KINDS.length * STATUSES.length * MEMBERS);

  add(columns: Columns, row: number): void {
    this.change(columns, row, 1);
  }

  remove(columns: Columns, row: number): void {
    this.change(columns, row, -1);
  }

  /** What there is of each kind in this status (place in `STATUSES`). */
  of(status: number): UseByKind {
    const use = emptyUse();
    for (const [kind, name] of KINDS.entries()) {
      const at = placeOf(kind, status);
      const [count = 0, bytes = 0, thumbBytes = 0] = this.sums.subarray(at, at + MEMBERS);
      use[name] = { count, bytes, thumbBytes };
    }
    return use;
  }

  private change(columns: Columns, row: number, sign: 1 | -1): void {
    const at = placeOf(columns.kind(row), columns.status(row));
    this.sums[at] = (this.sums[at] ?? 0) + sign;
    this.sums[at + 1] = (this.sums[at + 1] ?? 0) + sign * columns.originalBytes(row);
    this.sums[at + 2] = (this.sums[at + 2] ?? 0) + sign * columns.thumbBytes(row);
  }
}

function placeOf(kind: number, status: number): number {
  return (kind * STATUSES.length + status) * MEMBERS;
}
