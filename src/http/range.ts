export type RangeAnswer =
  /** Send everything: no range, one that is not understood, or several (allowed by RFC 9110 §14.2). */
  | { readonly kind: 'whole' }
  /** First and last byte, inclusive. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: RangeAnswer = { kind: 'whole' };
const SINGLE = /^bytes=(\d*)-(\d*)$/i;
const MAX_HEADER = 100;

/**
 * Reads a Range header for a body of `size` bytes. One range only: several, another unit and bad syntax are
 * ignored, which the RFC allows and which leaves nothing to attack (CVE-2025-62727 was a list of ranges).
 */
export function parseRange(header: string | undefined, size: number): RangeAnswer {
  if (header === undefined || header.length > MAX_HEADER) return WHOLE;
  const match = SINGLE.exec(header.trim());
  if (match === null) return WHOLE;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return WHOLE;
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0 || size === 0) return { kind: 'unsatisfiable' };
    return { kind: 'part', start: Math.max(0, size - suffix), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  // Inverted is bad syntax (ignored), beyond the end is unsatisfiable.
  if (last !== '' && Number(last) < start) return WHOLE;
  if (start >= size) return { kind: 'unsatisfiable' };
  return { kind: 'part', start, end: Math.min(end, size - 1) };
}

/** Whether If-Range lets the range stand: the same strong entity tag, or exactly the same date. */
export function ifRangeHolds(header: string | undefined, etag: string, lastModified: string): boolean {
  if (header === undefined) return true;
  const value = header.trim();
  return value === `"${etag}"` || value === lastModified;
}
