import { beforeAll, describe, expect, it } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, refusal, useApp, type WireItem, type WirePage } from '../support/app.ts';
import { idOf } from '../support/ids.ts';
import { recordShelf } from '../support/library.ts';

const app = useApp();
let browser: Browser;
let input: string;
let picture: string;

beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const put = recordShelf(app.services.catalog, browser.owner, '2026-11-20T00:00:00.000Z');
  const init = await put({ kind: 'input' });
  input = init;
  const recipe = { prompt: '고양이', model: 'm', steps: 20, cfg: 7 };
  picture = await put({
    ...recipe,
    seed: '1',
    parents: [
      { kind: 'input', id: init, role: '밑"그림' },
      { kind: 'control', id: idOf(900), role: 'pose' },
    ],
  });
  await put({ ...recipe, seed: '2' });
  await put({ ...recipe, seed: '3' });
  await put({ ...recipe, seed: '1', cfg: 9 });
  await put({ ...recipe, seed: '2', cfg: 9 });
  await put({ ...recipe, seed: '2', model: 'another' });
});

interface WireRelations {
  readonly parents: readonly { kind: string; id: string; role: string; item: WireItem | null }[];
  readonly children: readonly WireItem[];
  readonly children_total: number;
  readonly recipe: string | null;
  readonly truncated: boolean;
  readonly varying: readonly { name: string; total: number }[];
  readonly stack: { varies: string; total: number; items: readonly WireItem[] } | null;
  readonly grid: { x: object; y: object; cells: readonly { x: number; y: number; id: string }[] } | null;
}

const related = (path: string) => jsonOf<WireRelations>(browser.call(`/api/v1/${path}`));

describe('GET /{family}/{id}/related', () => {
  it('links both ways, with the items of lists', async () => {
    const of = await related(`images/${picture}/related`);
    expect(of.parents).toMatchObject([
      { kind: 'input', id: input, role: '밑"그림', item: { id: input, meta: { kind: 'input' } } },
      { kind: 'control', id: idOf(900), role: 'pose', item: null },
    ]);
    const [listed] = (await jsonOf<WirePage>(browser.call('/api/v1/inputs'))).items;
    expect(of.parents[0]?.item).toEqual(listed);
    const from = await related(`inputs/${input}/related`);
    expect([from.children.map(({ id }) => id), from.children_total]).toEqual([[picture], 1]);
    const searched = await jsonOf<WirePage>(browser.call(`/api/v1/images?q=parent:${input}`));
    expect(searched.items.map(({ id }) => id)).toEqual([picture]);
  });

  it('shows the stack and the grid that the recipe made', async () => {
    const of = await related(`images/${picture}/related`);
    expect(of.truncated).toBe(false);
    expect(of.varying).toEqual([
      { name: 'seed', total: 3 },
      { name: 'cfg', total: 2 },
    ]);
    expect(of.stack).toMatchObject({ varies: 'seed', total: 3 });
    expect(of.stack?.items.map(({ meta }) => meta['seed'])).toEqual(['3', '2', '1']);
    expect(of.grid).toMatchObject({
      x: { name: 'seed', values: ['1', '2', '3'] },
      y: { name: 'cfg', values: ['7', '9'] },
    });
    expect(of.grid?.cells.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 1],
    ]);
  });

  it('shows the stack and the grid that are asked for', async () => {
    const of = await related(`images/${picture}/related?varies=cfg&x=cfg&y=seed`);
    expect(of.stack?.items.map(({ meta }) => meta['cfg'])).toEqual([9, 7]);
    expect(of.grid).toMatchObject({ x: { name: 'cfg' }, y: { name: 'seed' } });
    expect((await related(`images/${picture}/related?varies=steps`)).stack).toBeNull();
    expect(await refusal(browser.call(`/api/v1/images/${picture}/related?x=cfg`))).toEqual([
      400,
      'invalid_parameter',
    ]);
  });

  it('tells the key under which a list pages the whole family', async () => {
    const { recipe, stack } = await related(`images/${picture}/related`);
    const family = await jsonOf<WirePage>(
      browser.call(`/api/v1/images?q=recipe:${recipe}&size=2&total=exact`),
    );
    expect([family.total, family.items.length]).toEqual([5, 2]);
    const q = encodeURIComponent(`recipe:${recipe} steps:20 cfg:7`);
    const paged = await jsonOf<WirePage>(browser.call(`/api/v1/images?q=${q}`));
    expect(paged.items).toEqual(stack?.items);
  });

  it('has no recipe where there is no prompt', async () => {
    const of = await related(`inputs/${input}/related`);
    expect([of.recipe, of.stack, of.grid, of.varying]).toEqual([null, null, null, []]);
  });

  it('is of its owner and family alone', async () => {
    const other = await app.browser();
    const bodies = new Set<string>();
    for (const answer of [
      await other.call(`/api/v1/images/${picture}/related`),
      await browser.call(`/api/v1/inputs/${picture}/related`),
      await browser.call(`/api/v1/images/${idOf(999)}/related`),
      await browser.call('/api/v1/images/nonsense/related'),
    ]) {
      expect(answer.status).toBe(404);
      bodies.add(await answer.text());
    }
    expect(bodies.size).toBe(1);
  });
});
