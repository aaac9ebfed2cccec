import type { DayFolder } from '../../catalog/day-folders.ts';
import { isDay } from '../../domain/day.ts';
import { ORIGINAL_EXTS, type OriginalExt, THUMB_EXTS, type ThumbExt } from '../../domain/format.ts';
import { isPictureId, type PictureId } from '../../domain/id.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { KINDS } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { encodeRecord, parseRecord } from '../../domain/record-codec.ts';
import { checked, lineOf } from './backup-document.ts';

/*
 * A backup is a folder (docs/operations.md, "Backup"): `files/` with originals and thumbnails under their keys,
 * `records/{owner}/{kind}/{date}.jsonl` with the records of one day folder, `owners/`, `state/`, `secrets.json`,
 * and `backup.json`, which says what it is. No `users/` at its top: it can never be taken for a tree.
 */
export const BACKUP_VERSION = 1;
export const BACKUP_FILE = 'backup.json';
export const BACKUP_SECRETS = 'secrets.json';

export function filePath(key: string): string {
  return `files/${key}`;
}

export function recordsFolder(owner: Owner, kind: DayFolder['kind']): string {
  return `records/${owner}/${kind}`;
}

export function recordsPath({ owner, kind, day }: DayFolder): string {
  return `${recordsFolder(owner, kind)}/${day.replaceAll('/', '-')}.jsonl`;
}

export function ownerPath(owner: Owner): string {
  return `owners/${owner}.json`;
}

export function statePath(journal: string): string {
  return `state/${journal}.jsonl`;
}

/** The day folder of a file of records, by its name; undefined for any other name. */
export function placeOfName(owner: Owner, kind: DayFolder['kind'], name: string): DayFolder | undefined {
  const day = /^(\d{4}-\d{2}-\d{2})\.jsonl$/.exec(name)?.[1]?.replaceAll('-', '/');
  return day !== undefined && isDay(day) ? { owner, kind, day } : undefined;
}

/** A day folder as `owners/{owner}.json` lists it: `generated/2026-11-21`. */
export function placeText({ kind, day }: DayFolder): string {
  return `${kind}/${day.replaceAll('/', '-')}`;
}

export function placeOfText(owner: Owner, text: string): DayFolder | undefined {
  const kind = KINDS.find((one) => text.startsWith(`${one}/`));
  return kind === undefined ? undefined : placeOfName(owner, kind, `${text.slice(kind.length + 1)}.jsonl`);
}

export interface SavedThumb {
  readonly ext: ThumbExt;
  readonly bytes: number;
  readonly sha256: string;
}

/** One picture of a backup. */
export interface SavedPicture {
  readonly id: PictureId;
  readonly ext: OriginalExt;
  /** Null when there was none to be copied. */
  readonly thumb: SavedThumb | null;
  /** Since when (ISO 8601) the tree does not have it any more; null while it has. */
  readonly gone: string | null;
  readonly record: PictureRecord;
}

/** The records of one day, and their number at the end: a file that was cut short shows it. */
export function encodeDay(pictures: readonly SavedPicture[]): Buffer {
  const lines = pictures.map(({ id, ext, thumb, gone, record }) => {
    const head = JSON.stringify({ id, ext, thumb, gone });
    return checked(Buffer.from(`${head.slice(0, -1)},"record":${encodeRecord(record).toString('utf8')}`));
  });
  return Buffer.concat([...lines, checked(Buffer.from(`{"end":${pictures.length}`))]);
}

export interface SavedDay {
  readonly pictures: readonly SavedPicture[];
  /** Lines that are damaged, or should be there and are not. */
  readonly lost: number;
}

/** Reads what `encodeDay` wrote; every damaged line is counted, and the others are read. */
export function decodeDay(place: DayFolder, bytes: Buffer, legacyTz: string): SavedDay {
  const pictures: SavedPicture[] = [];
  let damaged = 0;
  let expected: number | undefined;
  for (const text of bytes.toString('utf8').split('\n')) {
    if (text === '') continue;
    const value = lineOf(text);
    const end = value?.['end'];
    if (typeof end === 'number') {
      expected = end;
      continue;
    }
    const picture = value === undefined ? undefined : pictureOf(place, value, legacyTz);
    if (picture === undefined) damaged += 1;
    else pictures.push(picture);
  }
  const lost = expected === undefined ? Math.max(1, damaged) : Math.max(damaged, expected - pictures.length);
  return { pictures, lost };
}

function pictureOf(place: DayFolder, value: JsonObject, legacyTz: string): SavedPicture | undefined {
  const { id, ext, thumb, gone, record } = value;
  if (typeof id !== 'string' || !isPictureId(id) || !isJsonObject(record)) return undefined;
  const known = ORIGINAL_EXTS.find((one) => one === ext);
  if (known === undefined) return undefined;
  try {
    return {
      id,
      ext: known,
      thumb: thumbOf(thumb),
      gone: typeof gone === 'string' ? gone : null,
      record: parseRecord(record, { ...place, id, ext: known }, { legacyTz }),
    };
  } catch {
    return undefined;
  }
}

function thumbOf(value: unknown): SavedThumb | null {
  if (!isJsonObject(value)) return null;
  const ext = THUMB_EXTS.find((one) => one === value['ext']);
  const { bytes, sha256 } = value;
  if (ext === undefined || typeof bytes !== 'number' || typeof sha256 !== 'string') return null;
  return { ext, bytes, sha256 };
}
