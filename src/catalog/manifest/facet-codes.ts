import type { PictureRecord } from '../../domain/record.ts';
import { decodeRecord } from '../../domain/record-codec.ts';
import { facetValues, LORA_CALL } from '../../domain/search/facets.ts';
import type { FacetTable } from './facet-table.ts';
import { hashRange, RawCodes, type RawHash, startHash } from './raw-codes.ts';
import { emptyPlace, type FacetPlace, findFacets, findPrompt, type Source } from './record-facets.ts';

/** A network's name in a prompt, and the call around it, is no longer than this in UTF-8. */
const LONGEST_CALL = 1_000;
const ESCAPE = '\\u';
const BACKSLASH = 0x5c;

/**
 * The codes of records as they are read from a file: by their bytes where those were seen before, by parsing the few
 * that were not. One for each scan; nothing of it stays.
 */
export class FacetCodes {
  look = 0;
  tags = 0;
  private readonly table: FacetTable;
  private readonly tagCodes = new RawCodes();
  /** Twice the code, and 1 more for a look that lists LoRAs itself. */
  private readonly lookCodes = new RawCodes();
  private readonly place: FacetPlace = emptyPlace();
  private readonly hash: RawHash = { high: 0, low: 0 };
  private buffer: Buffer = Buffer.alloc(0);
  private source: Source = sourceOf(this.buffer);
  /** The first of each in the buffer that is not behind what was read; the buffer's end when there is none. */
  private nextCall = 0;
  private nextEscape = 0;

  constructor(table: FacetTable) {
    this.table = table;
  }

  /** The records that follow lie in this buffer, with rising positions. */
  begin(buffer: Buffer): void {
    this.buffer = buffer;
    this.source = sourceOf(buffer);
    this.nextCall = -1;
    this.nextEscape = -1;
  }

  /**
   * Puts the codes of a record into `look` and `tags`.
   * @param shaEnd behind the value of `sha256`; −1 when the record's members stand in another order
   * @throws KirokuError `tree_unreadable` when it must be parsed and cannot be
   */
  read(start: number, shaEnd: number, end: number): void {
    if (shaEnd < 0 || !findFacets(this.source, shaEnd, end, this.place)) {
      this.take(this.parse(start, end));
      return;
    }
    this.readTags();
    this.readLook(start, end);
  }

  /** The codes of a record at hand. */
  take(record: PictureRecord): void {
    const values = facetValues(record);
    this.look = this.table.lookOf(values);
    this.tags = this.table.tagsOf(values);
  }

  private parse(start: number, end: number): PictureRecord {
    return decodeRecord(this.buffer.subarray(start, end));
  }

  /** The look's members alone: without tags, and without the prompt. */
  private parseLook(): PictureRecord {
    const { tagsEnd, lookEnd } = this.place;
    const members = this.buffer.toString('utf8', tagsEnd, lookEnd);
    return decodeRecord(Buffer.from(`{"tags":[]${members}}`));
  }

  private readTags(): void {
    const { place, hash, tagCodes } = this;
    this.tags = 0;
    if (place.tagsEnd - place.tagsStart <= 2) return;
    startHash(hash);
    hashRange(this.source.view, place.tagsStart, place.tagsEnd, hash);
    this.tags = tagCodes.find(hash);
    if (this.tags >= 0) return;
    const tags = this.buffer.toString('utf8', place.tagsStart, place.tagsEnd);
    this.tags = this.table.tagsOf(facetValues(decodeRecord(Buffer.from(`{"tags":${tags}}`))));
    tagCodes.add(hash, this.tags);
  }

  private readLook(start: number, end: number): void {
    const { place, hash, lookCodes } = this;
    startHash(hash);
    hashRange(this.source.view, place.tagsEnd, place.lookEnd, hash);
    let known = lookCodes.find(hash);
    if (known < 0) {
      const values = facetValues(this.parseLook());
      known = this.table.lookOf(values) * 2 + (values.lora.length > 0 ? 1 : 0);
      lookCodes.add(hash, known);
    }
    this.look = known >>> 1;
    if ((known & 1) === 0 && this.mayCall(end)) this.readCalls(start, end);
  }

  /** Whether the record that ends here may call a network in its prompt. */
  private mayCall(end: number): boolean {
    const { buffer, place } = this;
    const from = place.lookEnd;
    if (this.nextCall < from) this.nextCall = found(buffer, LORA_CALL, from);
    if (this.nextEscape < from) this.nextEscape = found(buffer, ESCAPE, from);
    return this.nextCall < end || this.nextEscape < end;
  }

  /** The same look with the LoRAs that the prompt calls: known by the look's bytes and those of the calls. */
  private readCalls(start: number, end: number): void {
    const { place, hash, lookCodes } = this;
    if (!findPrompt(this.source, end, place) || !this.hashCalls()) {
      this.look = this.table.lookOf(facetValues(this.parse(start, end)));
      return;
    }
    let known = lookCodes.find(hash);
    if (known < 0) {
      known = this.table.lookOf(facetValues(this.parse(start, end))) * 2;
      lookCodes.add(hash, known);
    }
    this.look = known >>> 1;
  }

  /** Takes each call of the prompt into the hash, up to what ends its name; false when one holds an escape. */
  private hashCalls(): boolean {
    const { buffer, place, hash } = this;
    if (this.nextEscape < place.promptEnd) return false;
    const text = buffer.subarray(0, place.promptEnd);
    let at = text.indexOf(LORA_CALL, place.promptStart, 'latin1');
    for (; at >= 0; at = text.indexOf(LORA_CALL, at, 'latin1')) {
      const from = at + LORA_CALL.length;
      at = from;
      while (at < place.promptEnd && at - from < LONGEST_CALL && !endsName(buffer[at])) at += 1;
      if (buffer[at] === BACKSLASH) return false;
      hashRange(this.source.view, from, Math.min(at + 1, place.promptEnd), hash);
    }
    return true;
  }
}

/** `:`, `<`, `>`, and a backslash, behind which a name's true bytes cannot be told without parsing. */
function endsName(byte: number | undefined): boolean {
  return byte === 0x3a || byte === 0x3c || byte === 0x3e || byte === BACKSLASH;
}

function sourceOf(bytes: Buffer): Source {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

function found(buffer: Buffer, text: string, from: number): number {
  const at = buffer.indexOf(text, from, 'latin1');
  return at < 0 ? buffer.length : at;
}
