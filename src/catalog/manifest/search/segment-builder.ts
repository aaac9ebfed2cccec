import { crc32 } from 'node:zlib';
import { FIELD_END } from '../../../domain/search/fold.ts';
import type { SearchText } from '../../../domain/search/text.ts';
import { blockTextLength } from './block-text.ts';
import { BLOCK_PICTURES } from './match-block.ts';
import { SEGMENT_BLOCKS, type SegmentHead } from './segment.ts';
import { SIGNATURE_BYTES, signLong, signTerms, signText } from './signature.ts';

/** A block is full with so many bytes too: one picture's prompt may be very long. */
const MOST_BLOCK_BYTES = 512 << 10;

/** A segment ready to be written: its head, then the words of all blocks, then their terms. */
export interface BuiltSegment {
  readonly head: SegmentHead;
  readonly words: Buffer;
  readonly terms: Buffer;
}

/** Collects pictures' texts into blocks, until a segment is full. */
export interface SegmentBuilder {
  /** False when the segment is full: the picture belongs to the next one. */
  add(text: SearchText, seq: number, sum: number): boolean;
  finish(): BuiltSegment;
}

export function createSegmentBuilder(): SegmentBuilder {
  const words = createPile();
  const terms = createPile();
  const signatures = new Uint8Array(SEGMENT_BLOCKS * SIGNATURE_BYTES);
  const counts: number[] = [];
  const table: number[] = [];
  const seqs: number[] = [];
  const sums: number[] = [];

  function endBlock(): void {
    if (words.count === 0) return;
    signLong(signatures, counts.length * SIGNATURE_BYTES, words.open, words.bytes);
    counts.push(words.count);
    const [ofWords, ofTerms] = [words.endBlock(), terms.endBlock()];
    table.push(ofWords.length, ofWords.crc, ofTerms.length, ofTerms.crc);
  }

  return {
    add(text, seq, sum) {
      if (words.count === BLOCK_PICTURES || words.bytes + terms.bytes > MOST_BLOCK_BYTES) endBlock();
      if (counts.length === SEGMENT_BLOCKS) return false;
      const signature = counts.length * SIGNATURE_BYTES;
      const { bytes, start, end } = words.add(`${text.free}${FIELD_END}`);
      signText(signatures, signature, bytes, start, end);
      terms.add(text.terms);
      signTerms(signatures, signature, text.terms);
      seqs.push(seq);
      sums.push(sum);
      return true;
    },
    finish() {
      endBlock();
      const head: SegmentHead = {
        counts: Uint16Array.from(counts),
        table: Uint32Array.from(table),
        seqs: Uint32Array.from(seqs),
        sums: Uint32Array.from(sums),
        signatures: signatures.slice(0, counts.length * SIGNATURE_BYTES),
      };
      return { head, words: words.finish(), terms: terms.finish() };
    },
  };
}

interface Added {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Texts of one sort: those of the block that is being made, and the finished blocks. */
interface Pile {
  readonly count: number;
  readonly bytes: number;
  /** The texts of the block that is being made: its first `bytes` bytes. */
  readonly open: Buffer;
  add(text: string): Added;
  endBlock(): { readonly length: number; readonly crc: number };
  finish(): Buffer;
}

function createPile(): Pile {
  let bytes = Buffer.allocUnsafe(64 << 10);
  let end = 0;
  let lengths: number[] = [];
  const blocks: Buffer[] = [];
  return {
    get count() {
      return lengths.length;
    },
    get bytes() {
      return end;
    },
    get open() {
      return bytes;
    },
    add(text) {
      // no code unit takes more than three bytes
      if (end + text.length * 3 > bytes.length) {
        bytes = Buffer.concat([bytes.subarray(0, end)], (end + text.length * 3) * 2);
      }
      const start = end;
      end += bytes.write(text, start, 'utf8');
      lengths.push(end - start);
      return { bytes, start, end };
    },
    endBlock() {
      const block = Buffer.allocUnsafe(blockTextLength(lengths.length, end));
      for (const [i, length] of lengths.entries()) block.writeUInt32LE(length, i * 4);
      bytes.copy(block, lengths.length * 4, 0, end);
      blocks.push(block);
      lengths = [];
      end = 0;
      return { length: block.length, crc: crc32(block) };
    },
    finish: () => Buffer.concat(blocks),
  };
}
