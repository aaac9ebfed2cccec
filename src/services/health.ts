import type { Space } from '../storage/storage.ts';
import type { WatcherState } from './maintenance/watch-types.ts';

/** What one part says of itself. `detail` is public: no paths, no ids. */
export interface PartHealth {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly detail?: string;
}

export interface Health {
  /** Whether requests can be served now. */
  readonly ready: boolean;
  readonly components: Readonly<Record<string, PartHealth>>;
}

export interface HealthDeps {
  readonly phase: () => 'starting' | 'serving' | 'draining';
  /** Whether the volume that was opened is still there. */
  readonly present: () => Promise<boolean>;
  readonly space: () => Promise<Space>;
  /** Below this much free space, bytes, the volume is degraded; below the reserve uploads are refused. */
  readonly minFreeBytes: number;
  readonly reserveBytes: number;
  readonly publishBy: 'link' | 'copy';
  /** True after several failed durable writes in a row. */
  readonly writesFail: () => boolean;
  readonly decoder: () => { readonly queued: number; readonly failures: number };
  readonly watcher: () => WatcherState;
  /** ms since the epoch; undefined before the first. */
  readonly lastReconcile: () => number | undefined;
  /** ms since the epoch. */
  readonly now: () => number;
}

const OK: PartHealth = { status: 'ok' };
/** Pictures waiting for a decoder past which uploads are noticeably slow. */
const LONG_QUEUE = 48;
const STALE_RECONCILE_MS = 3 * 3600 * 1000;

async function volume(deps: HealthDeps): Promise<PartHealth> {
  if (!(await deps.present()))
    return { status: 'failing', detail: 'The volume is not mounted, or is another one.' };
  if (deps.publishBy === 'copy') return { status: 'degraded', detail: 'No hard links: files are copied.' };
  return OK;
}

async function disk(deps: HealthDeps): Promise<PartHealth> {
  try {
    const { freeBytes } = await deps.space();
    const detail = `${Math.floor(freeBytes / 1024 / 1024)} MiB free`;
    if (freeBytes < deps.reserveBytes)
      return { status: 'failing', detail: `${detail}: uploads are refused.` };
    return { status: freeBytes < deps.minFreeBytes ? 'degraded' : 'ok', detail };
  } catch {
    return { status: 'failing', detail: 'The free space cannot be read.' };
  }
}

function writes(deps: HealthDeps): PartHealth {
  return deps.writesFail() ? { status: 'failing', detail: 'Durable writes fail again and again.' } : OK;
}

function decoder(deps: HealthDeps): PartHealth {
  const { queued } = deps.decoder();
  return queued > LONG_QUEUE ? { status: 'degraded', detail: `${queued} pictures are waiting.` } : OK;
}

function watcher(deps: HealthDeps): PartHealth {
  const { mode, watched, degraded } = deps.watcher();
  if (degraded !== undefined) return { status: 'degraded', detail: degraded };
  return { status: 'ok', detail: `${mode}: ${watched} folders` };
}

function reconcile(deps: HealthDeps): PartHealth {
  const last = deps.lastReconcile();
  if (last === undefined) return { status: 'ok', detail: 'not yet run' };
  const age = deps.now() - last;
  const detail = `${Math.max(0, Math.round(age / 1000))} s ago`;
  return { status: age > STALE_RECONCILE_MS ? 'degraded' : 'ok', detail };
}

/** Looks at every part on which the server stands. */
export function createHealth(deps: HealthDeps): { check(): Promise<Health> } {
  return {
    async check() {
      const phase = deps.phase();
      const components = {
        volume: await volume(deps),
        disk: await disk(deps),
        writes: writes(deps),
        decoder: decoder(deps),
        watcher: watcher(deps),
        reconcile: reconcile(deps),
        ...(phase === 'serving' ? {} : { server: { status: 'degraded', detail: phase } as const }),
      };
      return { ready: phase === 'serving' && components.volume.status !== 'failing', components };
    },
  };
}
