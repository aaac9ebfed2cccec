import { crc32 } from 'node:zlib';
import { fromErrno } from '../../../domain/errors.ts';
import type { Owner } from '../../../domain/owner.ts';
import { writeAll } from '../../../storage/durable.ts';
import type { Storage, StorageFile } from '../../../storage/storage.ts';
import type { LogFile } from '../log-file.ts';
import { type BlockText, readBlockText } from './block-text.ts';
import { decodeHead, encodeHead, PREFIX_LENGTH, readPrefix, type SegmentHead, sumPlace } from './segment.ts';
import type { BuiltSegment } from './segment-builder.ts';

/** First line of a search file, newline included. */
export const FILE_HEAD_LENGTH = 160;
const FILE_VERSION = 1;
/** A file's head: another one means another version, owner or epoch, and the file is made again. */
export function encodeFileHead(owner: Owner, epoch: string): Buffer {
  const body = JSON.stringify({ v: FILE_VERSION, what: 'kiroku search', owner, epoch });
  return Buffer.from(`${body.padEnd(FILE_HEAD_LENGTH - 1)}\n`, 'latin1');
}

/** One segment as it is remembered; its texts stay where they are. */
interface Segment {
  readonly counts: Uint16Array;
  readonly table: Uint32Array;
  /** The first of its blocks, counted over the file. */
  readonly first: number;
  /** Byte where the head, the words and the terms begin. */
  readonly head: number;
  readonly words: number;
  readonly terms: number;
  readonly pictures: number;
  /** Bytes from `head` on, where they could not be written. */
  readonly memory: Buffer | undefined;
  /** Two a block: its words', its terms' checksum was right once. */
  readonly checked: Uint8Array;
}

/** One of a block's two texts in the file. */
export interface TextPlace {
  readonly block: number;
  readonly count: number;
  readonly at: number;
  readonly length: number;
  readonly memory: Buffer | undefined;
}

/** The segments of one search file: which block lies where. Reading and writing of bytes, no meaning. */
export class SegmentFile {
  private readonly segments: Segment[] = [];
  private file: LogFile | undefined;
  /** Where the next segment goes. */
  private end = FILE_HEAD_LENGTH;
  private inMemory = 0;
  private readonly mostInMemory: number;
  private failure: unknown;
  private blocks = 0;

  /**
   * @param mostInMemory bytes of segments that are kept in memory when the disk does not take them
   * @param failure why nothing can be written: without a file everything stays in memory
   */
  constructor(file: LogFile | undefined, mostInMemory: number, failure?: unknown) {
    this.file = file;
    this.mostInMemory = mostInMemory;
    this.failure = failure;
  }

  /** Of the file on the disk; undefined without one. */
  get inode(): string | undefined {
    return this.file?.inode;
  }

  /** Takes in the segments that follow the file's head, up to the first one that is not whole. */
  async readHeads(take: (head: SegmentHead) => void): Promise<void> {
    await this.file?.use(async (open) => {
      const { size } = await open.stat();
      while (await this.readHead(open, size, take));
      // what a later segment does not cover must not look like one
      if (this.end < size) await this.cutOff(open);
    });
  }

  private async cutOff(open: StorageFile): Promise<void> {
    try {
      await open.truncate(this.end);
    } catch (error) {
      // readable all the same; what comes now stays in memory
      this.failure = error;
    }
  }

  /** False when no further one is whole. */
  private async readHead(
    open: StorageFile,
    size: number,
    take: (head: SegmentHead) => void,
  ): Promise<boolean> {
    const prefix = readPrefix(await readUpTo(open, this.end, PREFIX_LENGTH));
    if (prefix === undefined) return false;
    const length = prefix.headLength + prefix.wordsLength + prefix.termsLength;
    if (this.end + length > size) return false;
    const head = decodeHead(await readUpTo(open, this.end, prefix.headLength));
    if (head === undefined) return false;
    this.add(head, this.end, prefix, undefined);
    this.end += length;
    take(head);
    return true;
  }

  /** Writes a segment behind the others. @returns why it had to stay in memory @throws KirokuError `disk_full`, … */
  async write(segment: BuiltSegment): Promise<unknown> {
    const head = encodeHead(segment.head);
    const sizes = {
      headLength: head.length,
      wordsLength: segment.words.length,
      termsLength: segment.terms.length,
    };
    const bytes = Buffer.concat([head, segment.words, segment.terms]);
    this.failure ??= await this.writeBytes(bytes);
    if (this.failure === undefined) {
      this.add(segment.head, this.end, sizes, undefined);
      this.end += bytes.length;
      return undefined;
    }
    if (this.inMemory + bytes.length > this.mostInMemory) throw fromErrno(this.failure);
    this.inMemory += bytes.length;
    this.add(segment.head, 0, sizes, bytes);
    return this.failure;
  }

