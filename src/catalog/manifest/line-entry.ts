import { type Day, dayOf } from '../../domain/day.ts';
import { extOf, isMime, ORIGINAL_EXTS, type OriginalExt, type ThumbExt } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { decodeRecord, publicJsonOf } from '../../domain/record-codec.ts';
import type { Entry } from '../catalog.ts';
import { emptyHead, type RecordHead, scanHead } from './record-head.ts';

/** What the index knows of a row when its line is read. */
export interface RowSnapshot {
  readonly row: number;
  readonly offset: number;
  readonly length: number;
  readonly seq: number;
  readonly id: PictureId;
  readonly createdAt: number;
  readonly kind: number;
  readonly status: number;
}

interface Place {
  readonly day: Day;
  readonly ext: OriginalExt;
  readonly thumb: ThumbExt | null;
  readonly thumbV: number;
}

const head = emptyHead();

/** The `Entry` over a record's encoded bytes; nothing is parsed until `record()` asks for it. */
export function lineEntry(
  owner: Owner,
  json: Buffer,
  row: Omit<RowSnapshot, 'offset' | 'length' | 'row'>,
): Entry {
  const canonical = scanHead(json, 0, json.length, head);
  const place = canonical ? placeOf(json, head, row.createdAt) : undefined;
  return new LineEntry(owner, json, row, !canonical || head.hasPrivate, place);
}

class LineEntry implements Entry {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly id: PictureId;
  readonly status: Status;
  readonly day: Day;
  readonly ext: OriginalExt;
  readonly thumb: ThumbExt | null;
  readonly thumbV: number;
  readonly createdAt: number;
  readonly seq: number;
  readonly publicJson: Uint8Array;
  readonly #json: Buffer;
  #parsed: PictureRecord | undefined;

  constructor(
    owner: Owner,
    json: Buffer,
    row: Omit<RowSnapshot, 'offset' | 'length' | 'row'>,
    mayBePrivate: boolean,
    known: Place | undefined,
  ) {
    this.owner = owner;
    this.#json = json;
    this.kind = KINDS[row.kind] ?? 'generated';
    this.status = STATUSES[row.status] ?? 'active';
    this.id = row.id;
    this.createdAt = row.createdAt;
    this.seq = row.seq;
    const place = known ?? placeOfRecord(this.record(), row.createdAt);
    this.day = place.day;
    this.ext = place.ext;
    this.thumb = place.thumb;
    this.thumbV = place.thumbV;
    this.publicJson = mayBePrivate ? publicJsonOf(json) : json;
  }

  record(): PictureRecord {
    this.#parsed ??= decodeRecord(this.#json);
    return this.#parsed;
  }
}

/** By position; undefined when a value is not one we know. */
function placeOf(json: Buffer, at: RecordHead, createdAt: number): Place | undefined {
  const ext = at.extStart < 0 ? extOfMime(json, at) : extAt(json, at.extStart, at.extEnd);
  if (ext === undefined) return undefined;
  return {
    day: at.dayStart < 0 ? dayOf(createdAt) : (json.toString('latin1', at.dayStart, at.dayStart + 10) as Day),
    ext,
    thumb: at.thumbStart < 0 ? null : thumbExtAt(json, at.thumbEnd),
    thumbV: at.thumbV,
  };
}

/** `image/png`, `image/jpeg`, `image/webp`: told apart by the first letter after the slash. */
function extOfMime(json: Buffer, at: RecordHead): OriginalExt | undefined {
  const letter = json[at.mimeStart + 6];
  if (letter === 0x70) return 'png';
  if (letter === 0x6a) return 'jpg';
  return letter === 0x77 ? 'webp' : undefined;
}

function extAt(json: Buffer, start: number, end: number): OriginalExt | undefined {
  const text = json.toString('latin1', start, end);
  return ORIGINAL_EXTS.find((ext) => ext === text);
}

/** `….webp` or `….jpg`, by the last letter. */
function thumbExtAt(json: Buffer, end: number): ThumbExt {
  return json[end - 1] === 0x70 ? 'webp' : 'jpg';
}

function placeOfRecord(record: PictureRecord, createdAt: number): Place {
  const { day, ext, mime, thumb, thumb_v: thumbV } = record;
  return {
    day: day ?? dayOf(createdAt),
    ext: ext ?? (isMime(mime) ? extOf(mime) : 'png'),
    thumb: thumb === null ? null : thumb.endsWith('.webp') ? 'webp' : 'jpg',
    thumbV,
  };
}
