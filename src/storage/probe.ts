import { ensureFolder, type FolderSync, STAGING_FOLDER, stageFile, stagingPath } from './durable.ts';
import type { Storage } from './storage.ts';

/** What a tree's file system can do, step by step. */
export interface TreeReport {
  /** Everything the commit sequence needs works; hard links are the one thing that has a substitute. */
  readonly usable: boolean;
  /** `copy`: no hard links here; the blob store copies (see `createFsBlobStore`). */
  readonly publishBy: 'link' | 'copy';
  /** `users/` and staging lie on one file system, so that a name can go from one to the other. */
  readonly oneFileSystem: boolean;
  readonly steps: readonly ProbeStep[];
}

export type ProbeName = 'create' | 'link' | 'rename' | 'sync-folder' | 'one-file-system';

export interface ProbeStep {
  readonly name: ProbeName;
  readonly ok: boolean;
  /** The operating system's code (`EPERM`, `EXDEV`, …); undefined where it went well. */
  readonly code?: string;
}

/** Codes with which file systems without hard links refuse them: FAT and some FUSE, SMB, Android's sdcardfs. */
const NO_LINK_CODES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'] as const;

const FIRST = 'probe.first';
const SECOND = 'probe.second';
const OUTSIDE = 'users/.probe';

/**
 * Tries what the commit sequence needs, at start and before anything is served (D16): makes, syncs, links and renames
 * a file in staging, syncs folders, and brings a name from staging to `users/`. Makes both folders; leaves no files.
 * @throws the operating system's error when not even the folders can be made
 */
export async function probeTree(storage: Storage, folders: FolderSync): Promise<TreeReport> {
  await ensureFolder(storage, folders, STAGING_FOLDER);
  await ensureFolder(storage, folders, 'users');
  await sweep(storage);
  const steps: ProbeStep[] = [];

  async function attempt(name: ProbeName, step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      steps.push({ name, ok: true });
      return true;
    } catch (error) {
      steps.push({ name, ok: false, code: codeOf(error) });
      return false;
    }
  }

  try {
    const made = await attempt('create', async () => {
      await stageFile(storage, FIRST, Buffer.from('kiroku'));
    });
    if (!made) return { usable: false, publishBy: 'link', oneFileSystem: false, steps };
    const linked = await attempt('link', async () => {
      await storage.link(stagingPath(FIRST), stagingPath(SECOND));
      await mustBeSame(storage, stagingPath(FIRST), stagingPath(SECOND));
      await storage.unlink(stagingPath(SECOND));
    });
    const renamed = await attempt('rename', () => storage.rename(stagingPath(FIRST), stagingPath(SECOND)));
    const synced = await attempt('sync-folder', async () => {
      await storage.syncFolder(STAGING_FOLDER);
      await storage.syncFolder('users');
    });
    const crossed = await attempt('one-file-system', () =>
      linked ? storage.link(stagingPath(SECOND), OUTSIDE) : storage.rename(stagingPath(SECOND), OUTSIDE),
    );
    const noLinks = NO_LINK_CODES.some((code) =>
      steps.some((step) => step.name === 'link' && step.code === code),
    );
    return {
      usable: renamed && synced && crossed && (linked || noLinks),
      publishBy: linked ? 'link' : 'copy',
      oneFileSystem: crossed,
      steps,
    };
  } finally {
    await sweep(storage);
  }
}

async function mustBeSame(storage: Storage, one: string, other: string): Promise<void> {
  const [a, b] = await Promise.all([storage.stat(one), storage.stat(other)]);
  // A file system that copies instead of linking, or gives each name its own number, cannot tell what is ours.
  if (a.inode !== b.inode) throw Object.assign(new Error('two names, two inodes'), { code: 'ENOTSUP' });
}

async function sweep(storage: Storage): Promise<void> {
  for (const path of [stagingPath(FIRST), stagingPath(SECOND), OUTSIDE]) {
    await storage.unlink(path).catch(() => undefined);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
