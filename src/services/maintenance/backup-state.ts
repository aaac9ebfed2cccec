import type { DayFolder } from '../../catalog/day-folders.ts';
import { fromErrno, isErrno, KirokuError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { KINDS, type Kind } from '../../domain/kind.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { JOURNALS } from '../../state/state-store.ts';
import { ensureFolder, readWhole, replaceFile } from '../../storage/durable.ts';
import { parentOf } from '../../storage/path.ts';
import type { Storage } from '../../storage/storage.ts';
import { decodeDocument, encodeDocument, encodeJournal, parsed } from './backup-document.ts';
import {
  BACKUP_FILE,
  BACKUP_SECRETS,
  BACKUP_VERSION,
  ownerPath,
  placeOfName,
  placeOfText,
  placeText,
  recordsFolder,
  statePath,
} from './backup-format.ts';
import type { CopyTarget } from './copy-file.ts';

/** `backup.json`: what a backup is, and what must be found in it. */
export interface BackupFile {
  readonly volume: string;
  /** ISO 8601: of the last run, and of the last that came to its end. */
  readonly begunAt: string;
  readonly completedAt: string | null;
  /** A run over everything was begun, and none came to its end since: one over a part says nothing of that. */
  readonly isWholeOpen: boolean;
  /** Whoever has something in it. */
  readonly owners: readonly Owner[];
  /** Paths of what is neither a picture nor an owner's. */
  readonly holds: readonly string[];
  readonly intact: boolean;
}

/** Undefined when there is none. @throws KirokuError `invalid_parameter` for what is no backup of this version */
export async function readBackupFile(backup: Storage): Promise<BackupFile | undefined> {
  const bytes = await readWhole(backup, BACKUP_FILE);
  if (bytes === undefined) return undefined;
  const read = decodeDocument(bytes);
  const { v, volume, begun_at: begunAt, completed_at: completedAt } = read?.document ?? {};
  if (read === undefined || v !== BACKUP_VERSION || typeof volume !== 'string') {
    throw new KirokuError(
      'invalid_parameter',
      'The folder is no backup of Kiroku, or one that is damaged or of another version.',
    );
  }
  return {
    volume,
    begunAt: typeof begunAt === 'string' ? begunAt : '',
    completedAt: typeof completedAt === 'string' ? completedAt : null,
    isWholeOpen: read.document['whole_open'] === true,
    owners: textsOf(read.document['owners']).filter(isOwner),
    holds: textsOf(read.document['holds']),
    intact: read.intact,
  };
}

/** Durable when it resolves. @throws KirokuError */
export async function writeBackupFile(
  target: CopyTarget,
  { volume, begunAt, completedAt, isWholeOpen, owners, holds }: Omit<BackupFile, 'intact'>,
): Promise<void> {
  const times = { begun_at: begunAt, completed_at: completedAt, whole_open: isWholeOpen };
  const document = { v: BACKUP_VERSION, volume, ...times, owners: [...owners], holds: [...holds] };
  await writeDocument(target, BACKUP_FILE, document);
}

function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** What `owners/{owner}.json` says. */
export interface SavedOwner {
  /** What `owner.json` of the tree said; null when there was none. */
  readonly document: JsonValue;
  /** The day folders that the backup says it has. */
  readonly days: readonly string[];
  readonly intact: boolean;
}

/** Undefined when it is missing or cannot be read. @throws the operating system's error */
export async function readSavedOwner(backup: Storage, owner: Owner): Promise<SavedOwner | undefined> {
  const bytes = await readWhole(backup, ownerPath(owner));
  const read = bytes === undefined ? undefined : decodeDocument(bytes);
  if (read === undefined) return undefined;
  const { document, days } = read.document;
  return { document: document ?? null, days: textsOf(days), intact: read.intact };
}

/** Whoever has something in a backup, or should have. @throws KirokuError */
export async function savedOwners(backup: Storage): Promise<Owner[]> {
  const owners = new Set<Owner>((await readBackupFile(backup))?.owners);
  for (const { name } of await entriesOf(backup, 'records')) if (isOwner(name)) owners.add(name);
  for (const { name } of await entriesOf(backup, 'owners')) {
    const owner = name.slice(0, -'.json'.length);
    if (name.endsWith('.json') && isOwner(owner)) owners.add(owner);
  }
  return [...owners].sort();
}

/** The day folders that an owner has in a backup, and those he should have. */
export async function listedPlaces(
  backup: Storage,
  owner: Owner,
  days: readonly string[],
): Promise<DayFolder[]> {
  const places = new Map<string, DayFolder>();
  for (const text of days) {
    const place = placeOfText(owner, text);
    if (place !== undefined) places.set(placeText(place), place);
  }
  for (const kind of KINDS) {
    for (const place of await savedPlaces(backup, owner, kind)) places.set(placeText(place), place);
  }
  return [...places.values()];
}

async function entriesOf(backup: Storage, folder: string) {
  try {
    return await backup.readFolder(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw fromErrno(error);
  }
}

/** Writes down what `owner.json` says and which days there are; no day is ever forgotten. @throws KirokuError */
export async function copyOwnerDocument(source: Storage, target: CopyTarget, owner: Owner): Promise<void> {
  const days = new Set((await readSavedOwner(target.storage, owner))?.days);
  for (const kind of KINDS) {
    for (const place of await savedPlaces(target.storage, owner, kind)) days.add(placeText(place));
  }
  const document = (await ownerDocument(source, owner)) ?? null;
  await writeDocument(target, ownerPath(owner), { document, days: [...days].sort() });
}

/** `owner.json` in the tree. */
export async function ownerDocument(source: Storage, owner: Owner): Promise<JsonObject | undefined> {
  const bytes = await readWhole(source, `users/${owner}/owner.json`);
  return bytes === undefined ? undefined : parsed(bytes.toString('utf8'));
}

/** The day folders of which a backup has records. */
export async function savedPlaces(backup: Storage, owner: Owner, kind: Kind): Promise<DayFolder[]> {
  const entries = await entriesOf(backup, recordsFolder(owner, kind));
  const places = entries.map(({ name }) => placeOfName(owner, kind, name));
  return places.filter((place) => place !== undefined);
}

/**
 * Truth that no sidecar holds. What identifies browsers is part of it: without, every one loses its pictures.
 * @returns the paths of what was there
 */
export async function copyState(source: Storage, target: CopyTarget): Promise<string[]> {
  const holds: string[] = [];
  for (const journal of JOURNALS) {
    const bytes = await readWhole(source, `.kiroku/state/${journal}.jsonl`);
    if (bytes === undefined) continue;
    // the line behind the last newline is still being written
    await write(target, statePath(journal), encodeJournal(bytes.subarray(0, bytes.lastIndexOf(10) + 1)));
    holds.push(statePath(journal));
  }
  const bytes = await readWhole(source, '.kiroku/secrets.json');
  const secrets = bytes === undefined ? undefined : parsed(bytes.toString('utf8'));
  // damaged ones stop the next start: what an earlier backup has of them is all there is
  if (secrets === undefined || Object.keys(secrets).length === 0) return holds;
  await write(target, BACKUP_SECRETS, encodeDocument(secrets), 0o600);
  return [...holds, BACKUP_SECRETS];
}

async function writeDocument(target: CopyTarget, path: string, document: JsonObject): Promise<void> {
  await write(target, path, encodeDocument(document));
}

async function write(
  { storage, folders }: CopyTarget,
  path: string,
  bytes: Uint8Array,
  permissions?: number,
): Promise<void> {
  try {
    if ((await readWhole(storage, path))?.equals(bytes) === true) return;
    await ensureFolder(storage, folders, parentOf(path));
    await replaceFile(storage, folders, path, path.replaceAll('/', '.'), bytes, permissions);
  } catch (error) {
    throw fromErrno(error);
  }
}
