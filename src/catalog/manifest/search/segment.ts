import { crc32 } from 'node:zlib';
import { BLOCK_PICTURES } from './match-block.ts';
import { SIGNATURE_BYTES } from './signature.ts';

/** `KTS1`: the first bytes of every segment. */
const MAGIC = 0x3153_544b;
/** Magic, blocks, pictures, bytes of all words, bytes of all terms: u32 each. */
export const PREFIX_LENGTH = 20;
/** Blocks of a full segment: they are read together where most are wanted. */
export const SEGMENT_BLOCKS = 16;
/** Length and CRC-32 of a block's words, and of its terms. */
const BLOCK_FIELDS = 4;

/** What a segment's head says; the words of all its blocks lie behind it, then the terms of all its blocks. */
export interface SegmentHead {
  /** Pictures of each block. */
  readonly counts: Uint16Array;
  /** Of each block: length and CRC-32 of its words, length and CRC-32 of its terms. */
  readonly table: Uint32Array;
  /** Of each picture the `seq` of the line that its text was made from, and that line's CRC-32. */
  readonly seqs: Uint32Array;
  readonly sums: Uint32Array;
  readonly signatures: Uint8Array;
}

interface Sizes {
  readonly blocks: number;
  readonly pictures: number;
  readonly wordsLength: number;
  readonly termsLength: number;
}

/** Where the parts of a head begin. */
function layout(blocks: number, pictures: number) {
  const table = PREFIX_LENGTH + Math.ceil(blocks / 2) * 4;
  const seqs = table + blocks * BLOCK_FIELDS * 4;
  const sums = seqs + pictures * 4;
  const signatures = sums + pictures * 4;
  const crc = signatures + blocks * SIGNATURE_BYTES;
  return { counts: PREFIX_LENGTH, table, seqs, sums, signatures, crc, end: crc + 4 };
}

export function encodeHead(head: SegmentHead): Buffer {
  const { counts, table, seqs, sums, signatures } = head;
  const at = layout(counts.length, seqs.length);
  const bytes = Buffer.alloc(at.end);
  const lengths = areaLengths(table);
  const prefix = [MAGIC, counts.length, seqs.length, lengths.words, lengths.terms];
  for (const [i, value] of prefix.entries()) bytes.writeUInt32LE(value, i * 4);
  for (const [i, count] of counts.entries()) bytes.writeUInt16LE(count, at.counts + i * 2);
  writeWords(bytes, at.table, table);
  writeWords(bytes, at.seqs, seqs);
  writeWords(bytes, at.sums, sums);
  bytes.set(signatures, at.signatures);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, at.crc)), at.crc);
  return bytes;
}

function areaLengths(table: Uint32Array): { readonly words: number; readonly terms: number } {
  let words = 0;
  let terms = 0;
  for (let i = 0; i < table.length; i += BLOCK_FIELDS) {
    words += table[i] ?? 0;
    terms += table[i + 2] ?? 0;
  }
  return { words, terms };
}

/** What the first bytes of a segment say of its size; undefined when it is none of ours. */
export function readPrefix(prefix: Buffer): (Sizes & { readonly headLength: number }) | undefined {
  if (prefix.length < PREFIX_LENGTH || prefix.readUInt32LE(0) !== MAGIC) return undefined;
  const blocks = prefix.readUInt32LE(4);
  const pictures = prefix.readUInt32LE(8);
  if (blocks === 0 || blocks > SEGMENT_BLOCKS || pictures > blocks * BLOCK_PICTURES) return undefined;
  return {
    blocks,
    pictures,
    wordsLength: prefix.readUInt32LE(12),
    termsLength: prefix.readUInt32LE(16),
    headLength: layout(blocks, pictures).end,
  };
}

/** Undefined for anything that is not a whole and sound head. */
export function decodeHead(bytes: Buffer): SegmentHead | undefined {
  const sizes = readPrefix(bytes);
  if (sizes === undefined || bytes.length !== sizes.headLength) return undefined;
  const { blocks, pictures } = sizes;
  const at = layout(blocks, pictures);
  if (crc32(bytes.subarray(0, at.crc)) !== bytes.readUInt32LE(at.crc)) return undefined;
  const counts = Uint16Array.from({ length: blocks }, (_, i) => bytes.readUInt16LE(at.counts + i * 2));
  const table = readWords(bytes, at.table, blocks * BLOCK_FIELDS);
  const lengths = areaLengths(table);
  if (lengths.words !== sizes.wordsLength || lengths.terms !== sizes.termsLength) return undefined;
  if (counts.some((count) => count > BLOCK_PICTURES)) return undefined;
  if (counts.reduce((sum, count) => sum + count, 0) !== pictures) return undefined;
  const signatures = Uint8Array.from(bytes.subarray(at.signatures, at.crc));
  const seqs = readWords(bytes, at.seqs, pictures);
  return { counts, table, seqs, sums: readWords(bytes, at.sums, pictures), signatures };
}

/** Byte of a head at which the CRC-32 of a picture's line stands. */
export function sumPlace(blocks: number, pictures: number, picture: number): number {
  return layout(blocks, pictures).sums + picture * 4;
}

function writeWords(bytes: Buffer, at: number, words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) bytes.writeUInt32LE(words[i] ?? 0, at + i * 4);
}

function readWords(bytes: Buffer, at: number, count: number): Uint32Array {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = bytes.readUInt32LE(at + i * 4);
  return words;
}
