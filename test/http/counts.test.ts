import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, refusal, useApp, type WirePage } from '../support/app.ts';
import { idOf } from '../support/ids.ts';
import { recordShelf } from '../support/library.ts';

const app = useApp();
let browser: Browser;
let owner: Owner;
let put: ReturnType<typeof recordShelf>;

beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  owner = browser.owner;
  put = recordShelf(app.services.catalog, owner, '2026-11-20T00:00:00.000Z');
  const made = [
    { tags: ['cat', '고양이'], model: 'b', aspect_ratio: '3:2', created_at: '2026-03-28T23:30:00.000Z' },
    { tags: ['cat'], model: 'a', prompt: '<lora:ink:1> 猫', created_at: '2026-03-29T00:30:00.000Z' },
    { tags: ['dog', 'cat'], model: 'b', workflow_id: 'w1', created_at: '2026-03-29T01:30:00.000Z' },
    { tags: ['dog'], generator: 'comfyui', favorite: true, created_at: '2026-03-29T22:30:00.000Z' },
    { tags: ['cat'], model: 'c', status: 'trash', created_at: '2026-03-29T12:00:00.000Z' },
    { tags: ['pose'], kind: 'input', created_at: '2026-03-30T12:00:00.000Z' },
  ] as const;
  for (const record of made) await put(record);
});

interface Counted {
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly distinct: number;
}
interface WireFacets {
  readonly total: number;
  readonly facets: Readonly<Record<string, Counted>>;
}
interface WireTimeline {
  readonly total: number;
  readonly days: readonly { readonly date: string; readonly count: number }[];
}

const facets = (query: string, family = 'images') =>
  jsonOf<WireFacets>(browser.call(`/api/v1/${family}/facets${query}`));
const timeline = (query: string, family = 'images') =>
  jsonOf<WireTimeline>(browser.call(`/api/v1/${family}/timeline${query}`));
const pairs = (counted: Counted | undefined) => counted?.values.map(({ value, count }) => [value, count]);

describe('GET /{family}/facets', () => {
  it('counts every facet of the active pictures, the most frequent first', async () => {
    const { total, facets: counted } = await facets('');
    expect(total).toBe(4);
    expect(Object.keys(counted)).toEqual(['tag', 'workflow', 'model', 'lora', 'ratio', 'generator']);
    expect(pairs(counted['tag'])).toEqual([
      ['cat', 3],
      ['dog', 2],
      ['고양이', 1],
    ]);
    expect(pairs(counted['model'])).toEqual([
      ['b', 2],
      ['a', 1],
    ]);
    expect(pairs(counted['lora'])).toEqual([['ink', 1]]);
    expect(pairs(counted['ratio'])).toEqual([['3:2', 1]]);
    expect(pairs(counted['workflow'])).toEqual([['w1', 1]]);
    expect(pairs(counted['generator'])).toEqual([['comfyui', 1]]);
  });

  it.each<[string, number, [string, number][]]>([
    [
      '?tag=dog',
      2,
      [
        ['dog', 2],
        ['cat', 1],
      ],
    ],
    [
      '?tag=dog&tag=cat',
      1,
      [
        ['cat', 1],
        ['dog', 1],
      ],
    ],
    ['?q=%E7%8C%AB', 1, [['cat', 1]]],
    [
      '?q=-tag:dog',
      2,
      [
        ['cat', 2],
        ['고양이', 1],
      ],
    ],
    ['?favorite=true', 1, [['dog', 1]]],
    ['?status=trash', 1, [['cat', 1]]],
    [
      '?model=b&ratio=3:2',
      1,
      [
        ['cat', 1],
        ['고양이', 1],
      ],
    ],
    [
      '?to=2026-03-28',
      1,
      [
        ['cat', 1],
        ['고양이', 1],
      ],
    ],
    ['?q=nothing+like+it', 0, []],
  ])('counts under the filter %s', async (query, total, tags) => {
    const counted = await facets(query);
    expect(counted.total).toBe(total);
    expect(pairs(counted.facets['tag'])).toEqual(tags);
    // every value is one to filter by, and the count is what the filter gives
    for (const { value, count } of counted.facets['tag']?.values ?? []) {
      const narrowed = `${query}&tag=${encodeURIComponent(value)}&total=exact`;
      expect((await jsonOf<WirePage>(browser.call(`/api/v1/images${narrowed}`))).total).toBe(count);
    }
  });

  it('gives as many values as are asked for, and says how many there are', async () => {
    const { tag } = (await facets('?most=1')).facets;
    expect([pairs(tag), tag?.distinct]).toEqual([[['cat', 3]], 3]);
    expect((await facets('?most=0')).facets['tag']?.values).toHaveLength(1);
    expect((await facets('?most=5000')).facets['tag']?.values).toHaveLength(3);
    expect(await refusal(browser.call('/api/v1/images/facets?most=all'))).toEqual([400, 'invalid_parameter']);
  });

  it('counts each family for itself', async () => {
    expect(pairs((await facets('', 'inputs')).facets['tag'])).toEqual([['pose', 1]]);
    expect((await facets('', 'controls')).total).toBe(0);
  });
});

