import { deflateSync } from 'node:zlib';
import { pngHeader, readPng, withChunks, writePng } from '../support/pictures/png-chunks.ts';
import * as pictures from '../support/pictures.ts';

/** Files that mean harm, each made from a number alone; and what may become of them. */

export type Outcome = 'stored' | 'unsupported_type' | 'undecodable_image' | 'image_too_large';

export interface HostileFile {
  readonly bytes: Uint8Array<ArrayBufferLike>;
  readonly may: readonly Outcome[];
}

export type Random = () => number;
type Make = (random: Random) => HostileFile | Promise<HostileFile>;

export const below = (random: Random, end: number) => Math.floor(random() * end);
export function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[below(random, from.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

const MIB = 1024 * 1024;
const TOO_LARGE: readonly Outcome[] = ['image_too_large'];
const BROKEN: readonly Outcome[] = ['undecodable_image', 'unsupported_type'];
const BAD: readonly Outcome[] = ['image_too_large', 'undecodable_image', 'unsupported_type'];
const FOREIGN: readonly Outcome[] = ['unsupported_type'];
const STORED: readonly Outcome[] = ['stored'];
/** Nobody can say beforehand whether it still is a picture. */
export const ANY: readonly Outcome[] = ['stored', 'undecodable_image', 'unsupported_type', 'image_too_large'];

const size = (random: Random) => ({
  width: 1 + below(random, 60),
  height: 1 + below(random, 60),
  seed: below(random, 1000),
});
const END = { type: 'IEND', data: Buffer.alloc(0) };

function riff(chunks: readonly { readonly type: string; readonly data: Buffer }[]): Buffer {
  const parts = chunks.flatMap(({ type, data }) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return [head, data, Buffer.alloc(data.length % 2)];
  });
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...parts]);
  const head = Buffer.alloc(8);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** An extended WebP whose canvas is as large as one can say (2^24 squared). */
function webpCanvas(random: Random): Buffer {
  const data = Buffer.alloc(10);
  data[0] = pick(random, [0, 0x02, 0x10, 0x3e]);
  data.writeUIntLE(0xff_ffff - below(random, 1000), 4, 3);
  data.writeUIntLE(0xff_ffff - below(random, 1000), 7, 3);
  return riff([
    { type: 'VP8X', data },
    { type: 'ANIM', data: Buffer.alloc(6) },
    { type: 'VP8L', data: Buffer.from([0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0]) },
  ]);
}

/** A progressive JPEG whose scans are said again and again: each is gone through by a decoder. */
async function manyScans(random: Random): Promise<Buffer> {
  const jpeg = await pictures.progressiveJpeg(size(random));
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const tail = jpeg.subarray(scan, jpeg.length - 2);
  const times = Math.min(3000, Math.floor((2 * MIB) / tail.length));
  return Buffer.concat([
    jpeg.subarray(0, scan),
    ...Array.from({ length: times }, () => tail),
    Buffer.from([0xff, 0xd9]),
  ]);
}

async function manySegments(random: Random): Promise<Buffer> {
  const jpeg = await pictures.jpegPicture(size(random));
  const segment = Buffer.concat([
    Buffer.from([0xff, pick(random, [0xe1, 0xe2, 0xed, 0xfe]), 0, 12]),
    Buffer.alloc(10, 'x'),
  ]);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    ...Array.from({ length: 20_000 }, () => segment),
    jpeg.subarray(2),
  ]);
}

async function wrongCheck(random: Random): Promise<Buffer> {
  const png = await pictures.pngPicture(size(random));
  const type = pick(random, ['IHDR', 'IDAT']);
  const at = png.indexOf(type);
  const length = png.readUInt32BE(at - 4);
  const place = at + 4 + length + below(random, 4);
  png[place] = (png[place] ?? 0) ^ (1 + below(random, 255));
  return png;
}

async function lyingLength(random: Random): Promise<Buffer> {
  const png = await pictures.pngPicture(size(random));
  const at = png.indexOf(pick(random, ['IHDR', 'IDAT']));
  png.writeUInt32BE(pick(random, [0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0, 1, png.length]), at - 4);
  return png;
}

async function textFlood(random: Random): Promise<Buffer> {
  const keyword = pick(random, ['parameters', 'prompt', 'workflow', 'Comment', '']);
  const text = Buffer.from(
    `${keyword}\0${pick(random, ['{', '[', 'Steps: 1, ', '{"a":', '\xff'])}`,
    'latin1',
  );
  return withChunks(
    await pictures.pngPicture(size(random)),
    Array.from({ length: 20_000 }, () => ({ type: 'tEXt', data: text })),
  );
}

