import { fromErrno, isErrno } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { manifestKey, ownerFolder, parseKey } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import { type FolderSync, readWhole, replaceFile } from '../../storage/durable.ts';
import { parentOf } from '../../storage/path.ts';
import type { Storage } from '../../storage/storage.ts';
import { parsed } from './backup-document.ts';
import { QUARANTINE } from './quarantine.ts';

export interface EraseOwnerDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
}

export interface EraseOwnerReport {
  /** Files of the owner's folder, set aside or in quarantine, and indexes that were removed. */
  readonly files: number;
  /** Lines of journals that told of the owner's links, and of files in the owner's folder. */
  readonly lines: number;
  /** What is not ours: left where it lies. */
  readonly left: readonly string[];
}

const MOST_LEFT = 1_000;
const SHARES = '.kiroku/state/shares.jsonl';
const FINDINGS = '.kiroku/state/findings.jsonl';
/** Disposable, and made again without the owner. */
const SUMMARY = '.kiroku/owners.jsonl';
/** Whose files have names of the form `{owner}.…`: indexes, and sidecars that could not be read. */
const NAMED_FOLDERS = ['.kiroku/index', '.kiroku/aside'] as const;

/**
 * What is left of an owner whose pictures are gone: the manifest with its former lines, `owner.json`, originals and
 * sidecars that had no record, indexes, links, and the folders. Only for a tree whose catalog has not loaded the owner:
 * it would go on with files that are not there. Can be killed and run again.
 * @throws KirokuError `io_error`, …
 */
export async function eraseOwner(deps: EraseOwnerDeps, owner: Owner): Promise<EraseOwnerReport> {
  try {
    const lines = (await forgetShares(deps, owner)) + (await forgetFindings(deps, owner));
    let files = await removeSummary(deps);
    for (const folder of NAMED_FOLDERS) files += await removeNamed(deps, owner, folder);
    const left: string[] = [];
    for (const base of [QUARANTINE, 'users']) {
      files += await removeBelow(deps, owner, { base, path: ownerFolder(owner) }, left);
    }
    return { files, lines, left };
  } catch (error) {
    throw fromErrno(error);
  }
}

/** A journal is append-only, but for this: names of links, and of files, are the owner's words. */
async function forgetLines(
  { storage, folders }: EraseOwnerDeps,
  journal: string,
  theirsIn: (lines: readonly JsonObject[]) => (line: JsonObject) => boolean,
): Promise<number> {
  const bytes = await readWhole(storage, journal);
  if (bytes === undefined) return 0;
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const isTheirs = theirsIn(lines.map((line) => parsed(line) ?? {}));
  const kept = lines.filter((line) => !isTheirs(parsed(line) ?? {}));
  if (kept.length === lines.length) return 0;
  const text = kept.map((line) => `${line}\n`).join('');
  await replaceFile(storage, folders, journal, journal.replaceAll('/', '.'), Buffer.from(text));
  return lines.length - kept.length;
}

function forgetShares(deps: EraseOwnerDeps, owner: Owner): Promise<number> {
  return forgetLines(deps, SHARES, (lines) => {
    let of = new Map<unknown, unknown>();
    for (const { op, sid, owner: whose, from, to } of lines) {
      if (op === 'create') of.set(sid, whose);
      if (op === 'move') of = new Map([...of].map(([one, mine]) => [one, mine === from ? to : mine]));
    }
    return ({ sid }) => sid !== undefined && of.get(sid) === owner;
  });
}

function forgetFindings(deps: EraseOwnerDeps, owner: Owner): Promise<number> {
  const folder = `${ownerFolder(owner)}/`;
  return forgetLines(
    deps,
    FINDINGS,
    () =>
      ({ path }) =>
        typeof path === 'string' && path.startsWith(folder),
  );
}

async function removeSummary({ storage, folders }: EraseOwnerDeps): Promise<number> {
  if (!(await isThere(storage, SUMMARY))) return 0;
  await storage.unlink(SUMMARY);
  await folders.sync(parentOf(SUMMARY));
  return 1;
}

async function removeNamed(
  { storage, folders }: EraseOwnerDeps,
  owner: Owner,
  folder: string,
): Promise<number> {
  let removed = 0;
  for (const { name, type } of await entriesOf(storage, folder)) {
    if (type !== 'file' || !name.startsWith(`${owner}.`)) continue;
    await storage.unlink(`${folder}/${name}`);
    removed += 1;
  }
  if (removed > 0) await folders.sync(folder);
  return removed;
}

/** A folder of the owner's, in the tree or where the same folders lie in quarantine. */
interface Place {
  /** `users`, or what stands in its stead. */
  readonly base: string;
  /** As in the tree: it begins with `users/`. */
  readonly path: string;
}

function pathAt({ base, path }: Place): string {
  return `${base}${path.slice('users'.length)}`;
}

/** Removes what is ours, and folders that are empty then; a name of the grammar is ours whatever it holds. */
async function removeBelow(
  deps: EraseOwnerDeps,
  owner: Owner,
  { base, path }: Place,
  left: string[],
): Promise<number> {
  const { storage, folders } = deps;
  const folder = pathAt({ base, path });
  let removed = 0;
  let stays = 0;
  for (const { name, type } of await entriesOf(storage, folder)) {
    const inside = { base, path: `${path}/${name}` };
    if (type === 'folder') {
      removed += await removeBelow(deps, owner, inside, left);
      if (await isThere(storage, pathAt(inside))) stays += 1;
    } else if (type === 'file' && isOurs(owner, inside.path)) {
      await storage.unlink(pathAt(inside));
      removed += 1;
    } else {
      stays += 1;
      if (left.length < MOST_LEFT) left.push(pathAt(inside));
    }
  }
  if (!(await isThere(storage, folder))) return removed;
  await folders.sync(folder);
  if (stays === 0) {
    await storage.removeFolder(folder);
    await folders.sync(parentOf(folder));
  }
  return removed;
}

function isOurs(owner: Owner, path: string): boolean {
  const folder = ownerFolder(owner);
  return (
    path === `${folder}/owner.json` ||
    path.startsWith(manifestKey(owner)) ||
    parseKey(path)?.at.owner === owner
  );
}

async function entriesOf(storage: Storage, folder: string) {
  try {
    return await storage.readFolder(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function isThere(storage: Storage, path: string): Promise<boolean> {
  try {
    await storage.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
