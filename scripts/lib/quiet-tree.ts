import { setTimeout as delay } from 'node:timers/promises';
import { isKirokuError, KirokuError } from '../../src/domain/errors.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { Context } from './cli.ts';
import { requireMarker } from './tree.ts';

/** How long a server may take to settle what an unclean stop left, ms. */
const SETTLING_MS = 120_000;
const LOOK_MS = 500;

/**
 * Reads the tree while every acknowledged change in it has its lasting form: beside a running server, or, without one,
 * after settling what an unclean stop left, under the lock.
 * @throws KirokuError as `openEngine`; `tree_locked` when the server has not settled in time
 */
export async function readTree<T>(context: Context, work: (source: Storage) => Promise<T>): Promise<T> {
  const { config, log, signal } = context;
  await requireMarker(config);
  const { openEngine } = await import('../../src/compose-engine.ts');
  const engine = await openEngine(config, { log }).catch((error: unknown) => {
    if (isKirokuError(error, 'tree_locked')) return undefined;
    throw error;
  });
  if (engine === undefined) {
    const source = createNodeStorage(config.outputDir);
    await untilSettled(source, signal);
    return work(source);
  }
  try {
    await engine.settle(signal);
    return await work(engine.storage);
  } finally {
    await engine.close();
  }
}

async function untilSettled(source: Storage, signal: AbortSignal): Promise<void> {
  const state = createFsStateStore({ storage: source, folders: createFolderSync(source) });
  for (let waited = 0; ; waited += LOOK_MS) {
    if ((await state.readDocument('run'))?.['caught_up'] === true) return;
    if (waited >= SETTLING_MS) {
      throw new KirokuError(
        'tree_locked',
        'The server still settles what an unclean stop left. Try again later.',
      );
    }
    await delay(LOOK_MS, undefined, { signal }).catch((cause: unknown) => {
      throw new KirokuError('aborted', 'Stopped.', { cause });
    });
  }
}
