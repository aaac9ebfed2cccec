import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, useApp, type WirePage } from '../support/app.ts';
import { recordShelf } from '../support/library.ts';

const app = useApp();
let browser: Browser;
/** Id → the name that the tests know it by. */
const names = new Map<string, string>();

const RECORDS = {
  cat: {
    prompt: '(masterpiece:1.2), a black cat on a roof, <lora:inkwash:0.8>',
    negative_prompt: 'blurry',
    tags: ['cat', '夜景'],
    workflow_id: 'txt2img-v3',
    model: 'dreamshaper_8',
    aspect_ratio: '3:2',
    generator: 'comfyui',
    seed: '18446744073709551615',
    steps: 30,
    cfg: 7.5,
    sampler: 'dpmpp_2m',
    scheduler: 'karras',
    width: 1216,
    height: 832,
  },
  korean: {
    prompt: '지붕 위에 앉아 있는 고양이, 밤',
    tags: ['고양이', 'client a'],
    model: 'dreamshaper_8',
    aspect_ratio: '1:1',
    generator: 'comfyui',
    seed: '7',
    steps: 20,
    rating: 4,
  },
  japanese: {
    prompt: '夜の屋根に座る猫、ﾈｺ、傑作',
    tags: ['cat', 'client a'],
    model: 'flux1-dev',
    loras: [{ name: 'inkwash', weight: 0.5 }, { name: 'detail' }],
    generator: 'a1111',
    seed: '7',
    favorite: true,
  },
  dog: { prompt: 'A DOG in the rain, Night Sky', workflow_id: 'img2img', favorite: true },
  old: { prompt: 'a cat of long ago', created_at: '2025-03-01T15:30:00.000Z' },
  thrown: { prompt: 'a cat thrown away', tags: ['cat'], status: 'trash' },
} as const;

beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const put = recordShelf(app.services.catalog, browser.owner, '2026-11-20T00:00:00.000Z');
  for (const [name, record] of Object.entries(RECORDS)) names.set(await put(record), name);
  names.set(await put({ kind: 'input', prompt: 'a cat to be drawn again', tags: ['cat'] }), 'input');
  names.set(await put({ kind: 'control', prompt: 'pose of a cat', model: 'openpose' }), 'control');
});

type Query = Readonly<Record<string, string | readonly string[]>>;

function searchOf(query: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'string' ? [value] : value) params.append(name, one);
  }
  return params.toString();
}

const list = (query: Query, family = 'images') =>
  jsonOf<WirePage>(browser.call(`/api/v1/${family}?${searchOf(query)}`));
const found = async (query: Query, family?: string) =>
  (await list(query, family)).items.map(({ id }) => names.get(id));

describe('q', () => {
  it.each<[string, string[]]>([
    ['cat', ['japanese', 'cat', 'old']],
    ['CAT roof', ['cat']],
    ['"black cat"', ['cat']],
    ['cat -roof', ['japanese', 'old']],
    ['night sky', ['dog']],
    ['"sky night"', []],
    ['고양이', ['korean']],
    ['양이', ['korean']],
    ['猫', ['japanese']],
    ['ネコ', ['japanese']],
    ['ｃａｔ ｒｏｏｆ', ['cat']],
    ['夜', ['japanese', 'cat']],
    ['(cat:1.2) roof', ['cat']],
    ['lora:inkwash', ['japanese', 'cat']],
    ['model:dream', ['korean', 'cat']],
    ['tag:"client a"', ['japanese', 'korean']],
    ['workflow:txt', ['cat']],
    ['sampler:dpm scheduler:karras', ['cat']],
    ['negative:blurry', ['cat']],
    ['seed:18446744073709551615', ['cat']],
    ['seed:7', ['japanese', 'korean']],
    ['steps:>20', ['cat']],
    ['steps:<=30', ['korean', 'cat']],
    ['cfg:7.5', ['cat']],
    ['size:1216x832', ['cat']],
    ['rating:>=4', ['korean']],
    ['before:2026-01-01', ['old']],
    ['cat after:2025-03-01', ['japanese', 'cat']],
    ['noon: cat', []],
    ['nowhere', []],
    ['   ', ['dog', 'japanese', 'korean', 'cat', 'old']],
  ])('%s', async (q, expected) => {
    expect(await found({ q })).toEqual(expected);
  });

  it('is of the family it is asked of', async () => {
    expect(await found({ q: 'cat' }, 'inputs')).toEqual(['input']);
    expect(await found({ q: 'cat' }, 'controls')).toEqual(['control']);
    expect(await found({ q: 'cat model:openpose' })).toEqual([]);
  });

  it('counts days of before and after in the zone of the call', async () => {
    // 15:30 UTC of the 1st is half past midnight of the 2nd in Seoul
    expect(await found({ q: 'before:2025-03-02' })).toEqual(['old']);
    expect(await found({ q: 'before:2025-03-02', tz: 'Asia/Seoul' })).toEqual([]);
    expect(await found({ q: 'cat after:2025-03-01 before:2025-03-03', tz: 'Asia/Seoul' })).toEqual(['old']);
  });

  it('goes with every filter', async () => {
    expect(await found({ q: 'cat', favorite: 'true' })).toEqual(['japanese']);
    expect(await found({ q: 'cat', status: 'trash' })).toEqual(['thrown']);
    expect(await found({ q: 'cat', order: 'oldest' })).toEqual(['old', 'cat', 'japanese']);
    expect(await found({ q: 'cat', from: '2026-01-01', generator: 'comfyui' })).toEqual(['cat']);
  });

  it('is paged by number and by cursor, and says how many there are', async () => {
    const first = await list({ q: 'cat', size: '2', total: 'exact' });
    expect(first).toMatchObject({ total: 3, total_relation: 'eq', total_pages: 2, page: 1 });
    const cursor = first.next_cursor ?? '';
    expect(await found({ q: 'cat', size: '2', cursor })).toEqual(['old']);
    expect(await found({ q: 'cat', size: '2', page: '2' })).toEqual(['old']);
    expect((await list({ q: 'cat', size: '2', cursor })).next_cursor).toBeNull();
  });

  it('is counted to its end only when that is asked for', async () => {
    const asked: unknown[] = [];
    const { catalog } = app.services;
    const { list: ask } = catalog;
    catalog.list = (query) => {
      asked.push(query.exactTotal === true);
      return ask(query);
    };
    onTestFinished(() => {
      catalog.list = ask;
    });
    await list({ q: 'cat', size: '3' });
    await list({ q: 'cat', size: '3', total: 'exact' });
    expect(asked).toEqual([false, true]);
  });

  it('may be a thousand characters of any script', async () => {
    expect(await found({ q: '가'.repeat(1000) })).toEqual([]);
  });
});

