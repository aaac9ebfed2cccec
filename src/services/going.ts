import type { Catalog, Entry } from '../catalog/catalog.ts';

/**
 * Whether a picture that was there a moment ago has gone meanwhile, or is being removed for good: then bytes that are missing
 * are no damage, and nobody is told of a failure.
 */
export async function isGoing(
  catalog: Pick<Catalog, 'find'>,
  { owner, kind, id }: Pick<Entry, 'owner' | 'kind' | 'id'>,
): Promise<boolean> {
  const now = await catalog.find(owner, kind, id);
  return now === undefined || now.record().purging !== undefined;
}
