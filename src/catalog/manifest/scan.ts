import { KirokuError } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import { KINDS, STATUSES } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { decodeRecord } from '../../domain/record-codec.ts';
import { isoOf } from '../../domain/time.ts';
import type { StorageFile } from '../../storage/storage.ts';
import { BaseOrder } from './base-order.ts';
import { ascii, hex32 } from './bytes.ts';
import { ChunkLines } from './chunk-lines.ts';
import { ChunkReader } from './chunk-reader.ts';
import { emptyFacts, type RowFacts } from './columns.ts';
import { FacetCodes } from './facet-codes.ts';
import { decodeHeader, HEADER_LENGTH, type Header } from './header.ts';
import { HEX_FORM, HEX_LENGTH, type IdForm, idText, ULID_FORM } from './ids.ts';
import { emptyView, type LineView, PURGE, PUT, scanLine } from './line.ts';
import { MARK_AGE } from './marks.ts';
import { OwnerIndex } from './owner-index.ts';
import { emptyHead, type RecordHead, scanHead } from './record-head.ts';
import { RecordScanner } from './record-scanner.ts';
import { estimateLines } from './row-estimate.ts';
import { inTurns, turn } from './turns.ts';

/** A larger file's number of lines is estimated first. */
const MANY = 1 << 20;

/** What the log of an unsettled time did to one picture. */
export interface Touched {
  /** Where its line lay before it was purged; undefined when it was not. */
  purged: { readonly offset: number; readonly length: number } | undefined;
}

export interface Scanned {
  readonly header: Header;
  readonly index: OwnerIndex;
  /** Byte after the last good line. */
  readonly end: number;
  /** There are bytes behind `end`: a last line that is torn or bad. */
  readonly torn: boolean;
  /** Pictures changed since `unsettledSince`; empty without one. */
  readonly touched: ReadonlyMap<PictureId, Touched>;
}

export interface ScanOptions {
  readonly owner: Owner;
  /** ms. */
  readonly now: number;
  /** ms: log lines from the first one of this time on are given in `touched`. */
  readonly unsettledSince: number | undefined;
  /** An index that holds everything before `position`, a byte of the log. */
  readonly resume?: { readonly index: OwnerIndex; readonly position: number } | undefined;
  /** Gives up soon after it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** What the last line is when it is none. */
interface Torn {
  readonly tornAt: number;
}

/** Why a manifest cannot be used. */
export interface Damage {
  readonly damage: string;
}

/**
 * Reads a manifest from end to end, checking every line, and makes the index. Damage in the log's last line is told
 * apart: only that can be what a crash left of an append that was never acknowledged.
 * @throws the operating system's error; KirokuError `draining` after the signal
 */
export async function scanManifest(file: StorageFile, options: ScanOptions): Promise<Scanned | Damage> {
  const { size } = await file.stat();
  const first = Buffer.alloc(HEADER_LENGTH);
  await file.read(first, 0, HEADER_LENGTH, 0);
  const header = decodeHeader(first);
  if (header === undefined) return { damage: 'bad header' };
  if (header.owner !== options.owner) return { damage: 'another owner' };
  if (header.sortedEnd > size) return { damage: 'base cut short' };
  const scanner = new Scanner(header, options);
  return scanner.run(file, size);
}

/** One pass over one file; holds what the lines before the current one decide. */
class Scanner {
  private readonly header: Header;
  private readonly options: ScanOptions;
  private readonly index: OwnerIndex;
  private readonly view: LineView = emptyView();
  private readonly head: RecordHead = emptyHead();
  private readonly facets: FacetCodes;
  private readonly lines = new ChunkLines();
  private readonly records: RecordScanner;
  private readonly touched = new Map<PictureId, Touched>();
  private readonly ownerBytes: Uint8Array;
  private readonly marksFrom: Uint8Array;
  private readonly unsettledFrom: Uint8Array | undefined;
  private readonly base: BaseOrder;
  private readonly row: { -readonly [name in keyof RowFacts]: RowFacts[name] } = emptyFacts();
  private unsettled = false;

  constructor(header: Header, options: ScanOptions) {
    this.header = header;
    this.options = options;
    const { epoch, floor, maxSeq } = header;
    this.index = options.resume?.index ?? new OwnerIndex({ epoch, floor, seq: maxSeq });
    this.base = new BaseOrder((words, form) => this.index.ids.find(words, form) >= 0);
    this.facets = new FacetCodes(this.index.facets);
    this.records = new RecordScanner(options.owner);
    this.ownerBytes = ascii(options.owner);
    this.marksFrom = isoBytes(options.now - MARK_AGE);
    const { unsettledSince } = options;
    this.unsettledFrom = unsettledSince === undefined ? undefined : isoBytes(unsettledSince);
  }

