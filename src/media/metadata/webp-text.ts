import type { ByteSource } from '../byte-source.ts';
import { utf8Text } from './bytes.ts';
import type { Collector } from './collector.ts';
import { addExif } from './exif-texts.ts';
import type { Chunk } from './png-chunks.ts';
import { walkRiff } from './webp-chunks.ts';
import type { Window } from './window.ts';
import { addXmp } from './xmp.ts';

/** Collects EXIF and XMP of a WebP; their chunks stand anywhere among the others. */
export async function readWebpText(source: ByteSource, into: Collector): Promise<void> {
  const ended = await walkRiff(source, 12, source.size, (chunk, window) =>
    chunk.type === 'EXIF' || chunk.type === 'XMP ' ? readChunk(chunk, window, into) : undefined,
  );
  if (ended === 'cut') into.warn('The file is cut short.');
  if (ended === 'long') into.warn('The file has too many chunks; the rest was not read.');
}

async function readChunk({ type, start, length }: Chunk, window: Window, into: Collector) {
  if (!into.budget.take(length)) {
    into.warn(`The ${type.trim()} chunk is past the limits.`);
    return;
  }
  const data = await window.get(start, length);
  if (type === 'EXIF') addExif(data, into);
  else addXmp(utf8Text(data), into);
}
