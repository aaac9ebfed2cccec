import { deflateSync } from 'node:zlib';
import { animatedPng } from './odd.ts';
import { jpegPicture, pipeline, pngPicture } from './plain.ts';
import { pngHeader, withChunks, writePng } from './png-chunks.ts';

/** The first `share` (0…1) of the bytes. */
export function truncated(bytes: Buffer, share: number): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * share));
}

/** A good picture that costs far more to unpack than to send: one bit a pixel, all black. */
export function pixelBombPng(width: number, height: number): Buffer {
  const row = Math.ceil(width / 8) + 1;
  return writePng([
    pngHeader(width, height, 1, 0),
    { type: 'IDAT', data: deflateSync(Buffer.alloc(row * height)) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
}

/** A PNG whose header promises `claimed` and whose data are those of `real`. */
export function lyingPng(
  claimed: { width: number; height: number },
  real: { width: number; height: number },
): Buffer {
  const pixels = deflateSync(Buffer.alloc((real.width + 1) * real.height));
  return writePng([
    pngHeader(claimed.width, claimed.height, 8, 0),
    { type: 'IDAT', data: pixels },
    { type: 'IEND', data: Buffer.alloc(0) },
  ]);
}

/** A JPEG whose frame header promises another size than its scans hold. */
export async function lyingJpeg(claimed: { width: number; height: number }): Promise<Buffer> {
  const jpeg = await jpegPicture();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  if (frame < 0) throw new RangeError('no baseline frame header');
  jpeg.writeUInt16BE(claimed.height, frame + 5);
  jpeg.writeUInt16BE(claimed.width, frame + 7);
  return jpeg;
}

/** An animated PNG that announces `frames` and has one. */
export async function lyingAnimatedPng(frames: number): Promise<Buffer> {
  const animation = await animatedPng({ frames: 1 });
  const at = animation.indexOf('acTL');
  const data = Buffer.alloc(8);
  data.writeUInt32BE(frames, 0);
  return withChunks(Buffer.concat([animation.subarray(0, at - 4), animation.subarray(at + 16)]), [
    { type: 'acTL', data },
  ]);
}

/** Compressed text or profile in a PNG that unpacks to `bytes` zeros. */
export async function metadataBomb(type: 'iCCP' | 'zTXt' | 'iTXt', bytes: number): Promise<Buffer> {
  const packed = deflateSync(Buffer.alloc(bytes), { level: 9 });
  // Keyword, NUL, then what each type puts in front of its data (PNG specification, 11.3.2.3, 11.3.3).
  const lead = type === 'iTXt' ? 'Comment\0\x01\0\0\0' : 'Comment\0\0';
  return withChunks(await pngPicture(), [
    { type, data: Buffer.concat([Buffer.from(lead, 'latin1'), packed]) },
  ]);
}

/** EXIF whose directory is its own successor and whose one entry counts 4 billion values outside of the file. */
function loopingExif(): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 12 + 4);
  tiff.write('II*\0', 0, 'latin1');
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  tiff.writeUInt16LE(0x010f, 10);
  tiff.writeUInt16LE(2, 12);
  tiff.writeUInt32LE(0xffff_ffff, 14);
  tiff.writeUInt32LE(0xffff_fff0, 18);
  tiff.writeUInt32LE(8, 22);
  return tiff;
}

export async function exifLoopPng(): Promise<Buffer> {
  return withChunks(await pngPicture(), [{ type: 'eXIf', data: loopingExif() }]);
}

export async function exifLoopJpeg(): Promise<Buffer> {
  const jpeg = await jpegPicture();
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), loopingExif()]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

const ACTIVE_HTML = '<html><script>document.title = "ran"</script></html>';

/** A good PNG that is also a page: text in front of its pixels and behind its end. */
export async function pngHtmlPolyglot(): Promise<Buffer> {
  const text = { type: 'tEXt', data: Buffer.from(`Comment\0${ACTIVE_HTML}`, 'latin1') };
  return Buffer.concat([withChunks(await pngPicture(), [text]), Buffer.from(ACTIVE_HTML)]);
}

/** A good JPEG that is also an (empty) ZIP: its directory's end lies behind the picture (APPNOTE 4.3.16). */
export async function jpegZipPolyglot(): Promise<Buffer> {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  return Buffer.concat([await jpegPicture(), end]);
}

/** Files of types that we refuse: whole ones where sharp writes them, else what their readers look at first. */
export async function foreignFiles(): Promise<{ readonly [name: string]: Buffer }> {
  const ftyp = (brand: string) => Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1${brand}`, 'latin1');
  return {
    gif: await pipeline().gif().toBuffer(),
    tiff: await pipeline().tiff().toBuffer(),
    avif: await pipeline({ width: 16, height: 16 }).avif({ effort: 0 }).toBuffer(),
    heic: Buffer.concat([ftyp('heic'), Buffer.alloc(64)]),
    svg: Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    ),
    svgWithProlog: Buffer.from(
      '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    ),
    pdf: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'),
    bmp: Buffer.concat([Buffer.from('BM', 'latin1'), Buffer.alloc(60)]),
    html: Buffer.from(ACTIVE_HTML),
    zip: Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1'),
    mp4: Buffer.concat([ftyp('isom'), Buffer.alloc(64)]),
    jpegXl: Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.alloc(64)]),
    raw: Buffer.from('# vips2ppm\nP6 1 1 255\n'),
    vips: Buffer.concat([Buffer.from([0xb6, 0xa6, 0xf2, 0x08]), Buffer.alloc(64)]),
    text: Buffer.from('hello'),
    empty: Buffer.alloc(0),
  };
}
