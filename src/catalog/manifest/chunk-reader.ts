import type { StorageFile } from '../../storage/storage.ts';

/** The first read is small: what follows it is compiled then. Each is twice the one before, up to `LARGEST`. */
const SMALLEST = 64 << 10;
const LARGEST = 1 << 20;
/** Room before each piece for the end of the one before. */
const FRONT = 64 << 10;

/**
 * Reads a file from one byte to another in pieces, the next one while the present one is worked on. What was not taken
 * of a piece stands before the next.
 */
export class ChunkReader {
  /** Holds the piece, from `start` to `end`. */
  buffer: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  private spare: Buffer = Buffer.alloc(0);
  private readonly file: StorageFile;
  private readonly to: number;
  /** Byte of the file behind all that was read or is being read. */
  private position: number;
  private size = SMALLEST;
  private pending: Promise<number> | undefined;

  constructor(file: StorageFile, from: number, to: number) {
    this.file = file;
    this.position = from;
    this.to = to;
  }

  /**
   * The next piece.
   * @param taken how far the present one was taken; the rest is given again
   * @returns false when nothing more could be read: the file ends before it should
   * @throws the operating system's error
   */
  async next(taken: number): Promise<boolean> {
    const got = await (this.pending ?? this.begin());
    this.pending = undefined;
    if (got === 0) return false;
    const rest = this.buffer.subarray(taken, this.end);
    const read = this.spare;
    if (rest.length <= FRONT) {
      this.start = FRONT - rest.length;
      rest.copy(read, this.start);
      this.spare = this.buffer;
      this.buffer = read;
      this.end = FRONT + got;
    } else {
      this.buffer = Buffer.concat([rest, read.subarray(FRONT, FRONT + got)]);
      this.start = 0;
      this.end = this.buffer.length;
    }
    this.position += got;
    if (this.position < this.to) this.pending = this.begin();
    // a failure is told by the next call
    this.pending?.catch(() => undefined);
    return true;
  }

  /** Waits for a read that nobody asks for any more: the file may be closed then. */
  async settle(): Promise<void> {
    await this.pending?.catch(() => undefined);
  }

  private begin(): Promise<number> {
    const length = Math.min(this.size, this.to - this.position);
    this.size = Math.min(this.size * 2, LARGEST);
    if (this.spare.length < FRONT + length) this.spare = Buffer.allocUnsafeSlow(FRONT + length);
    return this.file.read(this.spare, FRONT, length, this.position);
  }
}
