import type { Catalog } from '../../catalog/catalog.ts';
import { isErrno, KirokuError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { manifestKey, ownerFolder } from '../../domain/key.ts';
import type { Log } from '../../domain/log.ts';
import type { Owner } from '../../domain/owner.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { FolderSync } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import { createQuarantine, type QuarantineOf } from './quarantine.ts';
import { breathe } from './reconcile-batch.ts';
import type { Finding, FindingName } from './reconcile-findings.ts';
import type { Reconcile, ReconcileReport } from './reconcile-types.ts';
import { releaseAll } from './release.ts';

/**
 * `changes`: look at every day folder in which something changed. `names`: by names alone. `sidecars`: make the manifests
 * again from nothing but the sidecars.
 */
export type ReindexDepth = 'changes' | 'names' | 'sidecars';

export interface ReindexRequest {
  readonly depth: ReindexDepth;
  /** This owner only. */
  readonly owner?: Owner;
  /** Look at every folder, whatever an earlier pass found; for `changes` and `names`. */
  readonly afresh?: boolean;
  /** Say what would be done, and do nothing. */
  readonly dryRun?: boolean;
  /** Set aside what has no record and cannot be adopted; for `changes` and `names`. */
  readonly quarantine?: QuarantineOf;
  /** Called now and then with how many folders (manifests, with `sidecars`) were looked at. */
  readonly progress?: (done: number) => void;
}

/** One thing that was met. Paths are relative to the tree's root. */
export interface ReindexFound {
  readonly finding: FindingName | 'quarantine';
  /** What was done about it, or would be. */
  readonly action: Finding['action'] | 'quarantined' | 'released';
  readonly path: string;
  /** Where it was moved. */
  readonly to?: string;
  readonly detail?: JsonObject;
}

export interface ReindexReport extends Omit<ReconcileReport, 'again'> {
  /** Owners whose manifest was made again. */
  readonly rebuilt: number;
  /** Owners for whom it could not be done, and folders that could not be looked at; the log says why. */
  readonly failed: number;
  /** Files that were set aside. */
  readonly quarantined: number;
  /** Files that were moved back. */
  readonly released: number;
  /** What was done and what was left alone. Nothing of it for `sidecars`, but in a dry run. */
  readonly found: readonly ReindexFound[];
  /** More than these. */
  readonly more: number;
}

export interface Reindex {
  /**
   * Can be stopped, killed and repeated at any point.
   * @throws KirokuError `not_found` for an owner without a folder, `aborted`; one owner's trouble is counted, not thrown
   */
  run(request: ReindexRequest, signal: AbortSignal): Promise<ReindexReport>;
  /** Moves what was set aside back to where it came from. @throws KirokuError `aborted`; when the tree fails */
  release(request: Pick<ReindexRequest, 'owner' | 'dryRun'>, signal: AbortSignal): Promise<ReindexReport>;
}

export interface ReindexDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly state: StateStore;
  readonly catalog: Pick<Catalog, 'owners' | 'version' | 'lookup'>;
  readonly reconcile: Pick<Reconcile, 'full' | 'names'>;
  /** Makes the owner's manifest again from the sidecars. */
  readonly rebuild: (owner: Owner) => Promise<void>;
  readonly log: Log;
  /** IANA zone in which times without a zone in older sidecars are read. */
  readonly legacyTz: string;
}

const NO_LOOK = { folders: 0, adopted: 0, corrected: 0, waiting: 0 };
const NOTHING_DONE = { rebuilt: 0, failed: 0, quarantined: 0, released: 0 };
const MOST_FOUND = 10_000;
/** Findings that are kept for the quarantine; of more the next run takes care. */
const MOST_CANDIDATES = 100_000;

