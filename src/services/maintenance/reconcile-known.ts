import type { Entry } from '../../catalog/catalog.ts';
import { startOfDay } from '../../domain/day.ts';
import type { OriginalExt } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { STATUSES } from '../../domain/kind.ts';
import { everyEntry } from './reconcile-entries.ts';
import type { Listing } from './reconcile-listing.ts';
import { isUndated } from './reconcile-sidecar.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';
import type { Verifier } from './reconcile-verify.ts';

const DAY_MS = 86_400_000;

/** What the catalog says lies in the folder; the entry itself is asked for again when something is off. */
export interface Known {
  readonly ext: OriginalExt;
  readonly undated: boolean;
}

/**
 * The catalog's pictures of one day folder. With a verifier also those whose time is of another day, and it is told of
 * every picture whose files are all there.
 */
export async function knownOfDay(
  context: LookContext,
  place: DayPlace,
  listing: Listing,
  verifier: Verifier | undefined,
): Promise<Map<PictureId, Known>> {
  const known = new Map<PictureId, Known>();
  const take = async (entry: Entry): Promise<void> => {
    const facts = knownFrom(entry);
    known.set(entry.id, facts);
    const onDisk = listing.pictures.get(entry.id);
    const whole = onDisk?.sidecar === true && onDisk.originals.length === 1 && !facts.undated;
    if (whole && onDisk.originals[0] === entry.ext) await verifier?.add(entry);
  };
  const { owner, kind } = place;
  const from = startOfDay(place.day);
  for (const status of STATUSES) {
    for await (const entry of everyEntry(context.catalog, { owner, kind, status, from, to: from + DAY_MS })) {
      if (entry.day === place.day) await take(entry);
    }
  }
  if (verifier === undefined) return known;
  // lying in another day's folder than their time says
  for (const id of listing.pictures.keys()) {
    if (known.has(id)) continue;
    const entry = await context.catalog.lookup(owner, id);
    if (entry?.kind === kind && entry.day === place.day) await take(entry);
  }
  return known;
}

/** The same of the pictures that some names belong to. */
export async function knownOf(
  context: LookContext,
  place: DayPlace,
  listing: Listing,
): Promise<Map<PictureId, Known>> {
  const known = new Map<PictureId, Known>();
  for (const id of listing.pictures.keys()) {
    const entry = await context.catalog.find(place.owner, place.kind, id);
    if (entry?.day === place.day) known.set(id, knownFrom(entry));
  }
  return known;
}

export function knownFrom(entry: Entry): Known {
  return { ext: entry.ext, undated: entry.status === 'trash' && isUndated(entry.record()) };
}
