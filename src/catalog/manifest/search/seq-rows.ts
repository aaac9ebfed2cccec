import type { Columns } from '../columns.ts';
import { turn } from '../turns.ts';
import { NO_ROW } from './ordinals.ts';

/** Rows looked at before others have their turn: a few milliseconds. */
const AT_ONCE = 32_768;

/** Which row each of many texts belongs to, and which rows have none. */
export interface MappedRows {
  /** As long as `seqs`: the row that has this `seq` now, `NO_ROW` where none has, or where an earlier text has it. */
  readonly rows: Uint32Array;
  /** Live rows of at most `until` that none of the texts is of. */
  readonly missing: number[];
  /** The place in `seqs` of the greatest number that a row has; −1 without any. */
  readonly newest: number;
  /** The greatest of all `seqs`. */
  readonly highest: number;
}

/** Finds the rows of texts by the `seq` of their lines. The columns may change meanwhile. */
export async function mapRows(columns: Columns, seqs: Uint32Array, until: number): Promise<MappedRows> {
  const table = await tableOf(columns);
  const taken = new Uint8Array(columns.used);
  const rows = new Uint32Array(seqs.length);
  let newest = -1;
  let highest = 0;
  for (let i = 0; i < seqs.length; i++) {
    const row = table.find(seqs[i] ?? 0);
    highest = Math.max(highest, seqs[i] ?? 0);
    const isFirst = row !== NO_ROW && taken[row] === 0;
    rows[i] = isFirst ? row : NO_ROW;
    if (isFirst) {
      taken[row] = 1;
      if (newest < 0 || (seqs[i] ?? 0) > (seqs[newest] ?? 0)) newest = i;
    }
    if (i % AT_ONCE === AT_ONCE - 1) await turn();
  }
  const missing: number[] = [];
  for (let row = 0; row < columns.used; row++) {
    if (columns.isLive(row) && columns.seq(row) <= until && taken[row] !== 1) missing.push(row);
    if (row % AT_ONCE === AT_ONCE - 1) await turn();
  }
  return { rows, missing, newest, highest };
}

interface SeqTable {
  find(seq: number): number;
}

/** Open addressing over row numbers; the `seq`s themselves lie in the columns. */
async function tableOf(columns: Columns): Promise<SeqTable> {
  const { used } = columns;
  const bits = Math.max(4, 32 - Math.clz32(used * 2));
  const slots = new Uint32Array(2 ** bits).fill(NO_ROW);
  const mask = slots.length - 1;
  const home = (seq: number) => Math.imul(seq, 0x9e37_79b1) >>> (32 - bits);
  for (let row = 0; row < used; row++) {
    if (columns.isLive(row)) {
      let slot = home(columns.seq(row));
      while (slots[slot] !== NO_ROW) slot = (slot + 1) & mask;
      slots[slot] = row;
    }
    if (row % AT_ONCE === AT_ONCE - 1) await turn();
  }
  return {
    find(seq) {
      for (let slot = home(seq); ; slot = (slot + 1) & mask) {
        const row = slots[slot] ?? NO_ROW;
        if (row === NO_ROW || columns.seq(row) === seq) return row;
      }
    },
  };
}
