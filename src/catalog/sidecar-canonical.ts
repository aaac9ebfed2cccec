import { isUtf8 } from 'node:buffer';
import { type Day, startOfDay } from '../domain/day.ts';
import { extOf, FORMATS, type OriginalExt, THUMB_EXTS } from '../domain/format.ts';
import type { PictureId } from '../domain/id.ts';
import type { Kind, Status } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { type Descriptive, RECORD_VERSION } from '../domain/record.ts';
import { PUBLIC_MEMBERS } from '../domain/record-members.ts';
import {
  adoptedEnd,
  countEnd,
  dateEnd,
  hexEnd,
  literalEnd,
  lorasEnd,
  numberEnd,
  parentsEnd,
  positiveEnd,
  provenanceEnd,
  seedEnd,
  textEnd,
  textsEnd,
  timeAt,
} from './canonical-values.ts';
import { after, ascii } from './manifest/bytes.ts';

/** What an index needs of a record beside where it lies. */
export interface CanonicalFacts {
  /** `created_at`, ms. */
  readonly time: number;
  readonly status: Status;
}

/** One day folder's sidecars, and what is the same in all of them. */
export interface CanonicalPlace {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly day: Day;
}

/** What the members before it told, and the place's own bytes. */
interface Scan {
  readonly owner: Uint8Array;
  readonly kind: Uint8Array;
  /** `2026-01-02`. */
  readonly date: Uint8Array;
  readonly dayStart: number;
  id: string;
  exts: readonly OriginalExt[];
  time: number;
  trashed: boolean;
}

/** Position after a value in its canonical form, or −1. */
type ValueEnd = (bytes: Buffer, at: number, scan: Scan) => number;
type Member = Exclude<(typeof PUBLIC_MEMBERS)[number], 'day' | 'ext'>;

const NULL = ascii('null');
const THUMB = ascii('"thumb/');
const THUMB_TAILS = THUMB_EXTS.map((ext) => ascii(`.${ext}"`));
const MIMES = FORMATS.map(({ mime }) => ({ ext: extOf(mime), text: ascii(`"${mime}"`) }));
const ACTIVE = ascii('"active"');
const TRASH = ascii('"trash"');
const IDEM = ascii(',"idem":');
const BRACE = 0x7d;

const orNull =
  (end: ValueEnd): ValueEnd =>
  (bytes, at, scan) =>
    bytes[at] === NULL[0] ? after(bytes, at, NULL) : end(bytes, at, scan);

const version = ascii(String(RECORD_VERSION));
const words = [ascii('true'), ascii('false')];
const text = orNull(textEnd);

function mimeEnd(bytes: Buffer, at: number, { exts }: Scan): number {
  for (const { ext, text: mime } of MIMES) {
    const end = after(bytes, at, mime);
    // another extension would have to stand in the record
    if (end >= 0) return exts.includes(ext) ? end : -1;
  }
  return -1;
}

function idEnd(bytes: Buffer, at: number, { id }: Scan): number {
  for (let i = 0; i < id.length; i += 1) if (bytes[at + i] !== id.charCodeAt(i)) return -1;
  return at + id.length;
}

function thumbEnd(bytes: Buffer, at: number, scan: Scan): number {
  const start = after(bytes, at, THUMB);
  const end = start < 0 ? -1 : idEnd(bytes, start, scan);
  return end < 0 ? -1 : literalEnd(bytes, end, THUMB_TAILS);
}

function quoted(bytes: Buffer, at: number, end: number): number {
  return bytes[at] === 0x22 && end >= 0 && bytes[end] === 0x22 ? end + 1 : -1;
}

function statusEnd(bytes: Buffer, at: number, scan: Scan): number {
  scan.trashed = bytes[at + 1] === TRASH[1];
  return after(bytes, at, scan.trashed ? TRASH : ACTIVE);
}

function createdEnd(bytes: Buffer, at: number, scan: Scan): number {
  const end = dateEnd(bytes, at);
  // lying in another day's folder would have to stand in the record
  if (end < 0 || after(bytes, at + 1, scan.date) < 0) return -1;
  scan.time = scan.dayStart + timeAt(bytes, at + 12);
  return end;
}

function trashedEnd(bytes: Buffer, at: number, { trashed }: Scan): number {
  if (bytes[at] === NULL[0]) return after(bytes, at, NULL);
  return trashed ? dateEnd(bytes, at) : -1;
}

function ratingEnd(bytes: Buffer, at: number): number {
  const digit = bytes[at] ?? 0;
  return digit >= 0x30 && digit <= 0x35 ? at + 1 : -1;
}

