import type { Item } from '../api/types.ts';

/** One picture as the stage shows it. */
export interface Slide {
  readonly src: string;
  /** Shown until `src` is there. */
  readonly msrc: string;
  readonly width: number;
  readonly height: number;
  readonly alt: string;
  /** So large that it is fetched when somebody looks closer; until then the thumbnail stands for it. */
  readonly isHuge: boolean;
}

/** A minute on a slow line, and as much memory decoded (4 bytes a pixel) as a phone gives a page. */
const HUGE_BYTES = 40e6;
const HUGE_PIXELS = 60e6;
/** Where a record does not know its size (of the earlier system): the viewer needs one, the picture corrects it. */
const UNKNOWN_SIDE = 1024;

export function slideOf(item: Item): Slide {
  const { width, height, bytes, prompt, original_filename } = item.meta;
  return {
    src: item.url,
    msrc: item.thumb_url,
    width: width ?? UNKNOWN_SIDE,
    height: height ?? UNKNOWN_SIDE,
    alt: prompt || original_filename,
    isHuge: bytes > HUGE_BYTES || (width ?? 0) * (height ?? 0) > HUGE_PIXELS,
  };
}
