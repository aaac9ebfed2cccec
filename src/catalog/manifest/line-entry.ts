import { type Day, dayOf } from '../../domain/day.ts';
import { extOf, isMime, ORIGINAL_EXTS, type OriginalExt, type ThumbExt } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../domain/kind.ts';
import { ownBytes } from '../../domain/own-bytes.ts';
import type { Owner } from '../../domain/owner.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { decodeRecord, publicJsonOf } from '../../domain/record-codec.ts';
import type { Entry } from '../catalog.ts';
import { hex32 } from './bytes.ts';
import type { Loan } from './read-buffers.ts';
import { emptyHead, type RecordHead, scanUrlHead } from './record-head.ts';

/** What the index knows of a row when its line is read. */
export interface RowSnapshot {
  readonly row: number;
  readonly offset: number;
  readonly length: number;
  readonly seq: number;
  readonly createdAt: number;
  /** Places in `KINDS` and `STATUSES`. */
  readonly kind: number;
  readonly status: number;
}

type RecordFacts = Omit<RowSnapshot, 'offset' | 'length' | 'row'>;

interface Place {
  readonly day: Day;
  readonly ext: OriginalExt;
  readonly thumb: ThumbExt | null;
  readonly thumbV: number;
}

/** In place of bytes that may be another's by now. */
const RELEASED = Buffer.alloc(0);

const head = emptyHead();

/**
 * The `Entry` over a record's encoded bytes; nothing is parsed until `record()` asks for it. It is kept by the ring and by
 * those who tell of changes, and so has bytes of its own.
 */
export function lineEntry(
  owner: Owner,
  encoded: Buffer<ArrayBuffer>,
  facts: RecordFacts & { readonly id: PictureId },
): LineEntry {
  const json = ownBytes(encoded);
  const place = placeIn(json, facts.createdAt);
  return new LineEntry(owner, facts.id, json, facts, tailOf(json, place, false), place, undefined);
}

/**
 * The same of bytes that were read for entries alone, and that may be on loan; the entry is one of the holders. The
 * byte in front of a private end is written over.
 */
export function entryOf(
  owner: Owner,
  id: PictureId,
  json: Buffer,
  facts: RecordFacts,
  loan: Loan | undefined,
): LineEntry {
  const place = placeIn(json, facts.createdAt);
  return new LineEntry(owner, id, json, facts, tailOf(json, place, true), place, loan);
}

/** By position, leaving `head` filled; undefined when the members stand in another order. */
function placeIn(json: Buffer, createdAt: number): Place | undefined {
  return scanUrlHead(json, 0, json.length, head) ? placeOf(json, head, createdAt) : undefined;
}

/** Ends in nothing private. */
const PUBLIC = 0;
/** What is private is to be looked for, and the rest to be copied. */
const UNKNOWN = -1;
const IDEM_TAIL = ',"idem":"0123456789abcdef"'.length;
const BRACE = 0x7d;
const COMMA = 0x2c;

/** Bytes before the last brace that never leave the server, by what `placeIn` left in `head`. */
function tailOf(json: Buffer, place: Place | undefined, mayWrite: boolean): number {
  if (place === undefined || head.hasAdopted) return UNKNOWN;
  if (head.idemStart < 0) return PUBLIC;
  const isMark = hex32(json, head.idemStart) >= 0 && hex32(json, head.idemStart + 8) >= 0;
  return isMark && mayWrite ? IDEM_TAIL : UNKNOWN;
}

/** An entry over its line's own bytes. Made for every line of every page: few objects, nothing before it is asked for. */
export class LineEntry implements Entry {
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
  readonly #tail: number;
  #json: Buffer;
  #shown: Uint8Array | undefined;
  #loan: Loan | undefined;
  #parsed: PictureRecord | undefined;

  constructor(
    owner: Owner,
    id: PictureId,
    json: Buffer,
    facts: RecordFacts,
    tail: number,
    known: Place | undefined,
    loan: Loan | undefined,
  ) {
    this.owner = owner;
    this.id = id;
    this.#json = json;
    this.#tail = tail;
    this.#loan = loan;
    this.kind = KINDS[facts.kind] ?? 'generated';
    this.status = STATUSES[facts.status] ?? 'active';
    this.createdAt = facts.createdAt;
    this.seq = facts.seq;
    const place = known ?? placeOfRecord(this.record(), facts.createdAt);
    this.day = place.day;
    this.ext = place.ext;
    this.thumb = place.thumb;
    this.thumbV = place.thumbV;
  }

  get publicJson(): Uint8Array {
    this.#shown ??= this.#show();
    return this.#shown;
  }

  #show(): Uint8Array {
    const json = this.#json;
    if (this.#tail === PUBLIC) return json;
    if (this.#tail === UNKNOWN) return publicJsonOf(json);
    const end = json.length - this.#tail;
    json[end - 1] = BRACE;
    return json.subarray(0, end);
  }

  record(): PictureRecord {
    this.#parsed ??= decodeRecord(this.#whole());
    return this.#parsed;
  }

  /** As it was read: whoever was shown it, or another entry of the same line, has put a brace in the place of a comma. */
  #whole(): Buffer {
    if (this.#tail <= 0) return this.#json;
    const whole = Buffer.from(this.#json);
    whole[whole.length - this.#tail - 1] = COMMA;
    return whole;
  }

  /** It was read as one of many, into bytes that it shares with them. */
  get isShared(): boolean {
    return this.#loan !== undefined;
  }

  /** Gives it bytes of its own. For who keeps it. */
  detach(): void {
    if (this.#loan === undefined) return;
    const own = Buffer.allocUnsafeSlow(this.#json.length);
    own.set(this.#json);
    this.#json = own;
    this.#shown = undefined;
    this.#loan.done();
    this.#loan = undefined;
  }

  /** Nothing for one that is kept: it has bytes of its own, and others may hold it. */
  release(): void {
    if (this.#loan === undefined) return;
    this.#json = RELEASED;
    this.#shown = undefined;
    this.#loan.done();
    this.#loan = undefined;
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
