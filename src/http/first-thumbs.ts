import type { IncomingMessage } from 'node:http';
import type { Catalog } from '../catalog/catalog.ts';
import type { Items } from './item.ts';
import type { Cookies } from './middleware/identity.ts';

/** Where the thumbnails of a browser's newest pictures lie, newest first; none for a browser that is not known. */
export type FirstThumbs = (incoming: IncomingMessage) => Promise<readonly string[]>;

export interface FirstThumbsDeps {
  readonly cookies: Pick<Cookies, 'find'>;
  readonly gallery: Pick<Catalog, 'list'>;
  readonly items: Pick<Items, 'thumbUrl'>;
}

/** About what a large window shows at first. What is not shown at once is drawn ahead by the grid: nothing is fetched in vain. */
const SHOWN = 24;
/** An owner whose index is still being read does not hold the document up: the list that it names comes when it comes, ms. */
const PATIENCE = 40;

/**
 * For the document of the gallery: the pictures are on their way before any script is, which is what a static page would
 * do. A page without them works as well, so no trouble here is anybody's.
 */
export function createFirstThumbs({ cookies, gallery, items }: FirstThumbsDeps): FirstThumbs {
  return async (incoming) => {
    const proof = cookies.find(incoming);
    if (proof.found !== 'owner') return [];
    try {
      const newest = { kind: 'generated', status: 'active', order: 'newest', at: { page: 1 } } as const;
      const listed = gallery.list({ owner: proof.owner, ...newest, size: SHOWN }).then((list) => {
        const urls = list.entries.map(items.thumbUrl);
        for (const entry of list.entries) entry.release?.();
        return urls;
      });
      return await Promise.race([listed, nothingAfter(PATIENCE)]);
    } catch {
      return [];
    }
  };
}

function nothingAfter(ms: number): Promise<readonly string[]> {
  return new Promise((resolve) => setTimeout(resolve, ms, []).unref());
}