async function deepGraph(random: Random): Promise<Buffer> {
  const open = pick(random, ['[', '{"a":']);
  const text = Buffer.from(`${pick(random, ['prompt', 'workflow'])}\0${open.repeat(200_000)}`, 'latin1');
  return withChunks(await pictures.pngPicture(size(random)), [{ type: 'tEXt', data: text }]);
}

async function exifFlood(random: Random): Promise<Buffer> {
  const looping = random() < 0.5 ? await pictures.exifLoopPng() : await pictures.exifLoopJpeg();
  return random() < 0.5 ? looping : Buffer.concat([looping, Buffer.alloc(below(random, MIB))]);
}

const bombs = new Map<string, Promise<Buffer>>();

/** A bomb costs him who makes it too: each is made once. */
function once(name: string, make: () => Buffer | Promise<Buffer>): Promise<Buffer> {
  const known = bombs.get(name) ?? Promise.resolve(make());
  bombs.set(name, known);
  return known;
}

/** A small picture whose pixels unpack to far more than it has. */
function innerBomb(random: Random): Promise<Buffer> {
  const bytes = pick(random, [50, 200]) * MIB;
  return once(`inner ${bytes}`, () => {
    const data = deflateSync(Buffer.alloc(bytes));
    return writePng([pngHeader(10, 10, 8, 2), { type: 'IDAT', data }, END]);
  });
}

function pixelBomb(random: Random): Promise<Buffer> {
  const width = pick(random, [8_000, 16_000, 20_000]);
  return once(`pixels ${width}`, () => pictures.pixelBombPng(width, 15_000));
}

function textBomb(random: Random): Promise<Buffer> {
  const type = pick(random, ['iCCP', 'zTXt', 'iTXt'] as const);
  const bytes = pick(random, [20, 200]) * MIB;
  return once(`${type} ${bytes}`, () => pictures.metadataBomb(type, bytes));
}

const PREFIXES = [
  'GIF89a',
  '%PDF-1.4\n',
  '<?xml version="1.0"?><svg/>',
  'PK\x03\x04',
  '<html>',
  'MZ',
  '\x7fELF',
  '\0\0\0\x18ftypheic',
  '#!/bin/sh\n',
  '\xef\xbb\xbf',
];

async function behindAnother(random: Random): Promise<Buffer> {
  return Buffer.concat([
    Buffer.from(pick(random, PREFIXES), 'latin1'),
    await pictures.pngPicture(size(random)),
  ]);
}

async function inFrontOfAnother(random: Random): Promise<Buffer> {
  const picture = await pick(random, [pictures.pngHtmlPolyglot, pictures.jpegZipPolyglot])();
  return Buffer.concat([
    picture,
    Buffer.from(pick(random, PREFIXES), 'latin1'),
    Buffer.alloc(below(random, 5000), 'x'),
  ]);
}

const HOSTILE_SVG = [
  '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>',
  '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
  '<svg xmlns="http://www.w3.org/2000/svg" width="1000000" height="1000000"><rect width="100%" height="100%"/></svg>',
  '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:1/x.png"/></svg>',
  `<!DOCTYPE svg [${Array.from({ length: 12 }, (_, i) => `<!ENTITY a${i} "${i === 0 ? 'x' : `&a${i - 1};`.repeat(10)}">`).join('')}]><svg>&a11;</svg>`,
];

async function foreign(random: Random): Promise<Buffer> {
  if (random() < 0.3) return Buffer.from(pick(random, HOSTILE_SVG));
  const { empty: _empty, ...files } = await pictures.foreignFiles();
  const bytes = pick(random, Object.values(files));
  return random() < 0.3 ? bytes.subarray(0, 1 + below(random, bytes.length)) : bytes;
}

const cut = (bytes: Uint8Array, random: Random) =>
  bytes.subarray(0, 1 + below(random, Math.floor(bytes.length * 0.8)));

async function wholePicture(random: Random): Promise<Buffer> {
  const made = [
    pictures.pngPicture,
    pictures.jpegPicture,
    pictures.webpPicture,
    pictures.interlacedPng,
    pictures.palettePng,
    pictures.greyPng,
    pictures.progressiveJpeg,
    pictures.cmykJpeg,
    pictures.losslessWebp,
    pictures.animatedPng,
    pictures.animatedWebp,
    pictures.sixteenBitPng,
  ];
  return pick(random, made)(size(random));
}

