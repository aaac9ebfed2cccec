import type { Catalog } from '../catalog/catalog.ts';
import type { Ctx } from './call.ts';
import type { Items } from './item.ts';
import type { Cookies } from './middleware/identity.ts';

/** Where the thumbnails of a browser's newest pictures lie, newest first; none for a browser that is not known. */
export type FirstThumbs = (c: Ctx) => Promise<readonly string[]>;

export interface FirstThumbsDeps {
  readonly cookies: Pick<Cookies, 'find'>;
  readonly gallery: Pick<Catalog, 'list'>;
  readonly items: Items;
}

/** About what a large window shows at first. What is not shown at once is drawn ahead by the grid: nothing is fetched in vain. */
const SHOWN = 24;

/**
 * For the document of the gallery: the pictures are on their way before any script is, which is what a static page would
 * do. A page without them works as well, so no trouble here is anybody's.
 */
export function createFirstThumbs({ cookies, gallery, items }: FirstThumbsDeps): FirstThumbs {
  return async (c) => {
    const proof = cookies.find(c.env.incoming);
    if (proof.found !== 'owner') return [];
    try {
      const { entries } = await gallery.list({
        owner: proof.owner,
        kind: 'generated',
        status: 'active',
        order: 'newest',
        size: SHOWN,
        at: { page: 1 },
      });
      return entries.flatMap((entry) => {
        // what `item` has just written; the address is looked at
        const { thumb_url } = JSON.parse(items.item(entry).toString('utf8')) as { thumb_url: unknown };
        return typeof thumb_url === 'string' ? [thumb_url] : [];
      });
    } catch {
      return [];
    }
  };
}
