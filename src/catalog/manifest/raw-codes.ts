const LEAST = 64;
/** More are not remembered: a history in which every picture has tags of its own gains nothing from it. */
const MOST = 1 << 16;

/** Two independent 32-bit hashes of some bytes: taken for the bytes themselves. */
export interface RawHash {
  high: number;
  low: number;
}

export function startHash(hash: RawHash): void {
  hash.high = 0x2545_f491;
  hash.low = 0x4f6c_dd1d;
}

/** Takes the bytes between two positions into the hash, and that they end here. */
export function hashRange(view: DataView, start: number, end: number, hash: RawHash): void {
  let { high, low } = hash;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true);
    high = Math.imul(high ^ word, 0x9e37_79b1);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low ^ word, 0x85eb_ca77);
    low = (low << 17) | (low >>> 15);
  }
  let rest = end - start;
  for (; at < end; at++) rest = (rest << 8) | view.getUint8(at);
  high = Math.imul(high ^ rest, 0x9e37_79b1);
  low = Math.imul(low ^ rest, 0x85eb_ca77);
  hash.high = high ^ (high >>> 15);
  hash.low = low ^ (low >>> 13);
}

/**
 * Codes by the hash of the bytes they were read from: what a scan has parsed once it needs not parse again. Bounded;
 * when it is full it starts anew. Two texts of one history that share 64 bits of hash would be taken for each other:
 * for a million different ones that is one chance in 37 million.
 */
export class RawCodes {
  private highs = new Int32Array(LEAST);
  private lows = new Int32Array(LEAST);
  /** Code + 1; 0 is an empty place. */
  private codes = new Uint32Array(LEAST);
  private count = 0;

  /** The code, or −1. */
  find(hash: RawHash): number {
    const last = this.codes.length - 1;
    for (let slot = hash.high & last; ; slot = (slot + 1) & last) {
      const code = this.codes[slot] ?? 0;
      if (code === 0) return -1;
      if (this.highs[slot] === hash.high && this.lows[slot] === hash.low) return code - 1;
    }
  }

  /** The hash must not be there yet. */
  add(hash: RawHash, code: number): void {
    if (this.count === MOST) this.resize(LEAST, false);
    else if (this.count * 2 >= this.codes.length) this.resize(this.codes.length * 2, true);
    this.place(hash.high, hash.low, code + 1);
    this.count += 1;
  }

  private place(high: number, low: number, code: number): void {
    const last = this.codes.length - 1;
    let slot = high & last;
    while (this.codes[slot] !== 0) slot = (slot + 1) & last;
    this.highs[slot] = high;
    this.lows[slot] = low;
    this.codes[slot] = code;
  }

  private resize(size: number, keep: boolean): void {
    const { highs, lows, codes } = this;
    this.highs = new Int32Array(size);
    this.lows = new Int32Array(size);
    this.codes = new Uint32Array(size);
    if (!keep) this.count = 0;
    for (let slot = 0; keep && slot < codes.length; slot++) {
      const code = codes[slot] ?? 0;
      if (code !== 0) this.place(highs[slot] ?? 0, lows[slot] ?? 0, code);
    }
  }
}
