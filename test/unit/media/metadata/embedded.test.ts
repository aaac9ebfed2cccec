import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/media/byte-source.ts';
import { createBudget } from '../../../../src/media/metadata/budget.ts';
import { readEmbedded } from '../../../../src/media/metadata/embedded.ts';
import {
  chunks,
  jpegExif,
  jpegWith,
  pngTexts,
  pngWith,
  riffChunk,
  webpWith,
} from '../../../support/metadata/containers.ts';
import { ascii, exifBlock } from '../../../support/metadata/exif.ts';
import { pngPicture } from '../../../support/pictures.ts';

const MIB = 1024 * 1024;

/** A source that counts what is read of it. */
function counted(bytes: Uint8Array) {
  const source = bytesSource(bytes);
  const work = { reads: 0, bytes: 0 };
  return {
    work,
    source: {
      ...source,
      read: (position: number, length: number) => {
        work.reads += 1;
        work.bytes += Math.max(0, Math.min(length, bytes.length - position));
        return source.read(position, length);
      },
    },
  };
}

const textsOf = async (bytes: Uint8Array) =>
  (await readEmbedded(bytesSource(bytes))).texts.map(({ keyword, text, place }) => [place, keyword, text]);

describe('readEmbedded', () => {
  it('keeps all texts in the order of the file, also of one keyword, before and behind the pixels', async () => {
    const png = await pngWith(
      [chunks.text('a', '1'), chunks.packed('b', '2'), chunks.international('c', '셋', true)],
      [chunks.text('a', '4\0\0'), chunks.own('prompt', '{}')],
    );
    expect(await textsOf(png)).toEqual([
      ['tEXt', 'a', '1'],
      ['zTXt', 'b', '2'],
      ['iTXt', 'c', '셋'],
      ['tEXt', 'a', '4'],
      ['comf', 'prompt', '{}'],
    ]);
  });

  it('finds every key that a ComfyUI writer counts down through EXIF', async () => {
    const block = exifBlock({
      first: [ascii(0x010c, 'more:{"x":1}'), ascii(0x010d, 'plain'), ascii(0x010f, 'Workflow: {"nodes":[]}')],
    });
    for (const file of [await jpegWith([jpegExif(block)]), await webpWith([riffChunk('EXIF', block)])]) {
      expect(await textsOf(file)).toEqual([
        ['exif', 'more', '{"x":1}'],
        ['exif', 'DocumentName', 'plain'],
        ['exif', 'workflow', '{"nodes":[]}'],
      ]);
    }
  });

  it('gives the graphs as they stand there, and no prompt in plain words', async () => {
    const prompt = '{"3": {"class_type": "KSampler", "is_changed": NaN}}';
    const found = await readEmbedded(bytesSource(await pngTexts({ prompt, workflow: '{"nodes": []}' })));
    expect(found.graphs).toEqual({ prompt, workflow: '{"nodes": []}' });
    const plain = await readEmbedded(bytesSource(await pngTexts({ prompt: 'a class_type of cat' })));
    expect(plain.graphs).toEqual({});
  });

  it('reads whole texts of a file that is cut, and says so', async () => {
    const png = await pngTexts({ parameters: 'a cat', late: 'x'.repeat(500) });
    const found = await readEmbedded(bytesSource(png.subarray(0, png.indexOf('xxx') + 3)));
    expect(found.texts.map(({ keyword }) => keyword)).toEqual(['parameters']);
    expect(found.warnings).toEqual(['The file is cut short.']);
  });

  it('leaves out a chunk without a keyword, of an unknown packing, or damaged', async () => {
    const damaged = { type: 'zTXt', data: Buffer.from('k\0\0not deflated', 'latin1') };
    const unknown = {
      type: 'zTXt',
      data: Buffer.concat([Buffer.from('k\0\x01', 'latin1'), deflateSync('x')]),
    };
    const nameless = { type: 'tEXt', data: Buffer.from('no end') };
    const short = { type: 'iTXt', data: Buffer.from('k\0\0\0en') };
    const found = await readEmbedded(
      bytesSource(await pngWith([damaged, unknown, nameless, short, chunks.text('a', 'b')])),
    );
    expect(found.texts).toHaveLength(1);
    expect(found.warnings).toHaveLength(4);
  });

  it('finds nothing in other files', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('GIF89a…'),
      Buffer.from('RIFF\0\0\0\0WAVE'),
      Buffer.alloc(5000),
    ]) {
      expect(await readEmbedded(bytesSource(bytes))).toEqual({ texts: [], graphs: {}, warnings: [] });
    }
  });
});

