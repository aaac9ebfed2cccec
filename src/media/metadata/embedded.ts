import type { ByteSource } from '../byte-source.ts';
import { type Budget, createBudget } from './budget.ts';
import { startsWithText } from './bytes.ts';
import { createCollector, type EmbeddedText } from './collector.ts';
import { type Graphs, graphsOf } from './graphs.ts';
import { readJpegText } from './jpeg-text.ts';
import { readPngText } from './png-text.ts';
import { readWebpText } from './webp-text.ts';

/** Every text that was embedded in a picture, unparsed. */
export interface Embedded {
  /** In the order of the file. */
  readonly texts: readonly EmbeddedText[];
  /** ComfyUI's graphs among them. They can hold keys and paths: for the owner only, never for a log. */
  readonly graphs: Graphs;
  /** What was left out, and why. */
  readonly warnings: readonly string[];
}

/**
 * Reads the texts that are embedded in a PNG, JPEG or WebP, by seeking: pixels are skipped by their length, and what is
 * read and unpacked is bounded by the budget. Anything else has no texts.
 * @param budget what it may cost; the usual limits when absent
 * @throws only what the source's reads throw
 */
export async function readEmbedded(source: ByteSource, budget: Budget = createBudget()): Promise<Embedded> {
  const into = createCollector(budget);
  const head = await source.read(0, 12);
  if (startsWithText(head, '\x89PNG\r\n\x1a\n')) await readPngText(source, into);
  else if (startsWithText(head, '\xff\xd8\xff')) await readJpegText(source, into);
  else if (startsWithText(head, 'RIFF') && startsWithText(head, 'WEBP', 8)) await readWebpText(source, into);
  return { texts: into.texts, graphs: graphsOf(into.texts), warnings: into.warnings };
}
