import { stagingNameOf } from '../../blobs/staging-name.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { readSidecar } from '../../catalog/sidecar.ts';
import { fromErrno } from '../../domain/errors.ts';
import { ORIGINAL_EXTS, THUMB_EXTS } from '../../domain/format.ts';
import { type Location, originalKey, parseKey, sidecarKey, thumbKey } from '../../domain/key.ts';
import { isoOf } from '../../domain/time.ts';
import type { StateStore } from '../../state/state-store.ts';
import { type FolderSync, stagingPath } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { moveNew } from './move-file.ts';
import { identityOf } from './reconcile-bytes.ts';
import type { Finding } from './reconcile-findings.ts';
import { isYoung, statOf } from './reconcile-guards.ts';

/** Where set aside files lie: under the path that they had below `users/`. */
export const QUARANTINE = '.kiroku/quarantine';

/** `own`: files under ids of ours. `all`: dropped files that no picture can be made of, too. */
export type QuarantineOf = 'own' | 'all';

export interface SetAside {
  readonly from: string;
  readonly to: string;
}

export interface Quarantine {
  /**
   * Sets aside what a finding that was left is about, if nothing in the catalog needs it: an original without a record, with
   * its thumbnail and its unreadable sidecar; a second original under the id of a known picture. Moves, and never removes
   * or replaces; the journal `findings` says first where each file goes. Killed anywhere, the next call goes on.
   * @param trial say what would be moved, and move nothing
   * @throws KirokuError when the tree fails
   */
  take(finding: Finding, of: QuarantineOf, trial: boolean): Promise<readonly SetAside[]>;
}

export interface QuarantineDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly state: StateStore;
  readonly catalog: Pick<Catalog, 'lookup'>;
  readonly legacyTz: string;
}

/** Whatever was written to a moment ago may not be what it will be, ms. */
const QUIET = 600_000;

export function quarantinePath(path: string): string {
  return `${QUARANTINE}/${path.slice('users/'.length)}`;
}

export function createQuarantine(deps: QuarantineDeps): Quarantine {
  const { storage, folders, state } = deps;
  return {
    async take(finding, of, trial) {
      try {
        const paths = await movable(deps, finding, of);
        const moves = paths.map((from) => ({ from, to: quarantinePath(from) }));
        if (trial) return moves;
        const done: SetAside[] = [];
        for (const { from, to } of moves) {
          const entry = { t: isoOf(storage.now()), finding: finding.finding, action: 'quarantined' };
          await state.append('findings', { ...entry, path: from, detail: { to } });
          // taken by another file, which an earlier run put there: this one stays where it is
          if (await moveNew({ storage, folders }, from, to)) done.push({ from, to });
        }
        return done;
      } catch (error) {
        throw fromErrno(error);
      }
    },
  };
}

/** In the order in which they go: what a next run finds by comes last. */
async function movable(deps: QuarantineDeps, finding: Finding, of: QuarantineOf): Promise<readonly string[]> {
  const { path, action, identity } = finding;
  if (action !== 'left' || !path.startsWith('users/')) return [];
  if (identity !== undefined && (await identityAt(deps.storage, path)) !== identity) return [];
  const key = parseKey(path);
  switch (finding.finding) {
    case 'original_orphan':
    case 'file_refused':
    case 'file_partial':
      if (key === undefined) return of === 'all' ? quiet(deps, [path]) : [];
      return key.role === 'original' ? unknownPicture(deps, key.at) : [];
    case 'sidecar_invalid':
      return key?.role === 'sidecar' ? unknownPicture(deps, key.at) : [];
    case 'sidecar_alone':
      return key?.role === 'sidecar' ? leftBehind(deps, key.at) : [];
    case 'original_stray':
      return key?.role === 'original' && (await isStray(deps, key.at, path)) ? quiet(deps, [path]) : [];
    default:
      return [];
  }
}

/** Everything under an id that the catalog does not know, and whose sidecar, if there is one, tells nothing. */
async function unknownPicture(deps: QuarantineDeps, at: Location): Promise<readonly string[]> {
  const sidecar = await sidecarState(deps, at);
  if (sidecar === 'readable') return [];
  const originals = ORIGINAL_EXTS.map((ext) => originalKey(at, ext));
  const thumbs = THUMB_EXTS.map((ext) => thumbKey(at, ext));
  // behind the original: without its sidecar, one of the earlier system would be adopted
  const rest = sidecar === 'none' ? [] : [sidecarKey(at)];
  const found = await quiet(deps, [...thumbs, ...originals, ...rest]);
  // last: what had a staged name until a moment ago has a record by now
  return (await deps.catalog.lookup(at.owner, at.id)) === undefined ? found : [];
}

/** The unreadable sidecar of an original that was set aside by a run that went no further. */
async function leftBehind(deps: QuarantineDeps, at: Location): Promise<readonly string[]> {
  if ((await sidecarState(deps, at)) !== 'unreadable') return [];
  if ((await deps.catalog.lookup(at.owner, at.id)) !== undefined) return [];
  for (const ext of ORIGINAL_EXTS) {
    const path = originalKey(at, ext);
    const aside = await statOf(deps.storage, quarantinePath(path));
    if (aside !== undefined && (await statOf(deps.storage, path)) === undefined) return [sidecarKey(at)];
  }
  return [];
}

async function sidecarState(
  { storage, legacyTz }: QuarantineDeps,
  at: Location,
): Promise<'none' | 'readable' | 'unreadable'> {
  const read = await readSidecar(storage, at, { legacyTz, exts: ORIGINAL_EXTS });
  if (read?.state === 'invalid') return 'unreadable';
  return (await statOf(storage, sidecarKey(at))) === undefined ? 'none' : 'readable';
}

/** True when a record has this id, and this file is not its original. */
async function isStray({ catalog }: QuarantineDeps, at: Location, path: string): Promise<boolean> {
  const entry = await catalog.lookup(at.owner, at.id);
  return entry !== undefined && originalKey(entry, entry.ext) !== path;
}

/** Those that are regular files; none at all while one of them is new, or on its way into the tree. */
async function quiet({ storage }: QuarantineDeps, paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const stat = await statOf(storage, path);
    if (stat?.type !== 'file') continue;
    if (isYoung(storage.now(), stat.mtime, QUIET)) return [];
    // an upload has its final name before its record; the staged one stays as long
    if ((await statOf(storage, stagingPath(stagingNameOf(path)))) !== undefined) return [];
    found.push(path);
  }
  return found;
}

async function identityAt(storage: Storage, path: string): Promise<string | undefined> {
  const stat = await statOf(storage, path);
  return stat === undefined ? undefined : identityOf(stat);
}
