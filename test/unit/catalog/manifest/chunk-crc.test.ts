import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkCrc } from '../../../../src/catalog/manifest/chunk-crc.ts';

const piece = fc.record({ bytes: fc.uint8Array({ maxLength: 300 }), known: fc.boolean() });

function told(pieces: readonly { readonly bytes: Uint8Array; readonly known: boolean }[]): ChunkCrc {
  const crc = new ChunkCrc();
  crc.start();
  for (const { bytes, known } of pieces) {
    if (known) crc.addKnown(crc32(bytes), bytes.length);
    else crc.addBytes(bytes, 0, bytes.length);
  }
  return crc;
}

describe('the checksum of a chunk', () => {
  it('is that of its pieces, told or read', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(told(pieces).holds(Buffer.concat(pieces.map(({ bytes }) => bytes)))).toBe(true);
      }),
    );
  });

  it('is another when any byte is', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (pieces, place, bits) => {
          const chunk = Buffer.concat(pieces.map(({ bytes }) => bytes));
          fc.pre(chunk.length > 0);
          const at = place % chunk.length;
          chunk[at] = (chunk[at] ?? 0) ^ bits;
          expect(told(pieces).holds(chunk)).toBe(false);
        },
      ),
    );
  });

  it('knows long pieces', () => {
    const bytes = Buffer.alloc(3_000_000, 'a cat on a roof ');
    const pieces = [7, 8_191, 8_192, 1_000_000].map((length) => ({
      bytes: bytes.subarray(0, length),
      known: true,
    }));
    expect(told(pieces).holds(Buffer.concat(pieces.map((one) => one.bytes)))).toBe(true);
  });
});
