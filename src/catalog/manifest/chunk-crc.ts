import { crc32 } from 'node:zlib';

/** Polynomial of CRC-32 (IEEE 802.3), its bits reversed. */
const POLYNOMIAL = 0xedb8_8320;
/** x^0: the highest bit, as the polynomial's bits are reversed. */
const ONE = 0x8000_0000;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (POLYNOMIAL & -(crc & 1));
  return crc;
});

/** Product of two polynomials modulo that of the CRC. Without branches: it is asked once a line. */
function multiply(a: number, b: number): number {
  let left = a;
  let right = b;
  let product = 0;
  for (let bit = 0; bit < 32; bit++) {
    product ^= right & (left >> 31);
    left <<= 1;
    right = (right >>> 1) ^ (POLYNOMIAL & -(right & 1));
  }
  return product;
}

/** x^(8 · 2^i): what a CRC is multiplied by when 2^i bytes follow. */
const POWERS: readonly number[] = (() => {
  const powers = [ONE >>> 8];
  for (let i = 1; i < 31; i++) powers.push(multiply(powers[i - 1] ?? 0, powers[i - 1] ?? 0));
  return powers;
})();

function power(bytes: number): number {
  let product: number = ONE;
  for (let i = 0, rest = bytes; rest > 0; i++, rest >>>= 1) {
    if ((rest & 1) === 1) product = multiply(product, POWERS[i] ?? 0);
  }
  return product;
}

const REMEMBERED = 1 << 13;

/**
 * What the checksums inside a piece of a file say that the checksum over the whole piece must be. One call of the
 * native CRC-32 then proves all of them, instead of one call each (the combination of CRCs is M. Adler's, zlib
 * `crc32_combine`). A single wrong byte is always found, as by each alone; which one it is has to be looked for.
 */
export class ChunkCrc {
  private crc = 0;
  /** Factors by length: lines of one history have few different ones. */
  private readonly factors = new Int32Array(REMEMBERED);

  start(): void {
    this.crc = 0;
  }

  /** So many bytes follow, and this is their checksum. */
  addKnown(crc: number, bytes: number): void {
    this.crc = multiply(this.crc, this.factor(bytes)) ^ crc;
  }

  /** These bytes follow. */
  addBytes(source: Uint8Array, start: number, end: number): void {
    let crc = ~this.crc;
    for (let i = start; i < end; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (source[i] ?? 0)) & 255] ?? 0);
    this.crc = ~crc;
  }

  /** Whether it is what was told. */
  holds(chunk: Uint8Array): boolean {
    return crc32(chunk) === this.crc >>> 0;
  }

  private factor(bytes: number): number {
    if (bytes >= REMEMBERED) return power(bytes);
    const known = this.factors[bytes] ?? 0;
    if (known !== 0) return known;
    const made = power(bytes);
    this.factors[bytes] = made;
    return made;
  }
}
