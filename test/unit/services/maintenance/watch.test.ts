import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryCatalog } from '../../../../src/catalog/memory-catalog.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import type { Reconcile, ReconcileReport } from '../../../../src/services/maintenance/reconcile-types.ts';
import { createWatcher } from '../../../../src/services/maintenance/watch.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';

const IDLE: ReconcileReport = { folders: 0, adopted: 0, corrected: 0, waiting: 0, again: undefined };
const POLL_MS = 3_000;
const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 6 * TEN_MINUTES_MS;

/** A watcher on a machine that has no watches left, and how often it had the last days looked at. */
async function withoutWatches() {
  const memory = createMemoryStorage({ now: () => Date.now() });
  await memory.makeFolder('users');
  let looks = 0;
  const idle = async () => IDLE;
  const recent = async () => {
    looks += 1;
    return IDLE;
  };
  const reconcile: Reconcile = { day: idle, recent, full: idle, names: idle, counts: () => new Map() };
  const watcher = createWatcher({
    storage: { ...memory, localPath: (path) => `/tree/${path}` },
    catalog: createMemoryCatalog({ now: () => Date.now() }),
    reconcile,
    log: silentLog,
    watch: () => ({
      add() {
        throw Object.assign(new Error('no watches'), { code: 'ENOSPC' });
      },
      remove() {},
      async close() {},
    }),
    pollMs: POLL_MS,
  });
  return { watcher, looks: () => looks };
}

describe('a watcher without watches', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-21T12:00:00Z') }));
  afterEach(() => void vi.useRealTimers());

  it('looks every few seconds, and no more often however often it has tried to watch again', async () => {
    const { watcher, looks } = await withoutWatches();
    await watcher.start(new AbortController().signal);
    expect(watcher.state().mode).toBe('polling');
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    const before = looks();
    await vi.advanceTimersByTimeAsync(TEN_MINUTES_MS);
    expect(looks() - before).toBeLessThanOrEqual(TEN_MINUTES_MS / POLL_MS + 5);
    expect(looks() - before).toBeGreaterThan(TEN_MINUTES_MS / POLL_MS / 2);
    await watcher.stop();
  });
});
