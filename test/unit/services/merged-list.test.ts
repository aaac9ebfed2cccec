import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { parseSearch } from '../../../src/domain/search/query.ts';
import { type MergedQuery, mergedPage } from '../../../src/services/merged-list.ts';
import { hexIdOf, idOf } from '../../support/ids.ts';
import { recordShelf } from '../../support/library.ts';
import { ANNA, NOON } from '../../support/services.ts';

const QUERY: MergedQuery = { owner: ANNA, kind: 'generated', order: 'newest', size: 3, at: { page: 1 } };

/** Every picture of the memory catalog, by looking at both lists whole. */
async function everything(catalog: Catalog, order: MergedQuery['order']): Promise<string[]> {
  const lists = await Promise.all(
    (['active', 'trash'] as const).map((status) => catalog.list({ ...QUERY, status, order, size: 200 })),
  );
  const sign = order === 'newest' ? -1 : 1;
  return lists
    .flatMap(({ entries }) => entries)
    .sort((a, b) => sign * (a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)))
    .map(({ id }) => id);
}

/** One picture a member: whether it is in the trash, and the minute it was made in. */
async function shelved(pictures: readonly { trashed: boolean; minute: number }[]): Promise<Catalog> {
  const catalog = createMemoryCatalog({ now: () => NOON });
  const put = recordShelf(catalog, ANNA, '2026-11-20T00:00:00.000Z');
  for (const [n, { trashed, minute }] of pictures.entries()) {
    const created_at = new Date(NOON + minute * 60_000).toISOString();
    const id = n % 3 === 0 ? hexIdOf(n) : idOf(n);
    await put({ id, created_at, status: trashed ? 'trash' : 'active', prompt: n % 2 ? 'odd' : 'even' });
  }
  return catalog;
}

describe('active and trashed pictures in one list', () => {
  it('page by page, and by cursor, are every picture once and in order', async () => {
    const picture = fc.record({ trashed: fc.boolean(), minute: fc.integer({ min: 0, max: 6 }) });
    const order = fc.constantFrom('newest' as const, 'oldest' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(picture, { maxLength: 24 }), fc.integer({ min: 1, max: 5 }), order, check),
      { numRuns: 60 },
    );
    async function check(
      pictures: { trashed: boolean; minute: number }[],
      size: number,
      order: MergedQuery['order'],
    ) {
      const catalog = await shelved(pictures);
      const all = await everything(catalog, order);
      const pages = Math.ceil(all.length / size);
      const byPage: string[] = [];
      for (let page = 1; page <= pages + 2; page++) {
        const { entries, total, next } = await mergedPage(catalog, { ...QUERY, order, size, at: { page } });
        expect(total).toBe(all.length);
        expect(next === null, `page ${page}`).toBe(page >= pages);
        byPage.push(...entries.map(({ id }) => id));
      }
      expect(byPage).toEqual(all);
      const byCursor: string[] = [];
      for (let at: MergedQuery['at'] | undefined = { page: 1 }; at !== undefined; ) {
        const { entries, next } = await mergedPage(catalog, { ...QUERY, order, size, at });
        byCursor.push(...entries.map(({ id }) => id));
        at = next === null ? undefined : { after: next };
      }
      expect(byCursor).toEqual(all);
    }
  });

  it('are filtered both', async () => {
    const catalog = await shelved(Array.from({ length: 10 }, (_, n) => ({ trashed: n > 4, minute: n })));
    const terms = parseSearch('odd', () => undefined);
    const first = await mergedPage(catalog, { ...QUERY, terms });
    const second = await mergedPage(catalog, { ...QUERY, terms, at: { page: 2 } });
    expect([first.total, first.entries.length, second.entries.length]).toEqual([5, 3, 2]);
    expect([...first.entries, ...second.entries].map(({ createdAt }) => (createdAt - NOON) / 60_000)).toEqual(
      [9, 7, 5, 3, 1],
    );
    expect(first.entries.map(({ status }) => status)).toEqual(['trash', 'trash', 'trash']);
  });

  it('are of one version, though something is trashed between the two lists', async () => {
    const catalog = await shelved(Array.from({ length: 6 }, (_, n) => ({ trashed: n % 2 === 0, minute: n })));
    let changes = 0;
    const busy: Pick<Catalog, 'list'> = {
      async list(query) {
        const page = await catalog.list(query);
        changes += 1;
        if (changes === 1) {
          await catalog.commit(ANNA, {
            op: 'trash',
            kind: 'generated',
            id: idOf(1),
            change: (current) => ({ ...current, status: 'trash' }),
          });
        }
        return page;
      },
    };
    const page = await mergedPage(busy, { ...QUERY, size: 10 });
    expect(page.entries).toHaveLength(6);
    expect(page.entries.filter(({ id }) => id === idOf(1)).map(({ status }) => status)).toEqual(['trash']);
    expect(page.total).toBe(6);
  });
});