  private async writeBytes(bytes: Buffer): Promise<unknown> {
    const { file, end } = this;
    if (file === undefined) return new Error('there is no file');
    try {
      await file.use(async (open) => {
        try {
          await writeAll(open, bytes, end);
        } catch (error) {
          await open.truncate(end).catch(() => undefined);
          throw error;
        }
      });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private add(
    { counts, table, seqs }: SegmentHead,
    head: number,
    sizes: { readonly headLength: number; readonly wordsLength: number },
    memory: Buffer | undefined,
  ): void {
    const words = head + sizes.headLength;
    const terms = words + sizes.wordsLength;
    const checked = new Uint8Array(counts.length * 2);
    const { blocks: first } = this;
    this.segments.push({ counts, table, first, head, words, terms, pictures: seqs.length, memory, checked });
    this.blocks += counts.length;
  }

  /** Where a block's words or terms lie. */
  placeOf(block: number, part: 'words' | 'terms'): TextPlace {
    const segment = this.segmentOf(block);
    const { first, table, counts, memory } = segment;
    const field = part === 'words' ? 0 : 2;
    let at = segment[part];
    for (let b = 0; b < block - first; b++) at += table[b * 4 + field] ?? 0;
    const inside = block - first;
    return { block, count: counts[inside] ?? 0, at, length: table[inside * 4 + field] ?? 0, memory };
  }

  /** A block's text out of its bytes; undefined when they are not those that were written. */
  check(block: number, part: 'words' | 'terms', bytes: Buffer): BlockText | undefined {
    const { first, table, counts, checked } = this.segmentOf(block);
    const inside = block - first;
    const field = part === 'words' ? 0 : 1;
    if (checked[inside * 2 + field] === 0) {
      if (crc32(bytes) !== table[inside * 4 + field * 2 + 1]) return undefined;
      checked[inside * 2 + field] = 1;
    }
    return readBlockText(bytes, counts[inside] ?? 0);
  }

  /** CRC-32 of the line that a picture's text was made from. @throws the operating system's error */
  async sumOf(block: number, picture: number): Promise<number> {
    const { first, counts, pictures, head, memory } = this.segmentOf(block);
    let before = picture;
    for (let b = 0; b < block - first; b++) before += counts[b] ?? 0;
    const at = head + sumPlace(counts.length, pictures, before);
    const bytes = memory === undefined ? await this.read(at, 4) : memory.subarray(at, at + 4);
    return bytes.length === 4 ? bytes.readUInt32LE(0) : -1;
  }

  /** Fewer bytes than asked for where the file ends. @throws the operating system's error */
  async read(at: number, length: number, into?: Buffer): Promise<Buffer> {
    const { file } = this;
    return file === undefined ? Buffer.alloc(0) : file.use((open) => readUpTo(open, at, length, into));
  }

  private segmentOf(block: number): Segment {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.segments[middle]?.first ?? 0) <= block) low = middle;
      else high = middle - 1;
    }
    const segment = this.segments[low];
    if (segment === undefined || block >= segment.first + segment.counts.length)
      throw new RangeError('no such block');
    return segment;
  }

  /** The same file under another name. */
  async moveTo(file: LogFile): Promise<void> {
    const former = this.file;
    this.file = file;
    await former?.retire();
  }

  async close(): Promise<void> {
    await this.file?.retire();
  }
}

async function readUpTo(file: StorageFile, at: number, length: number, into?: Buffer): Promise<Buffer> {
  const target = into !== undefined && into.length >= length ? into : Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const got = await file.read(target, done, length - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return target.subarray(0, done);
}

/** A new file with nothing but its head. @throws the operating system's error; nothing is left then */
export async function createFile(storage: Storage, path: string, head: Buffer): Promise<void> {
  await storage.unlink(path).catch(() => undefined);
  const made = await storage.open(path, 'create');
  try {
    try {
      await writeAll(made, head, 0);
    } finally {
      await made.close();
    }
  } catch (error) {
    await storage.unlink(path).catch(() => undefined);
    throw error;
  }
}
