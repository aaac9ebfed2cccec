import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { orientationBlock, orientationOf, parseExif } from '../../../../src/media/metadata/exif.ts';
import { ascii, exifBlock, short, userComment } from '../../../support/metadata/exif.ts';
import { exifLoopJpeg } from '../../../support/pictures.ts';

describe('parseExif', () => {
  it.each([true, false])('reads both IFDs, little-endian %s, with and without its lead', (littleEndian) => {
    const block = exifBlock({
      littleEndian,
      first: [ascii(0x010e, 'title'), ascii(0x0131, 'abc')],
      exif: [userComment(Buffer.from('hello comment'))],
    });
    for (const bytes of [block, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block])]) {
      const exif = parseExif(bytes);
      expect(exif?.littleEndian).toBe(littleEndian);
      const texts = exif?.values.map(({ tag, data }) => [tag, Buffer.from(data).toString()]);
      expect(texts).toContainEqual([0x010e, 'title\0']);
      expect(texts).toContainEqual([0x0131, 'abc\0']);
      expect(texts).toContainEqual([0x9286, 'hello comment']);
    }
  });

  it('reads what sharp writes', async () => {
    const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .withExif({ IFD0: { ImageDescription: 'a red square' }, IFD2: { UserComment: 'seed 7' } })
      .jpeg()
      .toBuffer();
    const { exif } = await sharp(jpeg).metadata();
    const values = parseExif(exif ?? new Uint8Array())?.values ?? [];
    expect(values.map(({ data }) => Buffer.from(data).toString('latin1')).join('|')).toContain(
      'a red square',
    );
  });

  it('gives undefined for what is no TIFF', () => {
    for (const bytes of ['', 'II', 'II*\0', 'Exif\0\0', 'XX*\0\0\0\0\x08', 'MM\0+\0\0\0\x08']) {
      expect(parseExif(Buffer.from(bytes, 'latin1'))).toBeUndefined();
    }
  });

  it('leaves out entries that lie, and reads none twice', async () => {
    const block = exifBlock({ first: [ascii(0x010e, 'a longer title')], exif: [ascii(0x010f, 'xyz')] });
    const lying = Buffer.from(block);
    lying.writeUInt32BE(0xffff_ffff, 14);
    expect(parseExif(lying)?.values.map(({ tag }) => tag)).not.toContain(0x010e);
    const looping = Buffer.from(block);
    // The pointer to the EXIF IFD leads back to the first one.
    looping.writeUInt32BE(8, 30);
    expect(parseExif(looping)?.values).toHaveLength(2);
    expect(() => parseExif(exifLoop.subarray(exifLoop.indexOf('Exif')))).not.toThrow();
  });

  it('reads a bounded number of entries', () => {
    const entries = Array.from({ length: 5000 }, () => ascii(0x010e, 'x'));
    expect(parseExif(exifBlock({ first: entries }))?.values).toHaveLength(512);
  });

  it('never throws, and gives only bytes of the block', () => {
    const block = exifBlock({
      first: [ascii(0x010e, 'some title')],
      exif: [userComment(Buffer.from('comment'))],
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(block.length - 1), fc.nat(255)), { maxLength: 8 }), (edits) => {
        const bytes = Buffer.from(block);
        for (const [at, value] of edits) bytes[at] = value;
        for (const { data } of parseExif(bytes)?.values ?? []) expect(data.length).toBeLessThan(block.length);
      }),
      { numRuns: 2000 },
    );
  });
});

const exifLoop = await exifLoopJpeg();

describe('orientationOf', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('reads %i in both orders, and what we write ourselves', (orientation) => {
    for (const littleEndian of [true, false]) {
      const exif = parseExif(exifBlock({ littleEndian, first: [short(0x0112, orientation, littleEndian)] }));
      expect(exif === undefined ? 0 : orientationOf(exif)).toBe(orientation);
    }
    const own = parseExif(orientationBlock(orientation));
    expect(own === undefined ? 0 : orientationOf(own)).toBe(orientation);
  });

  it('takes anything else for upright', () => {
    for (const wrong of [0, 9, 65_535]) {
      const exif = parseExif(exifBlock({ first: [short(0x0112, wrong)] }));
      expect(exif === undefined ? 0 : orientationOf(exif)).toBe(1);
    }
  });
});
