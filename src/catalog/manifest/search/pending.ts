import { type SearchText, searchText } from '../../../domain/search/text.ts';
import type { Entry } from '../../catalog.ts';
import type { Columns } from '../columns.ts';
import { type BlockText, readBlockText } from './block-text.ts';
import { type Matcher, nextInSet, SET_BYTES } from './match-block.ts';
import { createSegmentBuilder } from './segment-builder.ts';

interface Held {
  readonly seq: number;
  readonly text: SearchText;
}

interface LooseBlock {
  readonly rows: readonly number[];
  readonly words: BlockText;
  readonly terms: BlockText;
}

/** About what a picture's folded texts cost as strings, beside their characters. */
const OBJECT_BYTES = 200;

/** Texts of the newest changes, which no file holds yet: matched in memory, with the same code. */
export class Pending {
  private readonly held = new Map<number, Held>();
  private blocks: readonly LooseBlock[] | undefined;
  private textBytes = 0;
  private readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  get size(): number {
    return this.held.size;
  }

  get bytes(): number {
    return this.textBytes + this.held.size * OBJECT_BYTES;
  }

  get rows(): number[] {
    return [...this.held.keys()];
  }

  /** The row's present version is here. */
  has(row: number): boolean {
    return this.held.get(row)?.seq === this.columns.seq(row);
  }

  set(row: number, entry: Entry): void {
    this.delete(row);
    const text = searchText(entry.record());
    this.held.set(row, { seq: entry.seq, text });
    this.blocks = undefined;
    this.textBytes += bytesOf(text);
  }

  delete(row: number): void {
    const held = this.held.get(row);
    if (held === undefined) return;
    this.held.delete(row);
    this.textBytes -= bytesOf(held.text);
    this.blocks = undefined;
  }

  /** Forgets versions that are not the present ones any more. */
  dropStale(): void {
    for (const [row, { seq }] of this.held) if (this.columns.seq(row) !== seq) this.delete(row);
  }

  /** Rows whose present version is here, passes, and for which the terms hold. */
  match(matcher: Matcher, passes: (row: number) => boolean): number[] {
    this.blocks ??= this.makeBlocks();
    return this.blocks.flatMap((block) => {
      const set = new Uint8Array(SET_BYTES);
      for (const [i, row] of block.rows.entries()) {
        if (this.has(row) && passes(row)) set[i >>> 3] = (set[i >>> 3] ?? 0) | (1 << (i & 7));
      }
      matcher.words?.keep(block.words, set, 0);
      matcher.terms?.keep(block.terms, set, 0);
      return rowsIn(set, block.rows);
    });
  }

  private makeBlocks(): LooseBlock[] {
    const blocks: LooseBlock[] = [];
    const rest = [...this.held];
    while (rest.length > 0) {
      const builder = createSegmentBuilder();
      let taken = 0;
      for (const [, { text, seq }] of rest) {
        if (!builder.add(text, seq, 0)) break;
        taken += 1;
      }
      const rows = rest.splice(0, taken).map(([row]) => row);
      const { head, words, terms } = builder.finish();
      let at = { picture: 0, words: 0, terms: 0 };
      for (const [i, count] of head.counts.entries()) {
        const end = {
          picture: at.picture + count,
          words: at.words + (head.table[i * 4] ?? 0),
          terms: at.terms + (head.table[i * 4 + 2] ?? 0),
        };
        blocks.push({
          rows: rows.slice(at.picture, end.picture),
          words: whole(readBlockText(words.subarray(at.words, end.words), count)),
          terms: whole(readBlockText(terms.subarray(at.terms, end.terms), count)),
        });
        at = end;
      }
    }
    return blocks;
  }
}

function whole(text: BlockText | undefined): BlockText {
  if (text === undefined) throw new RangeError('a block that was just made cannot be read');
  return text;
}

function bytesOf({ free, terms }: SearchText): number {
  return (free.length + terms.length) * 2;
}

function rowsIn(set: Uint8Array, rows: readonly number[]): number[] {
  const found: number[] = [];
  for (let i = nextInSet(set, 0, 0); i < rows.length; i = nextInSet(set, 0, i + 1)) found.push(rows[i] ?? 0);
  return found;
}
