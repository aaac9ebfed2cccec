import { dayOf } from '../domain/day.ts';
import { extOf, type OriginalExt, THUMB_EXTS, type ThumbExt } from '../domain/format.ts';
import type { Location } from '../domain/key.ts';
import type { Cursor } from '../domain/page.ts';
import type { PictureRecord } from '../domain/record.ts';
import { decodeRecord, encodeRecord, publicJsonOf } from '../domain/record-codec.ts';
import type { Entry } from './catalog.ts';

/** What an index knows of a record without parsing it. */
export type EntryColumns = Omit<Entry, 'publicJson' | 'record'>;

/** The columns of a record that was changed last by `seq`. */
export function columnsOf(record: PictureRecord, seq: number): EntryColumns {
  const createdAt = Date.parse(record.created_at);
  return {
    owner: record.owner,
    kind: record.kind,
    id: record.id,
    status: record.status,
    day: record.day ?? dayOf(createdAt),
    ext: extOfRecord(record),
    thumb: thumbExtOf(record.thumb),
    thumbV: record.thumb_v,
    createdAt,
    seq,
  };
}

/** An entry of a record at hand; its JSON is made on first use, or cut from `encoded` when that is given. */
export function createEntry(record: PictureRecord, seq: number, encoded?: Buffer): Entry {
  return lazyEntry(
    columnsOf(record, seq),
    () => encoded ?? encodeRecord(record),
    () => record,
  );
}

/** An entry of a line at hand: nothing is parsed before `record()`. `encoded` must not change afterwards. */
export function createEncodedEntry(columns: EntryColumns, encoded: Buffer): Entry {
  return lazyEntry(
    columns,
    () => encoded,
    () => decodeRecord(encoded),
  );
}

function lazyEntry(columns: EntryColumns, encode: () => Buffer, read: () => PictureRecord): Entry {
  let json: Uint8Array | undefined;
  let record: PictureRecord | undefined;
  return {
    ...columns,
    get publicJson() {
      json ??= publicJsonOf(encode());
      return json;
    },
    record() {
      record ??= read();
      return record;
    },
  };
}

/** The extension its original is stored under. */
export function extOfRecord(record: PictureRecord): OriginalExt {
  return record.ext ?? extOf(record.mime);
}

/** The extension of `thumb/{id}.webp` or `.jpg`; null for null and for anything else. */
export function thumbExtOf(thumb: string | null): ThumbExt | null {
  return THUMB_EXTS.find((ext) => thumb?.endsWith(`.${ext}`)) ?? null;
}

/** Its place in the order (`created_at`, `id`). */
export function cursorOf(entry: Pick<Entry, 'createdAt' | 'id'>): Cursor {
  return { time: entry.createdAt, id: entry.id };
}

/** Where a record's files lie. */
export function locationOf(record: PictureRecord): Location {
  const { owner, kind, id } = record;
  return { owner, kind, id, day: record.day ?? dayOf(Date.parse(record.created_at)) };
}
