import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/media/byte-source.ts';
import { readEmbedded } from '../../../../src/media/metadata/embedded.ts';
import { stripMetadata } from '../../../../src/media/metadata/strip.ts';
import {
  chunks,
  jpegExif,
  jpegWith,
  jpegXmp,
  pngWith,
  riffChunk,
  segment,
  webpWith,
} from '../../../support/metadata/containers.ts';
import { ascii, exifBlock, short, userComment } from '../../../support/metadata/exif.ts';
import { samples } from '../../../support/metadata/samples.ts';
import {
  animatedPng,
  animatedWebp,
  cmykJpeg,
  jpegPicture,
  pngPicture,
  progressiveJpeg,
  webpPicture,
} from '../../../support/pictures.ts';

const SECRET = 'sk-secret-0123456789';

async function stripped(bytes: Uint8Array): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stripMetadata(bytesSource(bytes))) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

const pixelsOf = async (bytes: Buffer) => {
  const { data, info } = await sharp(bytes, { animated: true, failOn: 'warning' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: data.toString('base64'), info };
};

/** Same pixels, nothing of the secret, and no text at all. */
async function expectClean(bytes: Buffer): Promise<Buffer> {
  const copy = await stripped(bytes);
  expect(await pixelsOf(copy)).toEqual(await pixelsOf(bytes));
  for (const form of [
    Buffer.from(SECRET),
    Buffer.from(SECRET, 'utf16le'),
    Buffer.from(SECRET, 'utf16le').swap16(),
  ]) {
    expect(copy.includes(form)).toBe(false);
  }
  const { texts, warnings } = await readEmbedded(bytesSource(copy));
  expect({ texts, warnings }).toEqual({ texts: [], warnings: [] });
  return copy;
}

const block = (orientation = 1) =>
  exifBlock({
    first: [ascii(0x010e, SECRET), short(0x0112, orientation)],
    exif: [userComment(Buffer.from(SECRET, 'utf16le'))],
  });
const xmp = `<xmp:CreatorTool>${SECRET}</xmp:CreatorTool>`;

describe('stripMetadata', () => {
  it('leaves every text of a PNG out, before and behind the pixels, and what follows its end', async () => {
    const png = await pngWith(
      [
        chunks.text('parameters', SECRET),
        chunks.international('XML:com.adobe.xmp', xmp),
        chunks.exif(block()),
        { type: 'tIME', data: Buffer.alloc(7) },
        { type: 'caBX', data: Buffer.from(SECRET) },
      ],
      [chunks.own('prompt', SECRET), chunks.text('late', SECRET)],
    );
    const copy = await expectClean(Buffer.concat([png, Buffer.from(SECRET)]));
    expect(copy.length).toBeLessThan(png.length);
  });

  it('leaves EXIF, XMP, comments and thumbnails of a JPEG out, also between its scans', async () => {
    const exif = [
      jpegExif(block()),
      jpegXmp(xmp),
      segment(0xfe, Buffer.from(SECRET)),
      segment(0xed, Buffer.from(SECRET)),
    ];
    await expectClean(await jpegWith(exif));
    const thumb = Buffer.concat([
      Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01\x02\x01', 'latin1'),
      Buffer.from(SECRET),
    ]);
    await expectClean(await jpegWith([segment(0xe0, thumb), segment(0xe2, Buffer.from(`MPF\0${SECRET}`))]));
    const progressive = await progressiveJpeg();
    const scan = progressive.lastIndexOf(Buffer.from([0xff, 0xc4]));
    const between = Buffer.concat([
      progressive.subarray(0, scan),
      segment(0xfe, Buffer.from(SECRET)),
      progressive.subarray(scan),
      Buffer.from(SECRET),
    ]);
    await expectClean(between);
  });

  it('leaves EXIF, XMP and unknown chunks of a WebP out, and corrects size and flags', async () => {
    const copy = await expectClean(
      await webpWith(
        [riffChunk('ABCD', Buffer.from(SECRET))],
        [riffChunk('EXIF', block()), riffChunk('XMP ', Buffer.from(xmp))],
      ),
    );
    expect(copy.readUInt32LE(4)).toBe(copy.length - 8);
    expect(copy[20]).toBe(0);
    expect(await sharp(copy).metadata()).not.toHaveProperty('exif');
  });

  it('leaves foreign chunks inside the frames of an animation out', async () => {
    const plain = await animatedWebp({ frames: 3 });
    await expectClean(plain);
    const frame = plain.indexOf('ANMF');
    const length = plain.readUInt32LE(frame + 4);
    const extra = riffChunk('JUNK', Buffer.from(SECRET));
    const end = frame + 8 + length + (length & 1);
    const more = Buffer.concat([plain.subarray(0, end), extra, plain.subarray(end)]);
    more.writeUInt32LE(end - frame - 8 + extra.length, frame + 4);
    more.writeUInt32LE(more.length - 8, 4);
    await expectClean(more);
    await expectClean(await animatedPng({ frames: 3 }));
  });

  it('keeps which side is up', async () => {
    for (const orientation of [3, 6, 8]) {
      const files = [
        await pngWith([chunks.exif(block(orientation))]),
        await jpegWith([jpegExif(block(orientation))]),
        await webpWith([], [riffChunk('EXIF', block(orientation))]),
      ];
      for (const file of files) {
        const copy = await expectClean(file);
        expect((await sharp(copy).metadata()).orientation).toBe(orientation);
      }
    }
  });

  it('keeps the colour profile and the colours of CMYK', async () => {
    const make = sharp(await pngPicture()).withIccProfile('p3');
    for (const file of [
      await make.png().toBuffer(),
      await make.jpeg().toBuffer(),
      await make.webp().toBuffer(),
    ]) {
      const before = await sharp(file).metadata();
      const after = await sharp(await expectClean(file)).metadata();
      expect(before.icc).toBeDefined();
      expect(after.icc).toEqual(before.icc);
      expect(after.density).toBe(before.density);
    }
    await expectClean(await cmykJpeg());
  });

  it('gives a clean picture back as it was', async () => {
    for (const file of [await pngPicture(), await jpegPicture(), await webpPicture()]) {
      const once = await stripped(file);
      expect(await stripped(once)).toEqual(once);
    }
    const png = await sharp(await pngPicture())
      .png()
      .toBuffer();
    expect(await stripped(png)).toEqual(png);
  });

  it('cleans every file of the table', async () => {
    for (const { file } of samples) await expectClean(await file());
  });

  it('gives out nothing of a file that it cannot take apart', async () => {
    const files = [await pngPicture(), await jpegPicture(), await webpPicture()];
    for (const file of files) {
      const cut = file.subarray(0, Math.floor(file.length / 2));
      await expect(stripped(cut)).rejects.toMatchObject({ code: 'undecodable_image' });
    }
    await expect(stripped(Buffer.from('GIF89a'))).rejects.toMatchObject({ code: 'undecodable_image' });
  });
});
