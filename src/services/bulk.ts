import pLimit from 'p-limit';
import type { Catalog, Entry } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import { isPictureId, type PictureId } from '../domain/id.ts';
import type { Kind } from '../domain/kind.ts';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import { cleanTags } from '../domain/tags.ts';
import { patched } from './gallery.ts';
import type { Bulk, BulkAction, BulkResult, PicturePatch, Trash } from './services.ts';

export interface BulkDeps {
  readonly catalog: Catalog;
  readonly trash: Trash;
  readonly log: Log;
}

/** Commits of one owner that wait together share a sync: enough of them at a time to fill one. */
const AT_ONCE = 32;

type Step = (owner: Owner, kind: Kind, id: PictureId) => Promise<Entry>;

function editStep(catalog: Catalog, patchOf: (tags: readonly string[]) => PicturePatch): Step {
  return async (owner, kind, id) => {
    const { entry } = await catalog.commit(owner, {
      op: 'edit',
      kind,
      id,
      change: (current) => patched(current, patchOf(current.tags)),
    });
    return entry;
  };
}

/** @throws KirokuError `invalid_metadata` for tags that cannot be kept */
function stepOf(deps: BulkDeps, action: BulkAction): Step {
  switch (action.action) {
    case 'delete':
      return (owner, kind, id) => deps.trash.trash(owner, kind, id);
    case 'restore':
      return (owner, kind, id) => deps.trash.restore(owner, kind, id);
    case 'favorite':
    case 'unfavorite':
      return editStep(deps.catalog, () => ({ favorite: action.action === 'favorite' }));
    case 'rate':
      return editStep(deps.catalog, () => ({ rating: action.rating }));
    case 'tag': {
      const added = cleanTags(action.tags);
      return editStep(deps.catalog, (tags) => ({ tags: cleanTags([...tags, ...added]) }));
    }
    case 'untag': {
      const removed = new Set(cleanTags(action.tags));
      return editStep(deps.catalog, (tags) => ({ tags: tags.filter((tag) => !removed.has(tag)) }));
    }
  }
}

/** One action on many pictures. Each stands on its own: a failure is that picture's result. */
export function createBulk(deps: BulkDeps): Bulk {
  const one = async (step: Step, owner: Owner, kind: Kind, id: string): Promise<BulkResult> => {
    try {
      if (!isPictureId(id)) throw notFound();
      const entry = await step(owner, kind, id);
      return { id, ok: true, rev: entry.record().rev };
    } catch (error) {
      if (error instanceof KirokuError) return { id, ok: false, code: error.code };
      deps.log.error({ err: error }, 'a bulk change failed');
      return { id, ok: false, code: 'internal' };
    }
  };
  return {
    async apply(owner, kind, ids, action) {
      const step = stepOf(deps, action);
      return pLimit(AT_ONCE).map(ids, (id) => one(step, owner, kind, id));
    },
  };
}
