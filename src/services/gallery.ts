import type { Catalog } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import type { PictureRecord } from '../domain/record.ts';
import { cleanTags } from '../domain/tags.ts';
import type { Gallery, PicturePatch } from './services.ts';

export interface GalleryDeps {
  readonly catalog: Catalog;
}

function sameTags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tag, index) => tag === b[index]);
}

/** The record with the patch applied; undefined when that changes nothing. The patch's tags are clean. */
export function patched(current: PictureRecord, patch: PicturePatch): PictureRecord | undefined {
  const next = {
    ...current,
    tags: patch.tags ?? current.tags,
    favorite: patch.favorite ?? current.favorite,
    rating: patch.rating === undefined ? current.rating : patch.rating,
  };
  const same =
    sameTags(next.tags, current.tags) && next.favorite === current.favorite && next.rating === current.rating;
  return same ? undefined : next;
}

/** Lists and shows an owner's pictures, and changes what their owner says about them. */
export function createGallery({ catalog }: GalleryDeps): Gallery {
  return {
    list: (query) => catalog.list(query),
    facets: (selection, most) => catalog.facets(selection, most),
    timeline: (selection, dayOf) => catalog.timeline(selection, dayOf),
    version: (owner) => catalog.version(owner),
    peekVersion: (owner) => catalog.peekVersion(owner),

    async get(owner, kind, id) {
      const entry = await catalog.find(owner, kind, id);
      if (entry === undefined) throw notFound();
      return entry;
    },

    async edit(owner, kind, id, patch, rev) {
      const clean = patch.tags === undefined ? patch : { ...patch, tags: cleanTags(patch.tags) };
      const { entry } = await catalog.commit(owner, {
        op: 'edit',
        kind,
        id,
        change(current) {
          if (rev !== undefined && rev !== current.rev) {
            throw new KirokuError('precondition_failed', 'The picture has changed since it was read.', {
              details: { rev: current.rev },
            });
          }
          return patched(current, clean);
        },
      });
      return entry;
    },
  };
}
