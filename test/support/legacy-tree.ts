import { createHash } from 'node:crypto';
import { dayOf } from '../../src/domain/day.ts';
import type { OriginalExt, ThumbExt } from '../../src/domain/format.ts';
import { mimeOf } from '../../src/domain/format.ts';
import type { PictureId } from '../../src/domain/id.ts';
import {
  dayFolder,
  type Location,
  originalKey,
  ownerFolder,
  sidecarKey,
  thumbKey,
} from '../../src/domain/key.ts';
import type { Kind, Status } from '../../src/domain/kind.ts';
import type { Owner } from '../../src/domain/owner.ts';
import { writeAll } from '../../src/storage/durable.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { hexIdOf } from './ids.ts';

/** One picture as the earlier FastAPI system had it. */
export interface LegacyPicture {
  readonly id?: PictureId;
  readonly kind?: Kind;
  /** As it was written: with an offset, or without a zone. Its day folder is that of its date as written. */
  readonly createdAt?: string;
  readonly bytes: Uint8Array;
  readonly ext?: OriginalExt;
  /** JPEG; none: no file, and null in the sidecar. */
  readonly thumb?: Uint8Array;
  readonly status?: Status;
  /** Digits, written as a JSON number. */
  readonly seed?: string;
  readonly prompt?: string;
  readonly tags?: readonly string[];
  /** What stands in `owner`'s place. */
  readonly ownerMember?: 'user_id' | 'owner';
  /** False: the picture was written and the sidecar not yet, as the earlier system did. */
  readonly sidecar?: boolean;
}

/**
 * Writes an owner's tree exactly as the earlier system did: UUID hex names, day folders, JPEG thumbnails, sidecars with
 * the older members only, indented, with the thumbnail's URL path, and its own `manifest.json`. Nothing is synced.
 * @returns where each picture lies
 */
export async function writeLegacyTree(
  storage: Storage,
  owner: Owner,
  pictures: readonly LegacyPicture[],
): Promise<Location[]> {
  const places: Location[] = [];
  for (const [n, picture] of pictures.entries()) {
    places.push(await writePicture(storage, owner, picture, picture.id ?? hexIdOf(n + 1)));
  }
  const manifest = { user_id: owner, images: places.map(({ id }) => id) };
  await writeFile(storage, `${ownerFolder(owner)}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  return places;
}

async function writePicture(
  storage: Storage,
  owner: Owner,
  picture: LegacyPicture,
  id: PictureId,
): Promise<Location> {
  const createdAt = picture.createdAt ?? '2025-03-04T05:06:07.891234+00:00';
  const day = dayOf(Date.parse(`${createdAt.slice(0, 10)}T00:00:00Z`));
  const at: Location = { owner, kind: picture.kind ?? 'generated', day, id };
  await writeFile(storage, originalKey(at, picture.ext ?? 'png'), picture.bytes);
  const thumbExt: ThumbExt = 'jpg';
  if (picture.thumb !== undefined) await writeFile(storage, thumbKey(at, thumbExt), picture.thumb);
  else await makeFolders(storage, `${dayFolder(owner, at.kind, day)}/thumb`);
  if (picture.sidecar !== false) {
    await writeFile(storage, sidecarKey(at), Buffer.from(sidecarText(picture, at, createdAt)));
  }
  return at;
}

/** The text of a sidecar of the earlier system: Python's `json.dumps(…, ensure_ascii=False, indent=2)`. */
export function sidecarText(picture: LegacyPicture, at: Location, createdAt: string): string {
  const ext = picture.ext ?? 'png';
  const members = {
    id: at.id,
    [picture.ownerMember ?? 'user_id']: at.owner,
    kind: at.kind,
    original_filename: `ComfyUI_${at.id.slice(0, 5)}_.${ext}`,
    mime: mimeOf(ext),
    bytes: picture.bytes.length,
    sha256: createHash('sha256').update(picture.bytes).digest('hex'),
    created_at: createdAt,
    status: picture.status ?? 'active',
    thumb: picture.thumb === undefined ? null : `/outputs/${thumbKey(at, 'jpg')}`,
    tags: picture.tags ?? [],
    workflow_id: 'txt2img',
    aspect_ratio: '1:1',
    seed: '\0seed',
    prompt: picture.prompt ?? '산 위의 고양이, a cat on a mountain',
  };
  return JSON.stringify(members, undefined, 2).replace('"\\u0000seed"', picture.seed ?? '42');
}

/** Makes a file and the folders above it, as another program would. */
export async function writeFile(storage: Storage, path: string, bytes: Uint8Array): Promise<void> {
  await makeFolders(storage, path.slice(0, path.lastIndexOf('/')));
  const file = await storage.open(path, 'create');
  try {
    await writeAll(file, bytes, 0);
  } finally {
    await file.close();
  }
}

/** Makes a folder and those above it. */
export async function makeFolders(storage: Storage, path: string): Promise<void> {
  const names = path.split('/');
  for (let depth = 1; depth <= names.length; depth += 1) {
    await storage.makeFolder(names.slice(0, depth).join('/'));
  }
}
