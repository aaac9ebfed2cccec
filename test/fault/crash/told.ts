import type { Catalog, Entry } from '../../../src/catalog/catalog.ts';
import type { PictureId } from '../../../src/domain/id.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../../src/domain/kind.ts';
import type { Owner } from '../../../src/domain/owner.ts';

/** What a picture is known to be. */
export interface Known {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly id: PictureId;
  readonly sha256: string;
  readonly status: Status;
  readonly tags: string;
}

/** What callers were told by a moment, and what they had asked for and not been told yet. */
export interface Told {
  readonly acknowledged: ReadonlyMap<PictureId, Known>;
  /** What an unanswered change would make of a picture. */
  readonly asked: ReadonlyMap<PictureId, Known>;
  /** Hashes of unanswered uploads. */
  readonly uploads: ReadonlySet<string>;
}

export function knownOf(entry: Entry): Known {
  const record = entry.record();
  return {
    owner: entry.owner,
    kind: entry.kind,
    id: entry.id,
    sha256: record.sha256,
    status: entry.status,
    tags: record.tags.join(),
  };
}

/** Every entry of every owner, by the lists that users see. */
export async function everything(catalog: Catalog): Promise<Map<PictureId, Entry>> {
  const found = new Map<PictureId, Entry>();
  for await (const owner of catalog.owners()) {
    for (const kind of KINDS) {
      for (const status of STATUSES) {
        const page = await catalog.list({ owner, kind, status, order: 'newest', size: 200, at: { page: 1 } });
        if (page.total !== page.entries.length)
          throw new Error(`total ${page.total} of ${page.entries.length}`);
        for (const entry of page.entries) {
          if (found.has(entry.id)) throw new Error(`${entry.id} is listed twice`);
          found.set(entry.id, entry);
        }
      }
    }
  }
  return found;
}

const text = (known: Known | undefined) => JSON.stringify(known);

/** Every way in which what is there differs from what may be there. */
export function differences(found: ReadonlyMap<PictureId, Entry>, told: Told): string[] {
  const faults: string[] = [];
  for (const [id, known] of told.acknowledged) {
    const entry = found.get(id);
    if (entry === undefined) faults.push(`lost: ${text(known)}`);
    else {
      const now = text(knownOf(entry));
      if (now !== text(known) && now !== text(told.asked.get(id)))
        faults.push(`changed: ${text(known)} to ${now}`);
    }
  }
  for (const [id, entry] of found) {
    const { sha256 } = entry.record();
    if (!told.acknowledged.has(id) && !told.uploads.has(sha256))
      faults.push(`invented: ${text(knownOf(entry))}`);
  }
  return faults;
}
