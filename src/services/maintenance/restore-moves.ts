import type { Catalog } from '../../catalog/catalog.ts';
import { isKirokuError } from '../../domain/errors.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import type { StateStore } from '../../state/state-store.ts';
import { readWhole } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Moved } from '../moved.ts';
import { decodeDay, recordsPath } from './backup-format.ts';
import { listedPlaces, readSavedOwner } from './backup-state.ts';
import { everyPicture } from './every-picture.ts';

export interface RestoreMovesDeps {
  /** The backup. */
  readonly source: Storage;
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly moved: Pick<Moved, 'resolve' | 'mark'>;
  readonly legacyTz: string;
}

/**
 * Takes up what the backup says of where an owner went, unless somebody lives here under that name: whoever has a picture
 * that the backup does not know would not find it any more. Comes after the journals: their old ends must not end this.
 * @returns false when the owner stays where he is although the backup says otherwise
 * @throws KirokuError `aborted`; when the tree fails
 */
export async function restoreMove(
  deps: RestoreMovesDeps,
  owner: Owner,
  signal: AbortSignal,
): Promise<boolean> {
  const { source, state, moved } = deps;
  const document = (await readSavedOwner(source, owner))?.document;
  const to =
    typeof document === 'object' && document !== null && 'moved_to' in document ? document['moved_to'] : null;
  if (typeof to !== 'string' || !isOwner(to)) return true;
  const [now, wanted] = [await moved.resolve(owner), await moved.resolve(to)];
  if (now !== owner) return now === wanted;
  const { pictures, unknown } = await picturesOf(deps, owner, signal);
  if (unknown) return false;
  // written before the mark, as every transfer is: the next start carries over what was restored under the old name
  if (pictures > 0)
    await state.append('transfers', { op: 'begin', from: owner, to: wanted, at: deps.source.now() });
  try {
    await moved.mark(owner, to);
    return true;
  } catch (error) {
    // a circle
    if (isKirokuError(error, 'invalid_parameter')) return false;
    throw error;
  }
}

async function picturesOf(
  { source, catalog, legacyTz }: RestoreMovesDeps,
  owner: Owner,
  signal: AbortSignal,
): Promise<{ readonly pictures: number; readonly unknown: boolean }> {
  let known: Set<string> | undefined;
  let pictures = 0;
  for await (const { entries } of everyPicture(catalog, { owner, together: 100, signal })) {
    known ??= await savedIds(source, owner, legacyTz);
    for (const { id } of entries) {
      if (!known.has(id)) return { pictures, unknown: true };
      pictures += 1;
    }
  }
  return { pictures, unknown: false };
}

async function savedIds(source: Storage, owner: Owner, legacyTz: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const days = (await readSavedOwner(source, owner))?.days ?? [];
  for (const place of await listedPlaces(source, owner, days)) {
    const bytes = await readWhole(source, recordsPath(place));
    if (bytes === undefined) continue;
    for (const { id } of decodeDay(place, bytes, legacyTz).pictures) ids.add(id);
  }
  return ids;
}
