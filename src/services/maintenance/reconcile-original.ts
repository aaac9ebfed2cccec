import type { Entry } from '../../catalog/catalog.ts';
import type { PictureId } from '../../domain/id.ts';
import { originalKey, ownerFolder } from '../../domain/key.ts';
import { type Fate, NOTHING } from './reconcile-fate.ts';
import { ownerPresent, settled, statOf, volumePresent } from './reconcile-guards.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/**
 * A record whose original is gone: the catalog drops the record, the sidecar stays where it is. Nothing happens
 * unless the volume answers, and nothing but "no such name" counts as gone. What a purge took is the purge's to finish:
 * it needs the record to find the sidecar by.
 */
export async function dropMissing(context: LookContext, place: DayPlace, id: PictureId): Promise<Fate> {
  const entry = await settled(context, place, id);
  if (entry === undefined || entry.day !== place.day) return NOTHING;
  const path = originalKey({ ...place, id }, entry.ext);
  if ((await statOf(context.storage, path)) !== undefined) return NOTHING;
  if (!(await ownerPresent(context, place))) return reportAbsentOwner(context, place);
  const { rev, purging } = entry.record();
  if (purging !== undefined) return NOTHING;
  const result = await context.catalog.commit(place.owner, {
    op: 'purge',
    kind: place.kind,
    id,
    keepSidecar: true,
    stillWanted: (current) => current.rev === rev,
  });
  if (result.outcome !== 'committed') return NOTHING;
  await context.findings.report({ finding: 'original_missing', action: 'dropped', path });
  return { corrected: 1 };
}

async function reportAbsentOwner(context: LookContext, place: DayPlace): Promise<Fate> {
  // Without the volume there is nothing to say about the owner.
  if (!(await volumePresent(context))) return NOTHING;
  await context.findings.report({
    finding: 'owner_missing',
    action: 'left',
    path: ownerFolder(place.owner),
  });
  return NOTHING;
}

/** An original is immutable; one of another length was changed by somebody else. Nothing is repaired: reported. */
export async function checkLength(context: LookContext, place: DayPlace, entry: Entry): Promise<Fate> {
  const path = originalKey({ ...place, id: entry.id }, entry.ext);
  const stat = await statOf(context.storage, path);
  const { bytes } = entry.record();
  if (stat === undefined || stat.type !== 'file' || stat.size === bytes) return NOTHING;
  await context.findings.report({
    finding: 'original_changed',
    action: 'left',
    path,
    identity: `${stat.inode}:${stat.size}:${stat.mtime}`,
    detail: { expected: bytes, found: stat.size },
  });
  return NOTHING;
}