describe('a malformed q', () => {
  it.each<[string, number, RegExp]>([
    ['cat "open', 4, /quotation mark.*character 5/],
    ['steps:many', 6, /needs a number.*character 7/],
    ['cat seed:0x1F', 9, /not a seed.*character 10/],
    ['고양이 after:yesterday', 10, /needs a date.*character 11/],
    ['size:big', 5, /not a size/],
    ['cat - dog', 4, /without a text/],
    ['model: cat', 0, /without a text/],
    ['recipe:zz', 7, /not a recipe/],
    ['가'.repeat(1001), 1000, /longer than 1000 characters/],
    [Array.from({ length: 33 }, (_, index) => `w${index}`).join(' '), 118, /more than 32 terms/],
  ])('%s is answered with its place', async (q, at, detail) => {
    for (const path of ['images', 'inputs/facets', 'controls/timeline']) {
      const answer = await browser.call(`/api/v1/${path}?${searchOf({ q })}`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        code: 'invalid_query',
        field: 'q',
        at,
        detail: expect.stringMatching(detail),
      });
    }
  });
});

describe('filters', () => {
  it.each<[Query, string[]]>([
    [{ tag: 'cat' }, ['japanese', 'cat']],
    [{ tag: '夜景' }, ['cat']],
    [{ tag: ['cat', 'client a'] }, ['japanese']],
    [{ tag: ['cat', 'cat'] }, ['japanese', 'cat']],
    [{ tag: 'ca' }, []],
    [{ tag: 'Cat' }, []],
    [{ tag: '' }, ['dog', 'japanese', 'korean', 'cat', 'old']],
    [{ workflow: 'img2img' }, ['dog']],
    [{ model: 'dreamshaper_8' }, ['korean', 'cat']],
    [{ lora: 'inkwash' }, ['japanese', 'cat']],
    [{ lora: ['inkwash', 'detail'] }, ['japanese']],
    [{ ratio: '3:2' }, ['cat']],
    [{ generator: 'a1111' }, ['japanese']],
    [{ model: 'dreamshaper_8', tag: 'cat', ratio: '3:2' }, ['cat']],
    [{ favorite: '1', generator: 'comfyui' }, []],
    [{ status: 'trash', tag: 'cat' }, ['thrown']],
    [{ from: '2025-03-01', to: '2025-03-01' }, ['old']],
    [{ from: '2025-03-02', to: '2025-03-02', tz: 'Asia/Seoul' }, ['old']],
  ])('%j', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it.each<[Query, string]>([
    [{ model: ['a', 'b'] }, 'model'],
    [{ q: ['a', 'b'] }, 'q'],
    [{ tag: Array.from({ length: 33 }, (_, index) => `t${index}`) }, 'tag'],
    [{ model: 'x'.repeat(2001) }, 'model'],
    [{ total: 'yes' }, 'total'],
  ])('%j is refused', async (query, field) => {
    const answer = await browser.call(`/api/v1/images?${searchOf(query)}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_parameter', field });
  });
});

describe('a search that nothing has changed under', () => {
  it('answers 304, and every other search has another tag', async () => {
    const tags = new Set<string>();
    for (const query of [
      { q: 'cat' },
      { q: 'cats' },
      { tag: 'cat' },
      { tag: ['cat', 'dog'] },
      { q: 'cat', total: 'exact' },
    ]) {
      const path = `/api/v1/images?${searchOf(query)}`;
      const etag = (await browser.call(path)).headers.get('etag') ?? '';
      tags.add(etag);
      expect((await browser.call(path, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    }
    expect(tags.size).toBe(5);
  });
});
