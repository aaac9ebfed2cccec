import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Size, useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

const list = (page: Page) => page.getByRole('listbox', { name: 'Pictures' });
const notice = (page: Page) => page.getByRole('link', { name: 'Make a recovery code' });
const MARCH = Date.parse('2026-03-20T12:00:00Z');
const DAY_MS = 86_400_000;
const DAYS = 12;

/** Pictures of several months, three a day, all upright. */
function postDays(visit: Visit): Promise<unknown> {
  return visit.postMany(DAYS * 3, (index) => {
    const time = MARCH + Math.floor(index / 3) * 4 * DAY_MS + (index % 3) * 1_000;
    return { width: 48, height: 96, meta: { created_at: new Date(time).toISOString() } };
  });
}

/** How far the picture that keys act on is out of view, px: above what sticks to the top, or under what lies below. */
function hidden(page: Page): Promise<number> {
  return page.evaluate(() => {
    const id = document.activeElement?.getAttribute('aria-activedescendant') ?? '';
    const { top = Number.NaN, bottom = Number.NaN } =
      document.getElementById(id)?.getBoundingClientRect() ?? {};
    const below = getComputedStyle(document.documentElement).getPropertyValue('--below');
    return Math.max(0, 100 - top, bottom - (innerHeight - (Number.parseFloat(below) || 0)));
  });
}

const expectInView = (page: Page) => expect.poll(() => hidden(page)).toBeLessThan(1);

/** Holds the answers to what matches until they are let. */
async function hold({ context }: Visit, pattern: RegExp): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await context.route(pattern, async (route) => {
    await promise;
    // what is out of reach by now was given up
    await route.continue().catch(() => undefined);
  });
  return resolve;
}

/** Returns what waits until no answer with pictures is missing. */
function watchPages({ context }: Visit): () => Promise<void> {
  const open = new Set<unknown>();
  const isPage = (url: string) => /\/api\/v1\/images\?/.test(url);
  context.on('request', (request) => isPage(request.url()) && open.add(request));
  for (const end of ['requestfinished', 'requestfailed'] as const)
    context.on(end as 'requestfinished', (request) => open.delete(request));
  return () => expect.poll(() => open.size).toBe(0);
}

/** The gallery of those days, seen, with the keyboard in its list. */
async function openDays(visit: Visit): Promise<void> {
  await visit.open('/');
  await notice(visit.page).waitFor();
  await list(visit.page).focus();
}

/** Somebody whom a key has led to the end of those days. */
async function visitEnd(size: Size): Promise<Visit> {
  const visit = await gallery.visit({ size });
  await postDays(visit);
  await openDays(visit);
  await visit.page.keyboard.press('End');
  await expectInView(visit.page);
  return visit;
}

const expectCount = (page: Page, count: number) =>
  page.getByText(`${count} pictures`, { exact: true }).first().waitFor();

describe.each(['phone', 'desk'] as const)('what a key leads to on a %s', (size) => {
  it('stands above all that covers the lower edge', async () => {
    const visit = await gallery.visit({ size });
    await postDays(visit);
    const { page } = visit;
    await openDays(visit);
    for (const key of ['End', 'Home', 'PageDown', 'ArrowDown', 'ArrowDown']) {
      await page.keyboard.press(key);
      await expectInView(page);
    }
  });

  it('stays there when the list changes, and so does the end of the page', async () => {
    const visit = await visitEnd(size);
    const { page } = visit;
    await visit.post();
    await expectCount(page, DAYS * 3 + 1);
    await expectInView(page);

    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    const fromEnd = () =>
      page.evaluate(() => Math.round(document.documentElement.scrollHeight - innerHeight - scrollY));
    await expect.poll(fromEnd).toBe(0);
    await visit.post();
    await expectCount(page, DAYS * 3 + 2);
    await expect.poll(fromEnd).toBe(0);
  });

  it('is in view when its day is loaded after the key', async () => {
    const visit = await gallery.visit({ size });
    await postDays(visit);
    const { page, context } = visit;
    visit.allow(/failed: GET .*size=100|net::ERR_FAILED/);
    // no first page: of all days the number is known, and nothing else
    await context.route(/\/api\/v1\/images\?size=100$/, (route) => route.abort());
    const letGo = await hold(visit, /\/api\/v1\/images\?.*from=/);
    const loaded = watchPages(visit);
    await openDays(visit);
    await page.keyboard.press('End');
    letGo();
    await expectInView(page);
    await loaded();
    await expectInView(page);
    await page.keyboard.press('PageUp');
    await loaded();
    await expectInView(page);
  });

  it('is in view when something covers the lower edge after the key', async () => {
    const visit = await gallery.visit({ size });
    await postDays(visit);
    const { page } = visit;
    const letGo = await hold(visit, /\/api\/v1\/usage/);
    await visit.open('/');
    await page.getByRole('option').first().waitFor();
    await list(page).focus();
    await page.keyboard.press('End');
    await expectInView(page);
    letGo();
    await notice(page).waitFor();
    await expectInView(page);
  });

  it('is left behind by a reader who scrolls', async () => {
    const visit = await visitEnd(size);
    const { page } = visit;
    // the list is laid out anew before the page hears that it was scrolled
    await page.evaluate(() => {
      window.scrollTo(0, 300);
      document.getElementById('content')?.style.setProperty('padding-right', '60px');
      window.dispatchEvent(new Event('resize'));
    });
    const at = () => page.evaluate(() => scrollY);
    await expect.poll(at).toBeLessThan(600);
    await visit.post();
    await expectCount(page, DAYS * 3 + 1);
    expect(await at()).toBeLessThan(900);
  });
});
