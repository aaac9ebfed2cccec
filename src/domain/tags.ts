import { KirokuError } from './errors.ts';
import { cleanText, codePoints, withoutInvisible } from './text.ts';

export const MAX_TAGS = 64;
export const MAX_TAG_LENGTH = 64;

/** More raw tags than this are refused before any is looked at. */
const MAX_RAW_TAGS = 1024;

function refuse(why: string): KirokuError {
  return new KirokuError('invalid_metadata', `tags: ${why}`, { details: { field: 'tags' } });
}

function cleanTag(tag: string): string {
  const clean = withoutInvisible(cleanText(tag)).replace(/\s+/gu, ' ').trim().normalize('NFC');
  if (codePoints(clean) > MAX_TAG_LENGTH) throw refuse(`a tag is longer than ${MAX_TAG_LENGTH} characters.`);
  return clean;
}

/**
 * Tags as they are kept: NFC, trimmed, inner white space as one blank, no control characters, each once, in the order given;
 * empty ones are dropped.
 * @throws KirokuError `invalid_metadata` for more than 64 tags, or one of more than 64 code points
 */
export function cleanTags(tags: readonly string[]): string[] {
  if (tags.length > MAX_RAW_TAGS) throw refuse(`more than ${MAX_TAGS}.`);
  const kept = new Set<string>();
  for (const tag of tags) {
    const clean = cleanTag(tag);
    if (clean !== '') kept.add(clean);
  }
  if (kept.size > MAX_TAGS) throw refuse(`more than ${MAX_TAGS}.`);
  return [...kept];
}