/** What our own decoders' parsers meet first: every header field, anything at all, and bytes gone, doubled and swapped. */
export function mutate(whole: Uint8Array, random: Random): Buffer {
  let bytes = Buffer.from(whole);
  for (let round = 1 + below(random, 6); round > 0; round -= 1) {
    const at = below(random, random() < 0.6 ? Math.min(200, bytes.length) : bytes.length);
    const length = below(random, 40);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    const way = below(random, 5);
    if (way === 0) bytes[at] = below(random, 256);
    else if (way === 1) bytes = Buffer.concat([head, tail.subarray(length)]);
    else if (way === 2) bytes = Buffer.concat([head, tail.subarray(0, length), tail]);
    else if (way === 3 && at + 4 <= bytes.length)
      bytes.writeUInt32BE(pick(random, [0, 1, 0xffff_ffff, 0x7fff_ffff, 0x1000_0000]), at);
    else
      bytes = Buffer.concat([
        head,
        Buffer.from(Array.from({ length }, () => below(random, 256))),
        tail.subarray(length),
      ]);
  }
  return bytes;
}

/** PNGs whose chunks come in another order, twice, or not at all. */
async function shuffled(random: Random): Promise<Buffer> {
  const chunks = readPng(await pictures.palettePng(size(random)));
  const other = chunks.flatMap((chunk) => (random() < 0.2 ? [] : random() < 0.2 ? [chunk, chunk] : [chunk]));
  return writePng(random() < 0.5 ? other.sort(() => random() - 0.5) : other);
}

const HUGE = [
  [50_001, 1_000],
  [7_072, 7_072],
  [65_535, 65_535],
  [0x7fff_ffff, 0x7fff_ffff],
  [0x7fff_ffff, 1],
  [1, 0x7fff_ffff],
  [1_000_000, 1_000_000],
] as const;

const file =
  (make: (random: Random) => Uint8Array | Promise<Uint8Array>, may: readonly Outcome[]): Make =>
  async (random) => ({
    bytes: await make(random),
    may,
  });

/** Each by its name; the mutated pictures of others come in beside these. */
export const FAMILIES: Readonly<Record<string, Make>> = {
  'a header that is too large': file((random) => {
    const [width, height] = pick(random, HUGE);
    return writePng([
      pngHeader(width, height, pick(random, [1, 8]), 0),
      { type: 'IDAT', data: deflateSync(Buffer.alloc(100)) },
      END,
    ]);
  }, BAD),
  'a header of nothing': file((random) => writePng([pngHeader(below(random, 2), 0, 8, 0), END]), BROKEN),
  'a pixel bomb': file(pixelBomb, TOO_LARGE),
  'a lying PNG': file(
    () => pictures.lyingPng({ width: 4_000, height: 4_000 }, { width: 10, height: 10 }),
    BAD,
  ),
  'a lying JPEG': file(
    (random) =>
      pictures.lyingJpeg(
        pick(random, [
          { width: 65_500, height: 65_500 },
          { width: 60_000, height: 900 },
        ]),
      ),
    BAD,
  ),
  'an APNG of more frames than there are': file(
    (random) => pictures.lyingAnimatedPng(pick(random, [61, 10_000, 0x7fff_ffff, 0xffff_ffff])),
    BAD,
  ),
  'a WebP of many frames': file(
    (random) => pictures.animatedWebp({ width: 1, height: 1, frames: 61 + below(random, 5_000) }),
    TOO_LARGE,
  ),
  'an APNG of many frames': file(
    (random) => pictures.animatedPng({ width: 1, height: 1, frames: 61 + below(random, 5_000) }),
    TOO_LARGE,
  ),
  'a WebP canvas without end': file(webpCanvas, BAD),
  'pixels that unpack to far more': file(innerBomb, ANY),
  'compressed metadata': file(textBomb, ANY),
  'twenty thousand texts': file(textFlood, ANY),
  'a graph without end': file(deepGraph, STORED),
  'EXIF that turns in circles': file(exifFlood, ANY),
  'scans without end': file(manyScans, ANY),
  'segments without end': file(manySegments, ANY),
  'a wrong checksum': file(wrongCheck, BROKEN),
  'a lying length': file(lyingLength, BROKEN),
  'chunks out of order': file(shuffled, ANY),
  'cut off': file(async (random) => cut(await wholePicture(random), random), BAD),
  'of another type': file(foreign, FOREIGN),
  'a picture behind something else': file(behindAnother, FOREIGN),
  'a picture that is something else too': file(inFrontOfAnother, STORED),
  noise: file(
    (random) => Buffer.from(Array.from({ length: 1 + below(random, 20_000) }, () => below(random, 256))),
    BROKEN,
  ),
  mutated: file(async (random) => mutate(await wholePicture(random), random), ANY),
};
