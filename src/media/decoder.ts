import type { Mime, ThumbExt } from '../domain/format.ts';
import type { Descriptive } from '../domain/record.ts';

/** Limits on one picture, all inclusive. */
export interface DecodeLimits {
  /** width × height, and width × height × frames. */
  readonly maxPixels: number;
  readonly maxFrames: number;
  /** Longest side of the thumbnail in pixels. */
  readonly thumbSize: number;
}

/** Bytes to decode: a file (preferred: nothing is copied between processes) or the bytes themselves. */
export type ImageSource = ({ readonly path: string } | { readonly bytes: Uint8Array }) & {
  /** The picture's own file name, where it is known: tells which of several outputs of one graph it is. */
  readonly filename?: string;
};

/** What a picture itself says about how it was made, in the bounds of a record. */
export interface FoundRecipe {
  readonly meta: Descriptive;
  /** Of every member of `meta`: written down as such, or found by walking a graph. */
  readonly from: { readonly [field: string]: 'embedded' | 'graph' };
}

/** ComfyUI's graphs inside a picture, each a JSON object in a form that every parser takes. */
export interface EmbeddedGraphs {
  /** What the editor shows. */
  readonly workflow?: string;
  /** What ran: the form that the API takes. */
  readonly prompt?: string;
}

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
  /** Absent when nothing was found. Never a reason to refuse a picture. */
  readonly recipe?: FoundRecipe;
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

/** Reads the graphs out of a picture, where a decoder runs: what strangers wrote is never parsed in the server. */
export interface GraphReader {
  /** @throws KirokuError `io_error`, `overloaded`, `decoder_failed`, `aborted` */
  graphs(source: ImageSource, signal?: AbortSignal): Promise<EmbeddedGraphs>;
}
