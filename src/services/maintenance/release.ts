import { fromErrno, isErrno, KirokuError } from '../../domain/errors.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { isoOf } from '../../domain/time.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { FolderSync } from '../../storage/durable.ts';
import type { FolderEntry, Storage } from '../../storage/storage.ts';
import { moveNew } from './move-file.ts';
import { QUARANTINE, type SetAside } from './quarantine.ts';
import { breathe } from './reconcile-batch.ts';

export interface ReleaseRequest {
  /** This owner's only. */
  readonly owner?: Owner;
  /** Say what would be moved, and move nothing. */
  readonly trial?: boolean;
  readonly signal: AbortSignal;
  /** Called for each file; `back` is false when something else has its place: then it stays. */
  readonly told: (move: SetAside, back: boolean) => void;
}

export interface ReleaseDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly state: StateStore;
}

/**
 * Moves what was set aside back to where it came from. Nothing is replaced or removed but folders that are empty then.
 * Killed anywhere, the next call goes on.
 * @throws KirokuError `aborted`; when the tree fails
 */
export async function releaseAll(deps: ReleaseDeps, request: ReleaseRequest): Promise<void> {
  try {
    for (const { name, type } of await entriesOf(deps.storage, QUARANTINE)) {
      if (type !== 'folder' || !isOwner(name)) continue;
      if (request.owner === undefined || request.owner === name) await releaseBelow(deps, request, name);
    }
  } catch (error) {
    throw fromErrno(error);
  }
}

async function releaseBelow(deps: ReleaseDeps, request: ReleaseRequest, path: string): Promise<void> {
  const { storage, folders } = deps;
  const folder = `${QUARANTINE}/${path}`;
  for (const { name, type } of (await entriesOf(storage, folder)).sort(inTurn)) {
    if (request.signal.aborted) {
      throw new KirokuError('aborted', 'Stopped.', { cause: request.signal.reason });
    }
    if (type === 'folder') await releaseBelow(deps, request, `${path}/${name}`);
    else if (type === 'file') await releaseOne(deps, request, `${path}/${name}`);
    await breathe();
  }
  if (request.trial === true) return;
  try {
    await storage.removeFolder(folder);
    await folders.sync(QUARANTINE);
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

/** Sidecars and thumbnails go before originals: an original that comes alone could be adopted without them. */
function inTurn(a: FolderEntry, b: FolderEntry): number {
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
}

function rank({ name, type }: FolderEntry): number {
  if (type === 'folder') return 0;
  return name.endsWith('.json') ? 1 : 2;
}

async function releaseOne(
  { storage, folders, state }: ReleaseDeps,
  { trial, told }: ReleaseRequest,
  path: string,
): Promise<void> {
  const move = { from: `${QUARANTINE}/${path}`, to: `users/${path}` };
  if (trial === true) return told(move, true);
  const entry = { t: isoOf(storage.now()), finding: 'quarantine', action: 'released', path: move.to };
  await state.append('findings', { ...entry, detail: { from: move.from } });
  told(move, await moveNew({ storage, folders }, move.from, move.to));
}

async function entriesOf(storage: Storage, folder: string): Promise<FolderEntry[]> {
  try {
    return await storage.readFolder(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
