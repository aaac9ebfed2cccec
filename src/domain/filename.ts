import { cleanText, codePoints, withoutInvisible } from './text.ts';

export const MAX_FILENAME_LENGTH = 255;
const MAX_EXTENSION_LENGTH = 16;

/** What a picture is called when nothing usable is left of its name. */
export const UNNAMED = 'unnamed';

function shortened(name: string): string {
  if (codePoints(name) <= MAX_FILENAME_LENGTH) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  const kept = codePoints(extension) <= MAX_EXTENSION_LENGTH ? extension : '';
  const stem = [...name.slice(0, name.length - kept.length)];
  return stem.slice(0, MAX_FILENAME_LENGTH - codePoints(kept)).join('') + kept;
}

const EDGE = /[\s.]/u;

/** Without dots and blanks around it. By hand: a pattern for the end looks at every inner run again from each of its characters. */
function withoutEdges(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && EDGE.test(name.charAt(start))) start += 1;
  while (end > start && EDGE.test(name.charAt(end - 1))) end -= 1;
  return name.slice(start, end);
}

/**
 * A client's file name as we keep it: data that is shown and offered for a download, never part of a path.
 * Only the part after the last `/` or `\`; no control or bidi characters; no dots or blanks around it; at most 255 code
 * points, the extension kept.
 */
export function cleanFilename(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  const visible = withoutInvisible(cleanText(last)).normalize('NFC');
  const trimmed = withoutEdges(shortened(withoutEdges(visible)));
  return trimmed === '' ? UNNAMED : trimmed;
}
