import { fromErrno, KirokuError } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import type { StateStore } from '../../state/state-store.ts';
import { ensureFolder, type FolderSync } from '../../storage/durable.ts';
import { probeTree, type TreeReport } from '../../storage/probe.ts';
import type { Storage, StorageLock } from '../../storage/storage.ts';
import { foreignTree, judgeUnmarked, OWN_FOLDER, readMarker, writeMarker, wrongVolume } from './volume.ts';

const LOCK = `${OWN_FOLDER}/lock`;
const MARKER = `${OWN_FOLDER}/volume.json`;

/** The tree, ours alone until it is closed. */
export interface Tree {
  readonly volumeId: string;
  /** It was marked by this start. */
  readonly isNew: boolean;
  /** Pictures of the earlier system were found in it by this start. */
  readonly adopted: boolean;
  /** What its file system can do. */
  readonly report: TreeReport;
  /** Whether the volume that was opened is still the one under its path. */
  present(): Promise<boolean>;
  /** Gives the lock back. Safe to repeat. */
  close(): Promise<void>;
}

export interface TreeDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly state: StateStore;
  readonly log: Log;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** The marker's id that is expected; undefined: any, and an empty folder is taken for a new one. */
  readonly volumeId: string | undefined;
}

/**
 * Opens the tree: marker, lock, and our own folders. A folder without the marker is taken only when nobody has kept
 * anything in it, or when the earlier system wrote it and we never did (docs/decisions/0002).
 * @throws KirokuError `volume_missing`, `tree_locked`, `tree_unreadable`, `read_only`, `io_error`
 */
export async function openTree(deps: TreeDeps): Promise<Tree> {
  try {
    return await openSafely(deps);
  } catch (error) {
    throw fromErrno(error);
  }
}

async function openSafely(deps: TreeDeps): Promise<Tree> {
  const { storage, folders, state } = deps;
  const kind = await admissible(deps);
  await ensureFolder(storage, folders, OWN_FOLDER);
  const lock = await storage.lock(LOCK);
  if (lock === undefined) throw locked();
  try {
    // somebody else may have marked it while we waited for the lock
    let volumeId = await readMarker(state);
    const isNew = volumeId === undefined;
    const report = await proved(deps);
    if (volumeId === undefined) {
      volumeId = Buffer.from(deps.random(16)).toString('hex');
      await writeMarker(state, volumeId, storage.now());
      deps.log.info(
        { volume: volumeId },
        'a new volume was marked; set VOLUME_ID to this to refuse any other',
      );
    }
    const adopted = isNew && kind === 'earlier';
    if (adopted) deps.log.info({}, 'pictures of the earlier system were found: they are kept where they lie');
    return await opened(deps, lock, { volumeId, isNew, adopted, report });
  } catch (error) {
    await lock.release().catch(() => undefined);
    throw error;
  }
}

/** @throws KirokuError when this folder must not be opened */
async function admissible(deps: TreeDeps): Promise<'marked' | 'new' | 'earlier'> {
  const marker = await readMarker(deps.state);
  if (deps.volumeId !== undefined && marker !== deps.volumeId) throw wrongVolume(marker);
  if (marker !== undefined) return 'marked';
  const judged = await judgeUnmarked(deps.storage);
  if (judged === 'foreign') throw foreignTree();
  return judged;
}

/** Makes our folders and tries the commit sequence. @throws KirokuError `tree_unreadable` where it cannot work */
async function proved({ storage, folders, log }: TreeDeps): Promise<TreeReport> {
  const report = await probeTree(storage, folders);
  if (!report.usable) {
    const failed = report.steps
      .filter((step) => !step.ok)
      .map((step) => `${step.name} (${step.code ?? '?'})`);
    throw new KirokuError(
      'tree_unreadable',
      `The file system of OUTPUT_DIR cannot keep pictures safely: ${failed.join(', ')} failed.`,
    );
  }
  if (report.publishBy === 'copy')
    log.warn({}, 'no hard links on this file system: files are copied into place');
  return report;
}

function locked(): KirokuError {
  return new KirokuError(
    'tree_locked',
    'Another Kiroku server is running on this OUTPUT_DIR. Stop it first.',
  );
}

async function opened(
  { storage }: TreeDeps,
  lock: StorageLock,
  facts: Pick<Tree, 'volumeId' | 'isNew' | 'adopted' | 'report'>,
): Promise<Tree> {
  const { inode } = await storage.stat(OWN_FOLDER);
  let held = true;
  return {
    ...facts,
    async present() {
      try {
        const [own, marker] = await Promise.all([storage.stat(OWN_FOLDER), storage.stat(MARKER)]);
        return own.inode === inode && marker.type === 'file';
      } catch {
        return false;
      }
    },
    async close() {
      if (!held) return;
      held = false;
      await lock.release();
    },
  };
}
