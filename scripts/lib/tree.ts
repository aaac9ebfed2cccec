import type { Engine } from '../../src/compose-engine.ts';
import type { Config } from '../../src/config.ts';
import { isKirokuError } from '../../src/domain/errors.ts';
import { foreignTree, readMarker } from '../../src/services/maintenance/volume.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Context } from './cli.ts';
import { findServer, type ServerClient } from './server-client.ts';

/** How a command does its work: on the tree itself, or, while a server holds the tree, through that. */
export interface Ways<T> {
  local(engine: Engine): Promise<T>;
  remote(server: ServerClient): Promise<T>;
}

/**
 * Opens the tree as the server would, works and closes it again; while a server runs on it, asks that. Unlike a server
 * it takes no folder for a new tree, unless it is told to: an empty one is a volume that is not mounted.
 * @throws KirokuError as `openEngine`; `volume_missing` without a marker; `tree_locked` when whoever holds the tree
 *   cannot be reached
 */
export async function onTree<T>(
  context: Context,
  ways: Ways<T>,
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<T> {
  const { config, log } = context;
  if (!isNew) await requireMarker(config);
  // only now: a mistaken flag is told without loading all of the server
  const { openEngine } = await import('../../src/compose-engine.ts');
  let engine: Engine;
  try {
    engine = await openEngine(config, { log });
  } catch (error) {
    if (!isKirokuError(error, 'tree_locked')) throw error;
    return ways.remote(await findServer(context, error));
  }
  try {
    return await ways.local(engine);
  } finally {
    await engine.close();
  }
}

/** @throws KirokuError `volume_missing`, `tree_unreadable` */
export async function requireMarker({ outputDir }: Config): Promise<void> {
  const storage = createNodeStorage(outputDir);
  const marker = await readMarker(createFsStateStore({ storage, folders: createFolderSync(storage) }));
  if (marker === undefined) throw foreignTree();
}
