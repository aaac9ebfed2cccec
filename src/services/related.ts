import type { Catalog, Entry } from '../catalog/catalog.ts';
import { notFound } from '../domain/errors.ts';
import type { PictureId } from '../domain/id.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { compareCursor } from '../domain/page.ts';
import type { Term } from '../domain/search/query.ts';
import { recipeKey } from '../domain/search/recipe-key.ts';
import type { Related } from './services.ts';
import { variationsOf } from './stacks.ts';

export interface RelatedDeps {
  readonly catalog: Catalog;
}

/** Children given at once, the newest; `parent:{id}` in a search has them all. */
const MOST_CHILDREN = 100;
/** Pictures of one recipe that are compared, the newest. */
const MOST_FAMILY = 500;

/** What a picture was made from, what was made from it, and what else its recipe made. */
export function createRelated({ catalog }: RelatedDeps): Related {
  const pictures = (owner: Owner, kind: Kind, status: Status, term: Term, size: number, exactTotal = false) =>
    catalog.list({ owner, kind, status, terms: [term], order: 'newest', size, at: { page: 1 }, exactTotal });

  const childrenOf = async (owner: Owner, id: PictureId) => {
    const pages = await Promise.all(
      KINDS.map((kind) => pictures(owner, kind, 'active', madeFrom(id), MOST_CHILDREN, true)),
    );
    const children = pages.flatMap(({ entries }) => entries).sort(newestFirst);
    return {
      children: children.slice(0, MOST_CHILDREN),
      childrenTotal: pages.reduce((sum, { total }) => sum + total, 0),
    };
  };

  const familyOf = async (owner: Owner, picture: Entry, recipe: string) => {
    const term: Term = { by: 'exact', field: 'recipe', text: recipe, negated: false };
    const page = await pictures(owner, picture.kind, 'active', term, MOST_FAMILY);
    const others = page.entries.filter(({ id }) => id !== picture.id);
    return { family: [...others, picture].sort(newestFirst), truncated: page.next !== null };
  };

  return {
    async of(owner, kind, id, { varies, axes } = {}) {
      const picture = await catalog.find(owner, kind, id);
      if (picture === undefined) throw notFound();
      const record = picture.record();
      const recipe = recipeKey(record);
      const [parents, children, { family, truncated }] = await Promise.all([
        Promise.all(
          (record.parents ?? []).map(async (parent) => ({
            ...parent,
            entry: await catalog.find(owner, parent.kind, parent.id),
          })),
        ),
        childrenOf(owner, id),
        recipe === undefined ? { family: [picture], truncated: false } : familyOf(owner, picture, recipe),
      ]);
      const variations = variationsOf(picture, family);
      const { varying } = variations;
      const stack = variations.stack(varies);
      return { parents, ...children, recipe, truncated, varying, stack, grid: variations.grid(axes) };
    },

    async isReferenced(owner, id) {
      for (const status of STATUSES) {
        for (const kind of KINDS) {
          const { entries } = await pictures(owner, kind, status, madeFrom(id), 1);
          if (entries.length > 0) return true;
        }
      }
      return false;
    },
  };
}

function madeFrom(id: PictureId): Term {
  return { by: 'exact', field: 'parent', text: id, negated: false };
}

function newestFirst(a: Entry, b: Entry): number {
  return compareCursor({ time: b.createdAt, id: b.id }, { time: a.createdAt, id: a.id });
}