  async run(file: StorageFile, size: number): Promise<Scanned | Damage> {
    const from = this.options.resume?.position ?? HEADER_LENGTH;
    if (this.options.resume === undefined && size - from > MANY) {
      this.reserve(await estimateLines(file, from, size));
    }
    const reader = new ChunkReader(file, from, size);
    try {
      return await this.takeAll(reader, from, size);
    } finally {
      await reader.settle();
    }
  }

  private async takeAll(reader: ChunkReader, from: number, size: number): Promise<Scanned | Damage> {
    let position = from;
    for (let taken = 0; position + reader.end - taken < size; ) {
      if (this.options.signal?.aborted === true) throw new KirokuError('draining', 'The server is stopping.');
      if (!(await reader.next(taken))) return { damage: 'shrank while it was read' };
      const outcome = this.takeLines(reader, position, size);
      if (typeof outcome !== 'number')
        return 'damage' in outcome ? outcome : this.result(outcome.tornAt, true);
      position += outcome - reader.start;
      taken = outcome;
      await turn();
    }
    if (position === size) return this.result(position, false);
    const bad = this.badLine(position, 'no end of line');
    return 'damage' in bad ? bad : this.result(bad.tornAt, true);
  }

  /** Takes whole lines; where in the buffer they end, or the end of the scan. */
  private takeLines(reader: ChunkReader, position: number, size: number): number | Torn | Damage {
    const { lines } = this;
    const { buffer } = reader;
    this.facets.begin(buffer);
    this.records.begin(buffer);
    lines.read(buffer, reader.start, reader.end);
    let { start } = reader;
    for (let n = 0; n < lines.count; n++) {
      const end = lines.end(n);
      const offset = position + start - reader.start;
      const length = end + 1 - start;
      if (!lines.holds(start, end) || !scanLine(buffer, start, end, this.view)) {
        const isLast = offset + length === size;
        return isLast ? this.badLine(offset, 'bad line') : { damage: `bad line at byte ${offset}` };
      }
      const why = this.takeLine(buffer, offset, length);
      if (why !== undefined) return { damage: `${why} at byte ${offset}` };
      start = end + 1;
    }
    return start;
  }

  private badLine(offset: number, why: string): Torn | Damage {
    return offset >= this.header.sortedEnd ? { tornAt: offset } : { damage: `${why} in the base` };
  }

  private async result(end: number, torn: boolean): Promise<Scanned | Damage> {
    if (end < this.header.sortedEnd) return { damage: 'base cut short' };
    await inTurns(this.index.finishing());
    return { header: this.header, index: this.index, end, torn, touched: this.touched };
  }

  /** What is wrong with the line in the view; undefined when it was taken. */
  private takeLine(buffer: Buffer, offset: number, length: number): string | undefined {
    const inBase = offset < this.header.sortedEnd;
    if (inBase && offset + length > this.header.sortedEnd) return 'base ends inside a line';
    const wrong = inBase ? this.checkBase() : this.checkLog();
    if (wrong !== undefined) return wrong;
    return this.view.op === PURGE ? this.takePurge(inBase) : this.takeRecord(buffer, offset, length, inBase);
  }

  private checkBase(): string | undefined {
    const { view } = this;
    if (view.seq > this.header.maxSeq) return 'sequence above the header';
    return this.base.check(view.time, view.words, this.form());
  }

  private checkLog(): string | undefined {
    if (this.view.seq !== this.index.seq + 1) return 'sequence broken';
    this.index.seq = this.view.seq;
    return undefined;
  }

  private takePurge(inBase: boolean): undefined {
    const { view, index } = this;
    const form = this.form();
    const row = index.ids.find(view.words, form);
    const id = idText(view.words, 0, form);
    if (row >= 0 && !inBase && this.isUnsettled(undefined, view.time)) {
      const { columns } = index;
      this.touch(id).purged = { offset: columns.offset(row), length: columns.length(row) };
    }
    const kind = KINDS[view.kind] ?? 'generated';
    const status = STATUSES[view.status] ?? 'active';
    index.purge(view.words, form, { seq: view.seq, id, time: view.time, kind, status });
    return undefined;
  }

