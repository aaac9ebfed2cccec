import type { InferRequestType, InferResponseType } from 'hono/client';
import type { api } from './client.ts';

export type Page = InferResponseType<typeof api.images.$get, 200>;
export type Item = Page['items'][number];
export type Meta = Item['meta'];
export type Facets = InferResponseType<typeof api.images.facets.$get, 200>;
export type Usage = InferResponseType<typeof api.usage.$get, 200>;
export type Me = InferResponseType<typeof api.me.$get, 200>;
export type Share = InferResponseType<typeof api.shares.$get, 200>['shares'][number];
export type SavedSearch = InferResponseType<typeof api.searches.$get, 200>['searches'][number];
export type BulkRequest = InferRequestType<typeof api.images.bulk.$post>['json'];
/** Parameters of a list, as they stand in a URL. */
export type ListParams = InferRequestType<typeof api.images.$get>['query'];

/** A family of pictures: each has the same calls. */
export type Family = 'images' | 'inputs' | 'controls';

/** What selects pictures: everything of a list but its place, order and owner. */
export type Selection = Omit<ListParams, 'page' | 'size' | 'cursor' | 'order' | 'total' | 'owner'>;
