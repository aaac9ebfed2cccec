/** Name of one picture: a lower-case ULID, or the 32 hex of the earlier system's UUIDs. Opaque. */
export type PictureId = string & { readonly __pictureId: unique symbol };

const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const UUID_HEX = /^[0-9a-f]{32}$/;

export function isPictureId(text: string): text is PictureId {
  return ULID.test(text) || UUID_HEX.test(text);
}

export function isUuidHex(text: string): boolean {
  return UUID_HEX.test(text);
}

/** Makes new ids; passed in, so that tests are exact. */
export interface IdSource {
  /** A new ULID, monotonic within the process, for the time `now` (ms). */
  next(now: number): PictureId;
}
