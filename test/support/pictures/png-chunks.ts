import { crc32 } from 'node:zlib';

/** One chunk of a PNG: its four-letter type and its data. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Writes a PNG from chunks, each with its length and CRC-32 over type and data (PNG specification, 5.3). */
export function writePng(chunks: readonly PngChunk[]): Buffer {
  return Buffer.concat([SIGNATURE, ...chunks.map(chunkBytes)]);
}

function chunkBytes({ type, data }: PngChunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** Takes a PNG apart. Its CRCs are not checked. */
export function readPng(png: Buffer): PngChunk[] {
  const chunks: PngChunk[] = [];
  for (let at = SIGNATURE.length; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

/** The same PNG with more chunks between its header and what follows. */
export function withChunks(png: Buffer, more: readonly PngChunk[]): Buffer {
  const [header, ...rest] = readPng(png);
  if (header === undefined) throw new RangeError('not a PNG');
  return writePng([header, ...more, ...rest]);
}

/** An IHDR (PNG specification, 11.2.2). */
export function pngHeader(width: number, height: number, bitDepth: number, colourType: number): PngChunk {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data[8] = bitDepth;
  data[9] = colourType;
  return { type: 'IHDR', data };
}
