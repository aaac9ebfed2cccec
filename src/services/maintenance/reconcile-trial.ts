import type { Catalog, CommitResult, Mutation } from '../../catalog/catalog.ts';
import { createEntry } from '../../catalog/entry.ts';
import type { Owner } from '../../domain/owner.ts';
import { errno } from '../../storage/errno.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Findings } from './reconcile-findings.ts';
import type { LookContext } from './reconcile-types.ts';

/**
 * A look's context in which nothing can be changed: the same code takes the same decisions, and the catalog only says
 * what it would answer. Whoever forgets that it is a trial meets a read-only disk.
 */
export function trialContext(context: LookContext, findings: Findings): LookContext {
  return {
    ...context,
    findings,
    trial: true,
    catalog: { ...context.catalog, commit: (owner, mutation) => tryCommit(context.catalog, owner, mutation) },
    storage: readOnly(context.storage),
  };
}

/** @throws KirokuError as the commit itself would */
async function tryCommit(catalog: Catalog, owner: Owner, mutation: Mutation): Promise<CommitResult> {
  if (mutation.op === 'put') return { outcome: 'committed', entry: createEntry(mutation.record, 0) };
  const { kind, id } = mutation;
  const found = await catalog.commit(owner, { op: 'edit', kind, id, change: () => undefined });
  const current = found.entry.record();
  const goesOn =
    mutation.op === 'purge'
      ? mutation.stillWanted?.(current) !== false
      : mutation.change(current) !== undefined;
  return { outcome: goesOn ? 'committed' : 'unchanged', entry: found.entry };
}

function readOnly(storage: Storage): Storage {
  const refuse =
    (call: string) =>
    (path: string): Promise<never> =>
      Promise.reject(errno('EROFS', call, path));
  return {
    open: (path, mode) => (mode === 'read' ? storage.open(path, mode) : refuse('open')(path)),
    makeFolder: refuse('mkdir'),
    readFolder: (path) => storage.readFolder(path),
    stat: (path) => storage.stat(path),
    link: refuse('link'),
    rename: refuse('rename'),
    unlink: refuse('unlink'),
    removeFolder: refuse('rmdir'),
    syncFolder: refuse('fsync'),
    space: () => storage.space(),
    lock: refuse('open'),
    localPath: (path) => storage.localPath(path),
    now: () => storage.now(),
    bulk: storage.bulk,
  };
}
