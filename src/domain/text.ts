/** Unpaired halves and NUL become U+FFFD: every text we keep survives UTF-8 and any JSON reader. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** Control, format-changing and line-breaking characters: never part of a name or a tag. */
const INVISIBLE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu;

/** Removes control characters and the ones that reorder or break text (Unicode Bidi_Control, line separators). */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
