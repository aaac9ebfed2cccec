import { expect, it } from 'vitest';
import type { ListQuery } from '../../src/catalog/catalog.ts';
import { isOwner } from '../../src/domain/owner.ts';
import { useApp, type WirePage } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';

const app = useApp();

it('a page told before its owner is loaded has no tag, and is kept neither here nor there', async () => {
  const browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  for (const seed of [1, 2]) {
    await app.services.add(await pngPicture({ width: 8, height: 8, seed }), { owner: browser.owner });
  }
  const { catalog } = app.services;
  const { list } = catalog;
  const early = async (query: ListQuery) => {
    const page = await list(query);
    return { ...page, total: 1, totalRelation: 'gte' as const, provisional: true as const };
  };
  Object.assign(catalog, { list: early });
  const first = await browser.call('/api/v1/images?size=1');
  Object.assign(catalog, { list });
  expect(first.headers.get('etag')).toBeNull();
  expect(first.headers.get('cache-control')).toBe('private, no-store');
  const told: WirePage = JSON.parse(await first.text());
  expect(told).toMatchObject({ total: 1, total_relation: 'gte' });
  const second = await browser.call('/api/v1/images?size=1');
  expect(second.headers.get('etag')).toMatch(/^"/);
  const loaded: WirePage = JSON.parse(await second.text());
  expect(loaded).toMatchObject({ items: told.items, total: 2, total_relation: 'eq' });
});
