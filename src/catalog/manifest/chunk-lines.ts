import { ChunkCrc } from './chunk-crc.ts';
import { claimedCrc, crcBodyEnd, crcHolds } from './line.ts';

/** The whole lines of a piece of a manifest, and whether their checksums are right. One is used over a whole file. */
export class ChunkLines {
  count = 0;
  /** Where each line's newline stands. */
  private ends = new Uint32Array(1 << 10);
  private readonly crc = new ChunkCrc();
  private buffer: Buffer = Buffer.alloc(0);
  private proved = false;

  /** Finds the lines between two places; a last one without its end is left out. */
  read(buffer: Buffer, from: number, to: number): void {
    this.buffer = buffer;
    this.count = 0;
    this.proved = true;
    this.crc.start();
    let start = from;
    while (start < to) {
      const end = buffer.indexOf(10, start);
      // what lies behind `to` is left of an earlier read
      if (end < 0 || end >= to) break;
      this.add(start, end);
      start = end + 1;
    }
    this.proved &&= this.crc.holds(buffer.subarray(from, start));
  }

  /** Position of the newline of line `n`. */
  end(n: number): number {
    return this.ends[n] ?? 0;
  }

  /** Whether the checksum of the line between two positions (newline excluded) is right. */
  holds(start: number, end: number): boolean {
    return this.proved || crcHolds(this.buffer, start, end);
  }

  private add(start: number, end: number): void {
    const { buffer, crc } = this;
    const body = crcBodyEnd(end);
    const claimed = body > start ? claimedCrc(buffer, end) : -1;
    if (claimed < 0) this.proved = false;
    else {
      crc.addKnown(claimed, body - start);
      crc.addBytes(buffer, body, end + 1);
    }
    if (this.count === this.ends.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.ends);
      this.ends = larger;
    }
    this.ends[this.count] = end;
    this.count += 1;
  }
}
