import { isErrno, KirokuError } from '../../domain/errors.ts';
import { isOwner } from '../../domain/owner.ts';
import { isoOf } from '../../domain/time.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { FolderEntry, Storage } from '../../storage/storage.ts';

/** Our own folder in the tree. */
export const OWN_FOLDER = '.kiroku';
export const USERS_FOLDER = 'users';
const MARKER_VERSION = 1;

/** What stands in a folder before anybody uses it: the repository's note, a new ext4 volume's own folder. */
const NOBODYS = new Set(['README.md', '.gitignore', '.gitkeep', '.DS_Store', 'lost+found']);
/** What an earlier start may have left before it came to write the marker. */
const UNFINISHED = ['lock', 'staging'];

/** What a tree without our marker is. */
export type Unmarked =
  /** Nobody has kept anything here. */
  | 'new'
  /** Pictures of the earlier FastAPI system. */
  | 'earlier'
  /** Something of ours without its marker, or nothing of ours at all. */
  | 'foreign';

async function entriesOf(storage: Storage, folder: string): Promise<FolderEntry[]> {
  try {
    return await storage.readFolder(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** True when our folder holds no more than a start leaves behind that was stopped before it wrote the marker. */
async function isUnfinished(storage: Storage): Promise<boolean> {
  const entries = await entriesOf(storage, OWN_FOLDER);
  return entries.every(({ name }) => UNFINISHED.some((own) => name === own || name.startsWith(`${own}.`)));
}

/** Looks at a tree that has no marker. */
export async function judgeUnmarked(storage: Storage): Promise<Unmarked> {
  const entries = (await entriesOf(storage, '')).filter(({ name }) => !NOBODYS.has(name));
  const others = entries.filter(({ name }) => name !== OWN_FOLDER);
  if (others.length < entries.length && !(await isUnfinished(storage))) return 'foreign';
  if (others.length === 0) return 'new';
  if (!others.some(({ name, type }) => name === USERS_FOLDER && type === 'folder')) return 'foreign';
  const owners = await entriesOf(storage, USERS_FOLDER);
  return owners.every(({ name, type }) => type !== 'folder' || isOwner(name)) ? 'earlier' : 'foreign';
}

/** The marker's id; undefined when there is no marker. @throws KirokuError `tree_unreadable` */
export async function readMarker(state: StateStore): Promise<string | undefined> {
  const marker = await state.readDocument('volume');
  if (marker === undefined) return undefined;
  const { v, id } = marker;
  if (typeof v === 'number' && v > MARKER_VERSION) {
    throw new KirokuError('tree_unreadable', 'This tree was written by a later version of Kiroku.');
  }
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) {
    throw new KirokuError('tree_unreadable', 'The volume marker .kiroku/volume.json is damaged.');
  }
  return id;
}

/** Marks the tree as ours. */
export async function writeMarker(state: StateStore, id: string, now: number): Promise<void> {
  await state.writeDocument('volume', { v: MARKER_VERSION, id, created_at: isoOf(now) });
}

/** When the tree became ours, ms; undefined where the marker does not say. */
export async function markedAt(state: StateStore): Promise<number | undefined> {
  const created = (await state.readDocument('volume'))?.['created_at'];
  const time = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The refusal of a tree that is not ours to fill. */
export function foreignTree(): KirokuError {
  return new KirokuError(
    'volume_missing',
    'OUTPUT_DIR is neither a tree of Kiroku (it has no .kiroku/volume.json) nor empty. ' +
      'Is the volume mounted? Is it the right folder?',
  );
}

/** The refusal of an empty folder, or another tree, where a certain one is expected. */
export function wrongVolume(found: string | undefined): KirokuError {
  return new KirokuError(
    'volume_missing',
    found === undefined
      ? 'VOLUME_ID is set, but OUTPUT_DIR has no .kiroku/volume.json. Is the volume mounted?'
      : 'VOLUME_ID is set, but OUTPUT_DIR is another volume.',
  );
}
