import { basename, dirname } from 'node:path';
import { fromErrno, KirokuError } from '../domain/errors.ts';
import { createNodeStorage } from '../storage/node-storage.ts';
import { type ByteSource, bytesSource, fileSource } from './byte-source.ts';
import { decodePicture } from './decode.ts';
import type { DecodedImage, DecodeLimits, Decoder, GraphReader, ImageSource } from './decoder.ts';
import { readGraphs } from './embedded-graphs.ts';
import { findRecipe } from './found-recipe.ts';
import { hardenLibvips } from './libvips.ts';
import { THUMBNAIL_ENCODERS, type ThumbnailEncoder } from './thumbnail.ts';

export interface InlineDecoderOptions {
  /** Tried in order; injectable, so that a failing encoder can be had. */
  readonly encoders?: readonly ThumbnailEncoder[];
}

/**
 * Decodes in this process: what a decoder process runs, and what tests use. Not for a server: a decoder bug or a
 * decode that never ends would be the server's own. An abort is seen before and after a decode, not within.
 */
export function createInlineDecoder(
  limits: DecodeLimits,
  options: InlineDecoderOptions = {},
): Decoder & GraphReader {
  hardenLibvips();
  const encoders = options.encoders ?? THUMBNAIL_ENCODERS;
  return {
    decode: (image, signal) =>
      withSource(image, signal, async (source): Promise<DecodedImage> => {
        const input = 'path' in image ? await inputOf(image.path, source) : image.bytes;
        // Beside the decode, which has threads of its own. It never rejects.
        const finding = findRecipe(source, image.filename);
        try {
          const decoded = await decodePicture({ input, source, limits, encoders });
          const recipe = await finding;
          return recipe === undefined ? decoded : { ...decoded, recipe };
        } finally {
          await finding;
        }
      }),
    graphs: (image, signal) => withSource(image, signal, readGraphs),
    async close() {},
  };
}

/** Opens, reads, closes. An abort is seen before and after. */
async function withSource<T>(
  image: ImageSource,
  signal: AbortSignal | undefined,
  read: (source: ByteSource) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const source = await openSource(image).catch((error: unknown) => {
    throw fromErrno(error);
  });
  try {
    const result = await read(source);
    throwIfAborted(signal);
    return result;
  } finally {
    await source.close();
  }
}

async function openSource(image: ImageSource): Promise<ByteSource> {
  if ('bytes' in image) return bytesSource(image.bytes);
  return await fileSource(createNodeStorage(dirname(image.path)), basename(image.path));
}

/** libvips reads a name that ends in `[…]` as a name with options: such a file reaches it as bytes, without its name. */
async function inputOf(path: string, source: ByteSource): Promise<string | Uint8Array> {
  return path.endsWith(']') ? await source.read(0, source.size) : path;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new KirokuError('aborted', 'The caller went away.', { cause: signal.reason });
  }
}
