import type { BlobStore } from '../../blobs/blob-store.ts';
import { keyOfStagingName } from '../../blobs/staging-name.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { isErrno, volumeMissing } from '../../domain/errors.ts';
import { isPictureId } from '../../domain/id.ts';
import { parseKey } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import { isOwner } from '../../domain/owner.ts';
import { STAGING_FOLDER } from '../../storage/durable.ts';
import type { FileStat, Storage } from '../../storage/storage.ts';
import { aborted } from '../gate.ts';
import { isCommitted } from './recover.ts';

export interface SweepReport {
  /** Names that went, or would go in a dry run. */
  readonly removed: number;
  /** Freed by that; a name that shares its file with another frees nothing. */
  readonly bytes: number;
  /** As old, but not to be judged beside running work, or not to be removed: the next start settles them. */
  readonly left: number;
}

export interface Sweep {
  /**
   * Removes temporary files that nobody works with any more. Only names of our own; removes no bytes that a picture has.
   * @param dryRun counts only, and remembers nothing
   * @throws KirokuError `aborted`, `volume_missing`
   */
  run(options: { readonly signal: AbortSignal; readonly dryRun?: boolean }): Promise<SweepReport>;
}

export interface SweepDeps {
  readonly storage: Storage;
  readonly catalog: Pick<Catalog, 'lookup'>;
  readonly blobs: Pick<BlobStore, 'stat'>;
  readonly isHeld: (key: string) => boolean;
  readonly present: () => Promise<boolean>;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** A name that is seen unchanged for so long is nobody's, ms. No write of ours takes an hour. */
const OLD_MS = 6 * 3_600_000;
/** Names that are remembered of a folder. */
const MOST_SEEN = 100_000;
const INDEX_FOLDER = '.kiroku/index';

interface Seen {
  readonly identity: string;
  /** First seen so, ms since the epoch. */
  readonly since: number;
}

type Fate = 'go' | 'stay' | 'left';

/**
 * The start settles what an earlier process left (`recoverStaged`); this is for what a process leaves behind while it
 * runs for months: a disk that failed at the wrong moment, a write that was cut off. A name's own times say nothing (a
 * staged original can be a second name of a file of last year), so a run remembers what it saw, and a later one takes
 * what is still exactly the same and held by nobody. A clock that jumps ahead between two runs changes nothing for
 * what is held.
 */
export function createSweep(deps: SweepDeps): Sweep {
  const { storage, now, log } = deps;
  let seen = new Map<string, Seen>();

  /** By name: what lies there and since when, if it is one of ours. */
  async function look(folder: string, at: number): Promise<Map<string, Seen & { stat: FileStat }>> {
    const found = new Map<string, Seen & { stat: FileStat }>();
    for (const path of await temporaryIn(storage, folder)) {
      if (found.size === MOST_SEEN) break;
      const stat = await statOf(storage, path);
      if (stat?.type !== 'file') continue;
      const identity = `${stat.inode} ${stat.size} ${stat.mtime}`;
      const before = seen.get(path);
      found.set(path, { identity, stat, since: before?.identity === identity ? before.since : at });
    }
    return found;
  }

  return {
    async run({ signal, dryRun = false }) {
      if (!(await deps.present())) throw volumeMissing();
      const at = now();
      const report = { removed: 0, bytes: 0, left: 0 };
      const found = new Map([...(await look(STAGING_FOLDER, at)), ...(await look(INDEX_FOLDER, at))]);
      for (const [path, { since, stat }] of found) {
        if (signal.aborted) throw aborted(signal);
        if (Math.abs(at - since) < OLD_MS) continue;
        const fate = await fateOf(deps, path);
        if (fate === 'stay') continue;
        if (fate === 'left' || !(dryRun || (await remove(storage, path, log)))) {
          report.left += 1;
          continue;
        }
        report.removed += 1;
        if (stat.links <= 1) report.bytes += stat.size;
        if (!dryRun) found.delete(path);
      }
      if (!dryRun)
        seen = new Map([...found].map(([path, { identity, since }]) => [path, { identity, since }]));
      return report;
    },
  };
}

/**
 * A staged original or thumbnail goes where its picture is committed and has it, and where there is neither. What lies
 * between the two (a commit of which nobody knows whether it lasts, the last copy of a lost original) is not for a job.
 */
async function fateOf(deps: SweepDeps, path: string): Promise<Fate> {
  if (!path.startsWith(`${STAGING_FOLDER}/`)) return 'go';
  const key = keyOfStagingName(path.slice(STAGING_FOLDER.length + 1));
  if (deps.isHeld(key)) return 'stay';
  const role = parseKey(key)?.role;
  if (role !== 'original' && role !== 'thumb') return 'go';
  try {
    const isPublished = (await deps.blobs.stat(key)) !== undefined;
    return (await isCommitted(deps.catalog, key)) === isPublished ? 'go' : 'left';
  } catch (error) {
    deps.log.warn({ err: error }, 'something staged could not be judged; the next start settles it');
    return 'left';
  }
}

async function remove(storage: Storage, path: string, log: Log): Promise<boolean> {
  try {
    await storage.unlink(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true;
    log.warn({ err: error }, 'a temporary file could not be removed');
    return false;
  }
}

/** Paths of the temporary files in a folder, whose names are ours. */
async function temporaryIn(storage: Storage, folder: string): Promise<string[]> {
  try {
    const isOurs = folder === STAGING_FOLDER ? isStagingName : isUnfinishedIndex;
    const files = (await storage.readFolder(folder)).filter(
      ({ name, type }) => type === 'file' && isOurs(name),
    );
    return files.map(({ name }) => `${folder}/${name}`);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function statOf(storage: Storage, path: string): Promise<FileStat | undefined> {
  try {
    return await storage.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isUnfinishedIndex(name: string): boolean {
  const owner = /^([^.]+)\.(?:columns|search|days)\.new$/.exec(name)?.[1];
  return owner !== undefined && isOwner(owner);
}

/** Every form of name that something of ours gives to a file in the staging folder. */
function isStagingName(name: string): boolean {
  if (/^(?:probe\.(?:first|second)|owners\.jsonl\.new)$/.test(name)) return true;
  const rewritten = /^rewrite\.\d+\.(.+)$/.exec(name)?.[1];
  if (parseKey(keyOfStagingName(rewritten ?? name)) !== undefined) return true;
  const incoming = /^incoming\.(?:thumb\.)?([0-9a-z]+)\.[a-z0-9]{2,5}$/.exec(name)?.[1];
  if (incoming !== undefined) return isPictureId(incoming);
  const owner = /^(?:users\.([^.]+)\.manifest\.jsonl|index\.([^.]+)\.days)$/.exec(name);
  if (owner !== null) return isOwner(owner[1] ?? owner[2] ?? '');
  return /^state\.(?:users\.[^.]+\.owner|\.kiroku\.[a-z]+)\.json$/.test(name);
}