/** Brings the index and the tree into agreement when somebody asks for it. */
export function createReindex(deps: ReindexDeps): Reindex {
  const { storage } = deps;
  const quarantine = createQuarantine(deps);

  async function mustExist(owner: Owner): Promise<void> {
    if ((await typeOf(storage, ownerFolder(owner))) !== 'folder') {
      throw new KirokuError('not_found', 'There is no such owner.');
    }
  }

  async function look(request: ReindexRequest, signal: AbortSignal): Promise<ReindexReport> {
    const { depth, owner, afresh = false, dryRun = false, quarantine: of, progress } = request;
    const list = createFoundList();
    const left: Finding[] = [];
    const told = (finding: Finding): void => {
      // told of again when it was seen whether it can be set aside
      if (of === undefined || finding.action !== 'left' || left.length >= MOST_CANDIDATES) list.add(finding);
      else left.push(finding);
    };
    const pass = depth === 'names' ? deps.reconcile.names : deps.reconcile.full;
    const {
      folders,
      adopted,
      corrected,
      waiting,
      failed = 0,
    } = await pass(signal, {
      afresh: afresh || depth === 'sidecars',
      trial: dryRun,
      told,
      ...(owner === undefined ? {} : { owner }),
      ...(progress === undefined ? {} : { progress }),
    });
    let quarantined = 0;
    for (const finding of left) {
      stopIfAborted(signal);
      const moves = of === undefined ? [] : await quarantine.take(finding, of, dryRun);
      if (moves.length === 0) list.add(finding);
      for (const { from, to } of moves) {
        list.add({ finding: finding.finding, action: 'quarantined', path: from, to });
      }
      quarantined += moves.length;
    }
    stopIfAborted(signal);
    return { ...NOTHING_DONE, folders, adopted, corrected, waiting, failed, quarantined, ...list.report() };
  }

  return {
    async run(request, signal) {
      const { depth, owner, dryRun = false } = request;
      if (owner !== undefined) await mustExist(owner);
      if (depth === 'sidecars' && !dryRun) return fromSidecars(deps, request, signal);
      return look(request, signal);
    },
    async release({ owner, dryRun = false }, signal) {
      const list = createFoundList();
      let released = 0;
      await releaseAll(deps, {
        ...(owner === undefined ? {} : { owner }),
        trial: dryRun,
        signal,
        told({ from, to }, back) {
          if (back) released += 1;
          list.add({ finding: 'quarantine', action: back ? 'released' : 'left', path: from, to });
        },
      });
      return { ...NO_LOOK, ...NOTHING_DONE, released, ...list.report() };
    },
  };
}

async function fromSidecars(
  deps: ReindexDeps,
  { owner: only, progress }: ReindexRequest,
  signal: AbortSignal,
): Promise<ReindexReport> {
  const { storage, catalog, log } = deps;
  const done = { rebuilt: 0, failed: 0 };
  for await (const owner of only === undefined ? catalog.owners() : [only]) {
    stopIfAborted(signal);
    try {
      // an owner without a manifest gets one by being read
      if ((await typeOf(storage, manifestKey(owner))) === undefined) await catalog.version(owner);
      else await deps.rebuild(owner);
      done.rebuilt += 1;
    } catch (error) {
      done.failed += 1;
      log.error({ owner, err: error }, 'a manifest could not be made again');
    }
    progress?.(done.rebuilt + done.failed);
    await breathe();
  }
  return { ...NO_LOOK, ...NOTHING_DONE, ...done, found: [], more: 0 };
}

/** A bounded list of what was met. */
function createFoundList() {
  const found: ReindexFound[] = [];
  let more = 0;
  return {
    add({ finding, action, path, to, detail }: ReindexFound): void {
      if (found.length >= MOST_FOUND) {
        more += 1;
        return;
      }
      const optional = { ...(to === undefined ? {} : { to }), ...(detail === undefined ? {} : { detail }) };
      found.push({ finding, action, path, ...optional });
    },
    report: () => ({ found, more }),
  };
}

async function typeOf(storage: Storage, path: string): Promise<string | undefined> {
  try {
    return (await storage.stat(path)).type;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
}
