import { basename, dirname } from 'node:path';
import { fromErrno, KirokuError } from '../domain/errors.ts';
import { createNodeStorage } from '../storage/node-storage.ts';
import { type ByteSource, bytesSource, fileSource } from './byte-source.ts';
import { decodePicture } from './decode.ts';
import type { DecodeLimits, Decoder, ImageSource } from './decoder.ts';
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
export function createInlineDecoder(limits: DecodeLimits, options: InlineDecoderOptions = {}): Decoder {
  hardenLibvips();
  const encoders = options.encoders ?? THUMBNAIL_ENCODERS;
  return {
    async decode(image, signal) {
      throwIfAborted(signal);
      const source = await openSource(image).catch((error: unknown) => {
        throw fromErrno(error);
      });
      try {
        const input = 'path' in image ? await inputOf(image.path, source) : image.bytes;
        const decoded = await decodePicture({ input, source, limits, encoders });
        throwIfAborted(signal);
        return decoded;
      } finally {
        await source.close();
      }
    },
    async close() {},
  };
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
