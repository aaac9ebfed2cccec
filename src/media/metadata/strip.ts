import type { ByteSource } from '../byte-source.ts';
import { startsWithText } from './bytes.ts';
import { planJpeg } from './strip-jpeg.ts';
import { carryOut, createPlan, unstrippable } from './strip-plan.ts';
import { planPng } from './strip-png.ts';
import { planWebp } from './strip-webp.ts';

/**
 * The same picture without anything that was embedded in it: no text, no graph, no EXIF, XMP or comment, no thumbnail,
 * nothing behind its end. Only what it is shown from is copied, and only by an allow list: compressed pixels bit for
 * bit, colour profile, which side is up. Memory does not grow with the picture.
 *
 * Nothing is given out before the whole picture was taken apart.
 * @throws KirokuError `undecodable_image` for bytes that are no whole PNG, JPEG or WebP; what the source's reads throw
 */
export async function* stripMetadata(source: ByteSource): AsyncIterable<Uint8Array> {
  const plan = createPlan();
  const head = await source.read(0, 12);
  if (startsWithText(head, '\x89PNG\r\n\x1a\n')) await planPng(source, plan);
  else if (startsWithText(head, '\xff\xd8\xff')) await planJpeg(source, plan);
  else if (startsWithText(head, 'RIFF') && startsWithText(head, 'WEBP', 8)) await planWebp(source, plan);
  else throw unstrippable();
  yield* carryOut(plan, source);
}