describe('what reading costs', () => {
  it('is a small part of a picture: pixels are passed over', async () => {
    const png = await pngPicture({ width: 1024, height: 1024 });
    const { source, work } = counted(png);
    await readEmbedded(source);
    expect(png.length).toBeGreaterThan(MIB);
    expect(work.reads).toBeLessThan(30);
  });

  it('passes over one long chunk without reading it', async () => {
    const png = await pngWith([{ type: 'junk', data: Buffer.alloc(20 * MIB) }, chunks.text('a', 'b')]);
    const { source, work } = counted(png);
    expect((await readEmbedded(source)).texts).toHaveLength(1);
    expect(work.bytes).toBeLessThan(MIB);
  });

  it.each([
    ['tEXt', (size: number) => chunks.text('big', Buffer.alloc(size, 0x61))],
    ['iTXt', (size: number) => chunks.international('big', 'a'.repeat(size))],
    ['eXIf', (size: number) => chunks.exif(exifBlock({ first: [ascii(0x010e, 'a'.repeat(size))] }))],
  ])('leaves out a %s past the limit of one text, and reads what follows', async (_, make) => {
    const found = await readEmbedded(bytesSource(await pngWith([make(8 * MIB + 1), chunks.text('a', 'b')])));
    expect(found.texts.map(({ keyword }) => keyword)).toEqual(['a']);
    expect(found.warnings).toHaveLength(1);
  });

  it('unpacks no bomb: one text, or many together', async () => {
    const zeros = deflateSync(Buffer.alloc(64 * MIB), { level: 9 });
    const bomb = { type: 'zTXt', data: Buffer.concat([Buffer.from('bomb\0\0', 'latin1'), zeros]) };
    const budget = createBudget();
    const found = await readEmbedded(bytesSource(await pngWith(Array(100).fill(bomb))), budget);
    expect(found.texts).toEqual([]);
    expect(found.warnings).toHaveLength(2);
    expect(budget.spent()).toBeLessThanOrEqual(16 * MIB);
  });

  it('unpacks a long text that is no bomb', async () => {
    const words = Array.from({ length: 200_000 }, (_, index) => `word${index}`).join(' ');
    const found = await readEmbedded(bytesSource(await pngWith([chunks.packed('long', words)])));
    expect(found.texts[0]?.text).toBe(words);
  });

  it('reads a bounded number of texts, and of bytes', async () => {
    const many = await readEmbedded(bytesSource(await pngWith(Array(2000).fill(chunks.text('a', 'b')))));
    expect(many.texts).toHaveLength(256);
    const budget = createBudget();
    const { source, work } = counted(await pngWith(Array(40).fill(chunks.text('a', 'b'.repeat(MIB)))));
    const long = await readEmbedded(source, budget);
    expect(long.texts).toHaveLength(15);
    expect(work.bytes).toBeLessThan(32 * MIB);
  });

  it('copies no value of EXIF again and again', async () => {
    const block = exifBlock({ first: Array(500).fill(ascii(0x010e, 'abcdef')) });
    const value = Buffer.alloc(4 * MIB, 0x61);
    const shared = Buffer.concat([block, value]);
    for (let entry = 0; entry < 500; entry += 1) {
      shared.writeUInt32BE(value.length, 10 + entry * 12 + 4);
      shared.writeUInt32BE(block.length, 10 + entry * 12 + 8);
    }
    const found = await readEmbedded(bytesSource(await webpWith([riffChunk('EXIF', shared)])));
    const total = found.texts.reduce((sum, { text }) => sum + text.length, 0);
    expect(total).toBeLessThanOrEqual(16 * MIB);
    expect(total).toBeGreaterThan(0);
  });

  it('ends on a file that is all chunks', async () => {
    const empty = Buffer.from('\0\0\0\0junk\0\0\0\0', 'latin1');
    const png = Buffer.concat([(await pngPicture()).subarray(0, 33), Buffer.alloc(12 * 200_000, empty)]);
    const found = await readEmbedded(bytesSource(png));
    expect(found.warnings).toEqual(['The file has too many chunks; the rest was not read.']);
  });
});
