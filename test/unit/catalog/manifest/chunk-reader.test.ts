import { describe, expect, it } from 'vitest';
import { ChunkReader } from '../../../../src/catalog/manifest/chunk-reader.ts';
import { estimateLines } from '../../../../src/catalog/manifest/row-estimate.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { StorageFile } from '../../../../src/storage/storage.ts';
import { seededRandom } from '../../../support/pictures.ts';

async function fileOf(bytes: Buffer): Promise<StorageFile> {
  const storage = createMemoryStorage();
  const file = await storage.open('f', 'create');
  await file.write(bytes, 0);
  await file.close();
  return storage.open('f', 'read');
}

/** Reads all of it, taking of each piece what `take` says; what is left is given again. */
async function readAll(
  file: StorageFile,
  from: number,
  to: number,
  take: (held: number) => number,
): Promise<Buffer> {
  const reader = new ChunkReader(file, from, to);
  const parts: Buffer[] = [];
  let read = 0;
  for (let taken = 0; read + reader.end - taken < to - from; ) {
    expect(await reader.next(taken)).toBe(true);
    taken = reader.start + take(reader.end - reader.start);
    parts.push(Buffer.from(reader.buffer.subarray(reader.start, taken)));
    read += taken - reader.start;
    if (read + reader.end - taken === to - from)
      parts.push(Buffer.from(reader.buffer.subarray(taken, reader.end)));
  }
  await reader.settle();
  return Buffer.concat(parts);
}

const random = seededRandom(7);
const bytes = Buffer.from(Array.from({ length: 3_300_000 }, () => Math.floor(random() * 256)));

describe('a file read in pieces', () => {
  it('comes whole and in order, however little of a piece is taken', async () => {
    const file = await fileOf(bytes);
    for (const share of [1, 0.97, 0.5, 0.01]) {
      const read = await readAll(file, 256, bytes.length, (held) => Math.floor(held * share));
      expect(read.equals(bytes.subarray(256))).toBe(true);
    }
    const nothing = await readAll(file, 5, 700_000, () => 0);
    expect(nothing.equals(bytes.subarray(5, 700_000))).toBe(true);
  });

  it('comes whole from a file that gives less than is asked for', async () => {
    const file = await fileOf(bytes);
    const stingy = {
      ...file,
      read: (target: Uint8Array, offset: number, length: number, position: number) =>
        file.read(target, offset, Math.min(length, 50_001), position),
    };
    const read = await readAll(stingy, 0, 1_000_000, (held) => held >> 1);
    expect(read.equals(bytes.subarray(0, 1_000_000))).toBe(true);
  });

  it('ends early when the file does, and tells of an error when its piece is asked for', async () => {
    const reader = new ChunkReader(await fileOf(Buffer.alloc(100)), 0, 300);
    expect(await reader.next(0)).toBe(true);
    expect(await reader.next(reader.end)).toBe(false);
    const file = await fileOf(bytes);
    const broken = {
      ...file,
      read: (target: Uint8Array, offset: number, length: number, position: number) =>
        position > 0 ? Promise.reject(new Error('EIO')) : file.read(target, offset, length, position),
    };
    const failing = new ChunkReader(broken, 0, bytes.length);
    expect(await failing.next(0)).toBe(true);
    await failing.settle();
    await expect(failing.next(failing.end)).rejects.toThrow('EIO');
  });
});

describe('how many lines a file has', () => {
  it('is estimated well where lines are of many lengths', async () => {
    const lines = Array.from({ length: 9_000 }, () => 'x'.repeat(300 + Math.floor(random() * 900)));
    const file = await fileOf(Buffer.from(`${lines.join('\n')}\n`));
    const { size } = await file.stat();
    const estimate = await estimateLines(file, 0, size);
    expect(estimate).toBeGreaterThan(8_300);
    expect(estimate).toBeLessThan(10_000);
  });

  it('is nothing without any', async () => {
    expect(await estimateLines(await fileOf(Buffer.alloc(0)), 0, 0)).toBe(0);
  });
});
