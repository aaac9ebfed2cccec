import { type Day, dayOf } from '../../domain/day.ts';
import { extOf, isMime, ORIGINAL_EXTS, type OriginalExt, type ThumbExt } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { decodeRecord, publicJsonOf } from '../../domain/record-codec.ts';
import type { Entry } from '../catalog.ts';
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

/** The `Entry` over a record's encoded bytes; nothing is parsed until `record()` asks for it. */
export function lineEntry(
  owner: Owner,
  json: Buffer,
  facts: RecordFacts & { readonly id: PictureId },
): LineEntry {
  return entryOf(owner, facts.id, json, facts, undefined);
}

/** The same of bytes that may be on loan; the entry is one of the holders. */
export function entryOf(
  owner: Owner,
  id: PictureId,
  json: Buffer,
  facts: RecordFacts,
  loan: Loan | undefined,
): LineEntry {
  const canonical = scanUrlHead(json, 0, json.length, head);
  const place = canonical ? placeOf(json, head, facts.createdAt) : undefined;
  return new LineEntry(owner, id, json, facts, !canonical || head.hasPrivate, place, loan);
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
  readonly #mayBePrivate: boolean;
  #json: Buffer;
  #shown: Uint8Array | undefined;
  #loan: Loan | undefined;
  #parsed: PictureRecord | undefined;

  constructor(
    owner: Owner,
    id: PictureId,
    json: Buffer,
    facts: RecordFacts,
    mayBePrivate: boolean,
    known: Place | undefined,
    loan: Loan | undefined,
  ) {
    this.owner = owner;
    this.id = id;
    this.#json = json;
    this.#mayBePrivate = mayBePrivate;
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
    this.#shown ??= this.#mayBePrivate ? publicJsonOf(this.#json) : this.#json;
    return this.#shown;
  }

  record(): PictureRecord {
    this.#parsed ??= decodeRecord(this.#json);
    return this.#parsed;
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