  private takeRecord(buffer: Buffer, offset: number, length: number, inBase: boolean): string | undefined {
    const { view, head } = this;
    const usual = this.records.read(view, head);
    const canonical = usual || scanHead(buffer, view.recordStart, view.recordEnd, head);
    if (canonical && !usual && !this.namesMatch(buffer)) return 'record of another picture';
    const wrong = canonical ? this.takeFacets() : this.takeForeign(buffer);
    if (wrong !== undefined) return wrong;
    const facts = this.facts(offset, length);
    // of the base it is known by now that no line before has the id
    const row = inBase ? this.index.insert(view.words, facts) : this.index.put(view.words, facts);
    if (canonical) this.takeMark(buffer, row, inBase);
    if (!inBase && this.isUnsettled(canonical ? buffer : undefined, this.options.now)) this.touchRow(row);
    return undefined;
  }

  /** The facts of the line in the view: one object for all lines. */
  private facts(offset: number, length: number): RowFacts {
    const { view, head, row } = this;
    row.offset = offset;
    row.length = length;
    row.createdAt = view.time;
    row.seq = view.seq;
    row.op = view.op;
    row.kind = view.kind;
    row.status = view.status;
    row.favorite = head.favorite;
    row.form = this.form();
    row.sha = head.sha;
    row.bytes = head.bytes;
    row.thumbBytes = head.thumbBytes;
    row.trait = this.index.facets.traits.traitOf(this.facets.look, this.facets.tags, head.favorite);
    return row;
  }

  private touchRow(row: number): void {
    this.touch(this.index.idOf(row)).purged = undefined;
  }

  /** The record's own id and owner, byte for byte. */
  private namesMatch(buffer: Buffer): boolean {
    const { view, head, ownerBytes } = this;
    if (head.idEnd - head.idStart !== view.idLength) return false;
    for (let i = 0; i < view.idLength; i++)
      if (buffer[head.idStart + i] !== buffer[view.idStart + i]) return false;
    if (head.ownerEnd - head.ownerStart !== ownerBytes.length) return false;
    for (let i = 0; i < ownerBytes.length; i++)
      if (buffer[head.ownerStart + i] !== ownerBytes[i]) return false;
    return true;
  }

  private takeFacets(): string | undefined {
    const { view, head } = this;
    try {
      this.facets.read(view.recordStart, head.shaEnd, view.recordEnd);
      return undefined;
    } catch {
      return 'record does not parse';
    }
  }

  /** A record whose members another writer put in another order: parsed. */
  private takeForeign(buffer: Buffer): string | undefined {
    const { view, head } = this;
    try {
      const record = decodeRecord(buffer.subarray(view.recordStart, view.recordEnd));
      if (record.owner !== this.options.owner) return 'record of another owner';
      if (record.id !== buffer.toString('latin1', view.idStart, view.idStart + view.idLength))
        return 'record of another picture';
      this.facets.take(record);
      head.favorite = record.favorite;
      head.bytes = record.bytes;
      head.thumbBytes = record.thumb_bytes;
      head.sha = Math.max(0, hex32(Buffer.from(record.sha256, 'latin1'), 0));
      return undefined;
    } catch {
      return 'record does not parse';
    }
  }

  private takeMark(buffer: Buffer, row: number, inBase: boolean): void {
    const { head } = this;
    if (head.idemStart < 0 || (!inBase && this.view.op !== PUT)) return;
    if (!atLeast(buffer, head.updatedStart, this.marksFrom)) return;
    const time = Date.parse(buffer.toString('latin1', head.updatedStart, head.updatedStart + 24));
    this.index.marks.add(hex32(buffer, head.idemStart), hex32(buffer, head.idemStart + 8), row, time);
  }

  /** From the first line of the unsettled time on, every line counts, whatever its clock said. */
  private isUnsettled(buffer: Buffer | undefined, time: number): boolean {
    if (this.unsettledFrom === undefined || this.unsettled) return this.unsettled;
    this.unsettled =
      buffer === undefined
        ? time >= (this.options.unsettledSince ?? Number.POSITIVE_INFINITY)
        : atLeast(buffer, this.head.updatedStart, this.unsettledFrom);
    return this.unsettled;
  }

  private touch(id: PictureId): Touched {
    const known = this.touched.get(id) ?? { purged: undefined };
    this.touched.set(id, known);
    return known;
  }

  private form(): IdForm {
    return this.view.idLength === HEX_LENGTH ? HEX_FORM : ULID_FORM;
  }

  /** The arrays get their size at once. */
  private reserve(rows: number): void {
    this.index.columns.reserve(rows);
    this.index.ids.reserve(rows);
  }
}

function isoBytes(time: number): Uint8Array {
  return ascii(isoOf(Math.max(0, time)));
}

/** Compares two times of the fixed form as text. */
function atLeast(bytes: Buffer, at: number, iso: Uint8Array): boolean {
  for (let i = 0; i < iso.length; i++) {
    const difference = (bytes[at + i] ?? 0) - (iso[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
