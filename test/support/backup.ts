import type { Entry } from '../../src/catalog/catalog.ts';
import { type Backup, createBackup } from '../../src/services/maintenance/backup.ts';
import { createRestore, type Restore } from '../../src/services/maintenance/restore.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { Rig } from './reconcile-rig.ts';

/** Whatever is asked for, with nobody to stop it. */
export const unstopped = { signal: new AbortController().signal };

export function backupOf(source: Storage, storage: Storage): Backup {
  return createBackup({ source, target: { storage, folders: createFolderSync(storage) }, legacyTz: 'UTC' });
}

export function restoreInto({ catalog, blobs, state }: Rig, source: Storage): Restore {
  return createRestore({ source, catalog, blobs, state, legacyTz: 'UTC' });
}

/** All that a list says of a picture. */
export function listed(entries: readonly Entry[]): object[] {
  return entries.map((entry) => entry.record());
}