describe('GET /{family}/timeline', () => {
  it.each<[string, [string, number][]]>([
    [
      '',
      [
        ['2026-03-28', 1],
        ['2026-03-29', 3],
      ],
    ],
    // in Seoul every one of them is of the next day, but for the last two: 08:30, 09:30, 10:30, and 07:30 of the 30th
    [
      '?tz=Asia/Seoul',
      [
        ['2026-03-29', 3],
        ['2026-03-30', 1],
      ],
    ],
    // clocks in Berlin went forward at 01:00 UTC of the 29th: 00:30, 01:30, 03:30, and 00:30 of the 30th
    [
      '?tz=Europe/Berlin',
      [
        ['2026-03-29', 3],
        ['2026-03-30', 1],
      ],
    ],
    [
      '?tz=America/New_York',
      [
        ['2026-03-28', 3],
        ['2026-03-29', 1],
      ],
    ],
    ['?tag=dog', [['2026-03-29', 2]]],
    ['?q=%E7%8C%AB', [['2026-03-29', 1]]],
    ['?from=2026-03-29&to=2026-03-29&tz=Europe/Berlin', [['2026-03-29', 3]]],
    ['?status=trash', [['2026-03-29', 1]]],
    ['?q=nothing+like+it', []],
  ])('counts the days of "%s", oldest first', async (query, days) => {
    const answer = await timeline(query);
    expect(answer.days.map(({ date, count }) => [date, count])).toEqual(days);
    expect(answer.total).toBe(days.reduce((sum, [, count]) => sum + count, 0));
  });

  it('counts what a list of that day has', async () => {
    for (const tz of ['UTC', 'Asia/Seoul', 'Europe/Berlin', 'America/St_Johns']) {
      for (const { date, count } of (await timeline(`?tz=${tz}`)).days) {
        const day = `from=${date}&to=${date}&tz=${tz}`;
        expect((await jsonOf<WirePage>(browser.call(`/api/v1/images?${day}`))).total).toBe(count);
      }
    }
  });

  it('counts each family for itself, and refuses a zone that is not known', async () => {
    expect((await timeline('', 'inputs')).days).toEqual([{ date: '2026-03-30', count: 1 }]);
    expect(await refusal(browser.call('/api/v1/images/timeline?tz=Mars/Olympus'))).toEqual([
      400,
      'invalid_parameter',
    ]);
  });
});

describe('counts that nothing has changed under', () => {
  it.each(['facets', 'timeline'])('of %s answer 304, and new ones after a change', async (name) => {
    const path = `/api/v1/images/${name}?tag=cat`;
    const first = await browser.call(path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-z]+-\d+-[0-9a-f]+"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toContain('Cookie');
    const again = await browser.call(path, { headers: { 'If-None-Match': etag } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    const before = await first.text();
    expect(await (await browser.call(path)).text()).toBe(before);

    await put({ tags: ['cat'] });
    const changed = await browser.call(path, { headers: { 'If-None-Match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
    expect(await changed.text()).not.toBe(before);
  });

  it('of another question are not the ones that a caller has', async () => {
    const tags = new Set<string | null>();
    const asked = ['facets', 'facets?tag=cat', 'facets?tag=cat&most=2', 'timeline', 'timeline?tz=Asia/Seoul'];
    for (const one of asked) tags.add((await browser.call(`/api/v1/images/${one}`)).headers.get('etag'));
    expect(tags.size).toBe(asked.length);
  });

  it('are counted once, however often they are asked for', async () => {
    const { catalog } = app.services;
    let counted = 0;
    const { facets: count } = catalog;
    catalog.facets = (...asked) => {
      counted += 1;
      return count(...asked);
    };
    onTestFinished(() => {
      catalog.facets = count;
    });
    for (let time = 0; time < 5; time += 1) await facets('?tag=dog&most=7');
    expect(counted).toBe(1);
    await app.services.gallery.edit(owner, 'generated', idOf(1), { rating: 5 });
    await facets('?tag=dog&most=7');
    expect(counted).toBe(2);
  });

  it('belong to their owner alone', async () => {
    const other = await app.browser();
    expect((await jsonOf<WireFacets>(other.call('/api/v1/images/facets'))).total).toBe(0);
    expect((await jsonOf<WireTimeline>(other.call('/api/v1/images/timeline'))).days).toEqual([]);
    const asked = await jsonOf<WireFacets>(app.service(owner, '/api/v1/images/facets'));
    expect(asked.total).toBeGreaterThan(0);
  });
});