/** Of every member its canonical form, exactly as far as `parseRecord` would keep the value as it is. */
const VALUES: { readonly [name in Member]: ValueEnd } = {
  v: (bytes, at) => after(bytes, at, version),
  rev: positiveEnd,
  mime: mimeEnd,
  thumb: orNull(thumbEnd),
  thumb_v: countEnd,
  favorite: (bytes, at) => literalEnd(bytes, at, words),
  id: (bytes, at, scan) => quoted(bytes, at, idEnd(bytes, at + 1, scan)),
  owner: (bytes, at, { owner }) => after(bytes, at, owner),
  kind: (bytes, at, { kind }) => after(bytes, at, kind),
  status: statusEnd,
  created_at: createdEnd,
  updated_at: dateEnd,
  trashed_at: trashedEnd,
  original_filename: textEnd,
  bytes: countEnd,
  thumb_bytes: countEnd,
  sha256: (bytes, at) => hexEnd(bytes, at, 64),
  crc32: orNull((bytes, at) => hexEnd(bytes, at, 8)),
  width: orNull(positiveEnd),
  height: orNull(positiveEnd),
  thumbhash: text,
  tags: textsEnd,
  rating: orNull(ratingEnd),
  source: textEnd,
  workflow_id: text,
  aspect_ratio: text,
  seed: orNull(seedEnd),
  prompt: text,
  negative_prompt: text,
  model: text,
  loras: lorasEnd,
  sampler: text,
  scheduler: text,
  steps: orNull(numberEnd),
  cfg: orNull(numberEnd),
  generator: text,
  job_id: text,
  parents: parentsEnd,
  from: provenanceEnd,
  thumb_crc32: (bytes, at) => hexEnd(bytes, at, 8),
  purging: (bytes, at, { trashed }) => (trashed ? dateEnd(bytes, at) : -1),
};

/** What a caller says about a picture, its thumbnail's checksum and the mark of a purge: may be missing. All the rest is always written. */
const OPTIONAL: { readonly [name in keyof Descriptive | 'thumb_crc32' | 'purging']-?: true } = {
  workflow_id: true,
  aspect_ratio: true,
  seed: true,
  prompt: true,
  negative_prompt: true,
  model: true,
  loras: true,
  sampler: true,
  scheduler: true,
  steps: true,
  cfg: true,
  generator: true,
  job_id: true,
  parents: true,
  from: true,
  thumb_crc32: true,
  purging: true,
};

const MEMBERS = PUBLIC_MEMBERS.flatMap((name, index) =>
  name === 'day' || name === 'ext'
    ? []
    : [
        {
          name: ascii(`${index === 0 ? '{' : ','}"${name}":`),
          end: VALUES[name],
          optional: Object.hasOwn(OPTIONAL, name),
        },
      ],
);

/** Tells of one sidecar after another of a folder whether it is canonical. */
export type CanonicalReader = (
  bytes: Buffer,
  id: PictureId,
  exts: readonly OriginalExt[],
) => CanonicalFacts | undefined;

/**
 * Recognizes sidecars that hold exactly what `encodeRecord` would write of the record that `parseRecord` makes of them:
 * such bytes can go into a manifest as they are, which is ten times cheaper. Read by position, nothing is parsed.
 * Undefined for everything else, however good: then they are to be parsed (a member we do not know, another order, a blank,
 * a rare escape, a picture in another day's folder).
 */
export function createCanonicalReader({ owner, kind, day }: CanonicalPlace): CanonicalReader {
  const scan: Scan = {
    owner: ascii(`"${owner}"`),
    kind: ascii(`"${kind}"`),
    date: ascii(day.replaceAll('/', '-')),
    dayStart: startOfDay(day),
    id: '',
    exts: [],
    time: 0,
    trashed: false,
  };
  return (bytes, id, exts) => {
    scan.id = id;
    scan.exts = exts;
    if (!isWhole(bytes, scan) || !isUtf8(bytes)) return undefined;
    return { time: scan.time, status: scan.trashed ? 'trash' : 'active' };
  };
}

function isWhole(bytes: Buffer, scan: Scan): boolean {
  let at = 0;
  for (const { name, end, optional } of MEMBERS) {
    const value = after(bytes, at, name);
    if (value < 0) {
      if (optional) continue;
      return false;
    }
    at = end(bytes, value, scan);
    if (at < 0) return false;
  }
  at = adoptedEnd(bytes, at);
  const idem = after(bytes, at, IDEM);
  if (idem >= 0) at = hexEnd(bytes, idem, 16);
  return at === bytes.length - 1 && bytes[at] === BRACE;
}
