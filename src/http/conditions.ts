import { KirokuError } from '../domain/errors.ts';

const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const TAG_LIST = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*\s*$/;
const MAX_HEADER = 4096;

/** Whether If-None-Match names this entity tag (given without quotes); weak comparison (RFC 9110 §13.1.2). */
export function namesTag(header: string, etag: string): boolean {
  if (header === `"${etag}"`) return true;
  if (header.trim() === '*') return true;
  if (header.length > MAX_HEADER || !TAG_LIST.test(header)) return false;
  for (const match of header.matchAll(TAG)) if (match[1] === etag) return true;
  return false;
}

/**
 * The revision that If-Match asks for: undefined for none and for `*`.
 * @throws KirokuError `invalid_parameter` for anything but one entity tag; `precondition_failed` for one that can
 *   match no revision (a weak one, or not a number).
 */
export function revisionOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  if (header.length > MAX_HEADER || !TAG_LIST.test(header) || [...header.matchAll(TAG)].length !== 1) {
    throw new KirokuError('invalid_parameter', 'If-Match: one revision in quotes, as in "3".', {
      details: { field: 'If-Match' },
    });
  }
  const rev = /^\s*"([1-9]\d{0,14})"\s*$/.exec(header)?.[1];
  if (rev === undefined) throw new KirokuError('precondition_failed', 'The picture has another revision.');
  return Number(rev);
}

/** An HTTP date in ms (whole seconds); undefined when it is not one. */
export function parseHttpDate(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** A time as HTTP writes it. */
export function httpDate(time: number): string {
  return new Date(time).toUTCString();
}

/** Whether a client's copy is fresh: If-None-Match decides where it is present, else If-Modified-Since. */
export function isFresh(
  headers: { 'if-none-match'?: string | undefined; 'if-modified-since'?: string | undefined },
  etag: string,
  modified: number,
): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) return namesTag(tags, etag);
  const since = headers['if-modified-since'];
  if (since === undefined) return false;
  const time = parseHttpDate(since);
  return time !== undefined && Math.floor(modified / 1000) * 1000 <= time;
}
