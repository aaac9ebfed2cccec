import type { Recipe } from '../../../src/media/metadata/recipe.ts';
import { jpegExif, jpegWith, riffChunk, webpWith } from './containers.ts';
import { codings, exifBlock, userComment } from './exif.ts';

/** One file, and what has to be found in it. */
export interface Sample {
  readonly name: string;
  readonly file: () => Promise<Buffer>;
  readonly expected: Partial<Recipe> & Pick<Recipe, 'tool'>;
  /** Fields that must stay unknown. */
  readonly absent?: readonly (keyof Recipe)[];
}

export type Coding = keyof typeof codings;

export const commented = (text: string, coding: Coding, littleEndian: boolean) =>
  exifBlock({ littleEndian, exif: [userComment(codings[coding](text))] });

export const jpegComment = (text: string, coding: Coding = 'utf16be', littleEndian = false) =>
  jpegWith([jpegExif(commented(text, coding, littleEndian))]);

export const webpComment = (text: string, coding: Coding = 'utf16be', lead = '') =>
  webpWith([], [riffChunk('EXIF', Buffer.concat([Buffer.from(lead), commented(text, coding, true)]))]);
