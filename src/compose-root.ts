import { mkdir, stat } from 'node:fs/promises';
import type { Config } from './config.ts';
import { isErrno, KirokuError } from './domain/errors.ts';

/**
 * The folder that holds the tree must be there: a path that is missing is a volume that is not mounted. Only the
 * default folder, which nobody chose, is made.
 * @throws KirokuError `volume_missing`
 */
export async function ensureRoot(config: Pick<Config, 'outputDir' | 'outputDirIsDefault'>): Promise<void> {
  if (config.outputDirIsDefault) await mkdir(config.outputDir, { recursive: true });
  try {
    if ((await stat(config.outputDir)).isDirectory()) return;
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  throw new KirokuError(
    'volume_missing',
    'OUTPUT_DIR is not a folder. Make it first, or mount the volume that belongs there.',
  );
}
