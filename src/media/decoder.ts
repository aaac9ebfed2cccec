import type { Mime, ThumbExt } from '../domain/format.ts';

/** Limits on one picture, all inclusive. */
export interface DecodeLimits {
  /** width × height, and width × height × frames. */
  readonly maxPixels: number;
  readonly maxFrames: number;
  /** Longest side of the thumbnail in pixels. */
  readonly thumbSize: number;
}

/** Bytes to decode: a file (preferred: nothing is copied between processes) or the bytes themselves. */
export type ImageSource = { readonly path: string } | { readonly bytes: Uint8Array };

export interface DecodedImage {
  readonly mime: Mime;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** Base64 of a ThumbHash (https://github.com/evanw/thumbhash), made upright; null when the encoder failed. */
  readonly thumbhash: string | null;
  /** Null when the picture decodes but its thumbnail could not be made. */
  readonly thumbnail: Thumbnail | null;
}

export interface Thumbnail {
  readonly ext: ThumbExt;
  readonly bytes: Uint8Array;
}

/**
 * Decodes a whole picture once: that validates it, measures it and gives its thumbnail. Runs in processes of its
 * own, which may die without taking the server down; at most one picture each, the rest wait in a bounded queue.
 */
export interface Decoder {
  /**
   * @throws KirokuError `unsupported_type` (not on the allow list), `undecodable_image`, `image_too_large` (pixels or
   *   frames), `overloaded` (queue full), `decoder_failed` (the process died or took too long), `aborted`.
   */
  decode(source: ImageSource, signal?: AbortSignal): Promise<DecodedImage>;
  close(): Promise<void>;
}
