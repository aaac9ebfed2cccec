import { type Day, isDay } from './day.ts';
import { ORIGINAL_EXTS, type OriginalExt, THUMB_EXTS, type ThumbExt } from './format.ts';
import { isPictureId, type PictureId } from './id.ts';
import type { Kind } from './kind.ts';
import { isOwner, type Owner } from './owner.ts';

/** Where one picture lies, on disk and in a bucket alike. The server composes every key; no client text enters one. */
export interface Location {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly day: Day;
  readonly id: PictureId;
}

const KIND_FOLDER: Record<Kind, string> = { generated: '', input: 'inputs/', control: 'controls/' };

export function ownerFolder(owner: Owner): string {
  return `users/${owner}`;
}

/** `users/{owner}` or `users/{owner}/inputs`: the folder that holds the years of one kind. */
export function kindFolder(owner: Owner, kind: Kind): string {
  const folder = KIND_FOLDER[kind];
  return folder === '' ? ownerFolder(owner) : `${ownerFolder(owner)}/${folder.slice(0, -1)}`;
}

export function dayFolder(owner: Owner, kind: Kind, day: Day): string {
  return `users/${owner}/${KIND_FOLDER[kind]}${day}`;
}

export function originalKey(at: Location, ext: OriginalExt): string {
  return `${dayFolder(at.owner, at.kind, at.day)}/${at.id}.${ext}`;
}

export function sidecarKey(at: Location): string {
  return `${dayFolder(at.owner, at.kind, at.day)}/${at.id}.json`;
}

export function thumbKey(at: Location, ext: ThumbExt): string {
  return `${dayFolder(at.owner, at.kind, at.day)}/thumb/${at.id}.${ext}`;
}

export function manifestKey(owner: Owner): string {
  return `users/${owner}/manifest.jsonl`;
}

export type ParsedKey =
  | { readonly role: 'original'; readonly at: Location; readonly ext: OriginalExt }
  | { readonly role: 'thumb'; readonly at: Location; readonly ext: ThumbExt }
  | { readonly role: 'sidecar'; readonly at: Location };

const KEY =
  /^users\/([a-z0-9_-]{1,64})\/(?:(inputs|controls)\/)?(\d{4}\/\d{2}\/\d{2})\/(thumb\/)?([0-9a-z]{26,32})\.([a-z0-9]{2,5})$/;

/** Takes a key apart; undefined for anything that is not exactly one of ours. */
export function parseKey(key: string): ParsedKey | undefined {
  const match = KEY.exec(key);
  if (match === null) return undefined;
  const [, owner = '', folder, day = '', thumb, id = '', ext = ''] = match;
  if (!isOwner(owner) || !isDay(day) || !isPictureId(id)) return undefined;
  const kind: Kind = folder === 'inputs' ? 'input' : folder === 'controls' ? 'control' : 'generated';
  const at: Location = { owner, kind, day, id };
  if (thumb !== undefined) {
    const thumbExt = THUMB_EXTS.find((known) => known === ext);
    return thumbExt === undefined ? undefined : { role: 'thumb', at, ext: thumbExt };
  }
  if (ext === 'json') return { role: 'sidecar', at };
  const originalExt = ORIGINAL_EXTS.find((known) => known === ext);
  return originalExt === undefined ? undefined : { role: 'original', at, ext: originalExt };
}
