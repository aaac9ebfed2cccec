import { readSidecar, recordOf, removeSidecar } from '../../catalog/sidecar.ts';
import { KirokuError } from '../../domain/errors.ts';
import { ORIGINAL_EXTS } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { type Location, sidecarKey } from '../../domain/key.ts';
import { readWhole } from '../../storage/durable.ts';
import { identityOf } from './reconcile-bytes.ts';
import { type Fate, NOTHING, waitFor } from './reconcile-fate.ts';
import { isYoung, ownerPresent, settled, statOf } from './reconcile-guards.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/** Parts of a picture arrive one after another when somebody copies a tree, ms. */
const ARRIVING = 60_000;

/**
 * A sidecar without its original that the catalog does not know. One that says that its purge had begun is all that was
 * left to be removed: the record went with a manifest that could not be read. Any other one is told of, and stays.
 */
export async function sidecarAlone(context: LookContext, place: DayPlace, id: PictureId): Promise<Fate> {
  const at = { ...place, id };
  const path = sidecarKey(at);
  const stat = await statOf(context.storage, path);
  if (stat?.type !== 'file') return NOTHING;
  const purging = await purgingOf(context, at);
  if (purging !== undefined) return endPurge(context, at, purging);
  if (isYoung(context.storage.now(), stat.mtime, ARRIVING)) return waitFor(ARRIVING / 4);
  await context.findings.report({
    finding: 'sidecar_alone',
    action: 'left',
    path,
    identity: identityOf(stat),
  });
  return NOTHING;
}

/** When the purge of the picture began, by a sidecar that can be read; undefined when it had not. */
async function purgingOf({ storage, legacyTz }: LookContext, at: Location): Promise<string | undefined> {
  const bytes = await readWhole(storage, sidecarKey(at));
  const record = bytes === undefined ? undefined : recordOf(at, bytes, ORIGINAL_EXTS, legacyTz);
  return record === undefined || record instanceof KirokuError ? undefined : record.purging;
}

async function endPurge(context: LookContext, at: Location, purging: string): Promise<Fate> {
  const { storage, folders, legacyTz, trial } = context;
  // the purge may be under way this very moment, and end by itself
  if ((await settled(context, at, at.id)) !== undefined) return NOTHING;
  if (!(await ownerPresent(context, at))) return NOTHING;
  if ((await readSidecar(storage, at, { legacyTz }))?.state !== 'orphan') return NOTHING;
  if (!trial) await removeSidecar(storage, folders, at);
  const path = sidecarKey(at);
  await context.findings.report({ finding: 'sidecar_alone', action: 'dropped', path, detail: { purging } });
  return { corrected: 1 };
}
