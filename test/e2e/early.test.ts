import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { SIZES, type Size, useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();
const SHAPES = [
  [96, 64],
  [64, 96],
  [80, 80],
  [128, 72],
] as const;

interface Place {
  readonly id: string;
  readonly box: readonly number[];
}

/** Keeps the gallery itself from beginning until it is let. */
async function holdGallery({ context }: Visit): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await context.route(/\/assets\/gallery-[^/]*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

function placesOf(page: Page, selector: string): Promise<Place[]> {
  return page.evaluate((wanted) => {
    return [...document.querySelectorAll<HTMLElement>(wanted)].map((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return {
        id: element.dataset['of'] ?? element.id.replace('picture-', ''),
        box: [left, top, width, height],
      };
    });
  }, selector);
}

describe.each(Object.keys(SIZES) as Size[])('the first pictures on a %s', (size) => {
  // whichever way the days fall: two pictures of the newest and twelve of the one before, or ten and four
  it.each(['02:00', '18:00'])(
    'are there before the gallery, where the grid then has them: the newest at %s',
    async (time) => {
      const visit = await gallery.visit({ size });
      const { page, open, postMany } = visit;
      const newest = Date.parse(`2026-10-01T${time}:00Z`);
      await postMany(14, (index) => {
        const [width, height] = SHAPES[index % 4] ?? SHAPES[0];
        return { width, height, meta: { created_at: new Date(newest - index * 7_000_000).toISOString() } };
      });
      // what stands above the list is told by the visit before
      await open();
      await page.getByRole('option').first().locator('img').waitFor();
      await page.waitForFunction(() => localStorage.getItem('kiroku.list-top') !== null);

      const letGo = await holdGallery(visit);
      await page.goto(gallery.server.page('/'), { waitUntil: 'commit' });
      await page.locator('img[data-of]').first().waitFor();
      const early = await placesOf(page, 'img[data-of]');
      expect(early.length).toBeGreaterThan(3);
      letGo();
      await page.locator('img[data-of]').first().waitFor({ state: 'detached' });
      const late = new Map((await placesOf(page, '[role=option]')).map(({ id, box }) => [id, box]));
      const down = (late.get(early[0]?.id ?? '')?.[1] ?? 0) - (early[0]?.box[1] ?? 0);
      for (const { id, box } of early) {
        // the notice for guests comes later, and moves all of them down alike
        const expected = box.map((value, at) => value + (at === 1 ? down : 0));
        for (const [at, value] of expected.entries()) expect(late.get(id)?.[at]).toBeCloseTo(value, 0);
      }
      await expectNoViolations(page);
    },
  );
});

it('gives way at once to a press, a key or a scroll', async () => {
  const visit = await gallery.visit();
  const { page, postMany } = visit;
  await postMany(3);
  const letGo = await holdGallery(visit);
  await page.goto(gallery.server.page('/'), { waitUntil: 'commit' });
  await page.locator('img[data-of]').first().waitFor();
  letGo();
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await page.locator('img[data-of]').count()).toBe(0);
});

it('asks for the first page once, however it begins', async () => {
  const visit = await gallery.visit();
  const { page, open, postMany } = visit;
  await postMany(3);
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname === '/api/v1/images') asked.push(search);
  });
  const askedWhen = async (begin: () => Promise<unknown>) => {
    asked.length = 0;
    await begin();
    await page.getByRole('option').first().waitFor();
    return [...asked];
  };
  // a machine that is busy may be too slow for the gallery's patience, which then asks again: not each time
  const once = { timeout: 40_000 };
  await expect.poll(() => askedWhen(open), once).toEqual(['?size=100']);
  // a place to come back to: nothing is shown before the gallery, and the answer is the grid's all the same
  await page.evaluate(() => history.replaceState({ kept: true }, ''));
  await expect.poll(() => askedWhen(() => page.reload()), once).toEqual(['?size=100']);
});

it.each(['/trash', '/?q=cat', '/inputs'])('%s begins without them', async (path) => {
  const visit = await gallery.visit();
  await visit.postMany(3);
  await visit.open(path);
  await visit.page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
  expect(await visit.page.locator('img[data-of]').count()).toBe(0);
});

it('are not missed where they cannot be had: the gallery begins all the same', async () => {
  const visit = await gallery.visit();
  const { page, open, post, context } = visit;
  await post({ meta: { prompt: 'a boat' } });
  visit.allow(/failed: GET .*size=100|net::ERR_FAILED/);
  await context.route(/\/api\/v1\/images\?size=100$/, (route) => route.abort());
  await open();
  await page.getByRole('option', { name: /a boat/ }).waitFor();
  expect(await page.locator('img[data-of]').count()).toBe(0);
});
