import { isErrno } from '../../domain/errors.ts';
import { ORIGINAL_EXTS, type OriginalExt } from '../../domain/format.ts';
import { isPictureId, type PictureId } from '../../domain/id.ts';
import { dayFolder } from '../../domain/key.ts';
import type { FolderEntry, Storage } from '../../storage/storage.ts';
import { statOf } from './reconcile-guards.ts';
import type { DayPlace } from './reconcile-types.ts';

/** What lies under one id in a day folder. */
export interface OnDisk {
  sidecar: boolean;
  readonly originals: OriginalExt[];
}

/** A day folder, sorted by what its names mean. */
export interface Listing {
  readonly folder: string;
  /** The folder itself is not there. */
  readonly missing: boolean;
  readonly pictures: ReadonlyMap<PictureId, OnDisk>;
  /** Regular files whose names are not ours. */
  readonly dropped: readonly string[];
  /** Links, sockets, FIFOs, devices, folders other than `thumb`. */
  readonly foreign: readonly FolderEntry[];
}

export type OwnName =
  | { readonly id: PictureId; readonly role: 'sidecar' }
  | { readonly id: PictureId; readonly role: 'original'; readonly ext: OriginalExt };

const OWN = /^([0-9a-z]{26,32})\.([a-z]{3,4})$/;

/** Takes a name of a day folder apart; undefined when it is not one that we, or the earlier system, would write. */
export function ownName(name: string): OwnName | undefined {
  const match = OWN.exec(name);
  const id = match?.[1] ?? '';
  const ext = match?.[2] ?? '';
  if (!isPictureId(id)) return undefined;
  if (ext === 'json') return { id, role: 'sidecar' };
  const original = ORIGINAL_EXTS.find((known) => known === ext);
  return original === undefined ? undefined : { id, role: 'original', ext: original };
}

/** Reads a day folder. @throws the storage's error for anything but a missing folder */
export async function listFolder(storage: Storage, place: DayPlace): Promise<Listing> {
  const folder = dayFolder(place.owner, place.kind, place.day);
  try {
    return sortEntries(folder, await storage.readFolder(folder));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    return { folder, missing: true, pictures: new Map(), dropped: [], foreign: [] };
  }
}

/** The same for some names only; for a name of ours, everything that belongs to its id. */
export async function listNames(
  storage: Storage,
  place: DayPlace,
  names: Iterable<string>,
): Promise<Listing> {
  const folder = dayFolder(place.owner, place.kind, place.day);
  const asked = new Set<string>();
  const ids = new Set<PictureId>();
  for (const name of names) {
    const own = ownName(name);
    asked.add(name);
    if (own === undefined) continue;
    ids.add(own.id);
    for (const ext of ['json', ...ORIGINAL_EXTS]) asked.add(`${own.id}.${ext}`);
  }
  const entries: FolderEntry[] = [];
  for (const name of asked) {
    const stat = await statOf(storage, `${folder}/${name}`);
    if (stat !== undefined) entries.push({ name, type: stat.type });
  }
  const listing = sortEntries(folder, entries);
  const pictures = new Map(listing.pictures);
  for (const id of ids) if (!pictures.has(id)) pictures.set(id, { sidecar: false, originals: [] });
  return { ...listing, pictures };
}

function sortEntries(folder: string, entries: readonly FolderEntry[]): Listing {
  const pictures = new Map<PictureId, OnDisk>();
  const dropped: string[] = [];
  const foreign: FolderEntry[] = [];
  for (const entry of entries) {
    if (entry.name === 'thumb' && entry.type === 'folder') continue;
    if (entry.type !== 'file') {
      foreign.push(entry);
      continue;
    }
    const own = ownName(entry.name);
    if (own === undefined) {
      dropped.push(entry.name);
      continue;
    }
    const onDisk = pictures.get(own.id) ?? { sidecar: false, originals: [] };
    pictures.set(own.id, onDisk);
    if (own.role === 'sidecar') onDisk.sidecar = true;
    else onDisk.originals.push(own.ext);
  }
  return { folder, missing: false, pictures, dropped, foreign };
}
