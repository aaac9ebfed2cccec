import sharp, { type Metadata, type Sharp } from 'sharp';
import type { Mime } from '../domain/format.ts';
import type { ByteSource } from './byte-source.ts';
import { completeness } from './complete.ts';
import type { DecodedImage, DecodeLimits } from './decoder.ts';
import { checkExtent } from './limits.ts';
import { thumbHashOf } from './placeholder.ts';
import { pngFrames } from './png-frames.ts';
import { refusalOf, undecodable, unsupportedType } from './refusal.ts';
import { encodeThumbnail, type Pixels, type ThumbnailEncoder } from './thumbnail.ts';

export interface DecodeRequest {
  /** What sharp opens: the path of a file, or all the bytes. */
  readonly input: string | Uint8Array;
  /** The same bytes for our own look at what libvips does not tell. */
  readonly source: ByteSource;
  readonly limits: DecodeLimits;
  readonly encoders: readonly ThumbnailEncoder[];
}

const MIME_OF_FORMAT: { readonly [format: string]: Mime } = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

/**
 * The one decode of a picture: validates it, measures it, and gives its thumbnail and placeholder.
 *
 * The header is read first and held against every limit; then all pixels are unpacked exactly once, into the
 * thumbnail's pixels. Every row takes part: a picture cut anywhere, or damaged where its format can tell, is refused.
 * Of an animation all frames count towards the limits, the container must be whole, and the first frame is unpacked.
 *
 * `hardenLibvips` must have run in this process.
 * @throws KirokuError `unsupported_type`, `undecodable_image`, `image_too_large`; `io_error` when the file cannot be
 *   read; `decoder_failed` when there is no memory
 */
export async function decodePicture(request: DecodeRequest): Promise<DecodedImage> {
  try {
    const header = await readHeader(request);
    const pixels = await unpack(open(request), request.limits.thumbSize);
    const encoding = encodeThumbnail(pixels, request.encoders);
    // While the encoder works on a thread of its own.
    const thumbhash = thumbHashOf(pixels);
    const thumbnail = await encoding;
    return { ...header, thumbhash: thumbnail === null ? null : thumbhash, thumbnail };
  } catch (error) {
    throw refusalOf(error, request.limits);
  }
}

type Header = Pick<DecodedImage, 'mime' | 'width' | 'height' | 'frames'>;

async function readHeader({ input, source, limits }: DecodeRequest): Promise<Header> {
  const metadata = await open({ input, limits }).metadata();
  const mime = MIME_OF_FORMAT[metadata.format];
  if (mime === undefined) throw unsupportedType();
  const { width, height } = metadata.autoOrient;
  const frames = await countFrames(mime, metadata, source);
  checkExtent({ width, height, frames }, limits);
  // libpng is content with the last pixel; the end marker tells a file that was cut behind it.
  if (mime === 'image/png' && (await completeness(source.read, source.size))?.state !== 'complete') {
    throw undecodable();
  }
  return { mime, width, height, frames };
}

async function countFrames(mime: Mime, metadata: Metadata, source: ByteSource): Promise<number> {
  return mime === 'image/png' ? await pngFrames(source.read) : (metadata.pages ?? 1);
}

function open({ input, limits }: Pick<DecodeRequest, 'input' | 'limits'>): Sharp {
  return sharp(input, { failOn: 'warning', limitInputPixels: limits.maxPixels });
}

/** Upright, no larger than asked for and never enlarged; sharp makes it eight-bit sRGB, whatever the picture's colours. */
async function unpack(picture: Sharp, thumbSize: number): Promise<Pixels> {
  const { data, info } = await picture
    .autoOrient()
    .resize({ width: thumbSize, height: thumbSize, fit: 'inside', withoutEnlargement: true })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) throw new RangeError(`${channels} channels after conversion to sRGB`);
  return { data, width, height, channels };
}
