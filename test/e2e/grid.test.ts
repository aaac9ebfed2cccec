import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

const tiles = (page: Page) => page.getByRole('option');
const list = (page: Page) => page.getByRole('listbox', { name: 'Pictures' });
const MARCH = Date.parse('2026-03-20T12:00:00Z');
const DAY_MS = 86_400_000;

/** Pictures of several months, three a day; the first one posted is the oldest. */
async function postDays(visit: Visit, days: number): Promise<void> {
  await visit.postMany(days * 3, (index) => {
    const day = Math.floor(index / 3);
    const time = MARCH - (days - day) * 4 * DAY_MS + (index % 3) * 1_000;
    return { meta: { prompt: `picture ${index}`, created_at: new Date(time).toISOString() } };
  });
}

/** The picture that stands at the top of what is seen, and where. */
function topTile(page: Page): Promise<{ name: string; y: number } | undefined> {
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll('[role="option"]')].map((tile) => ({
      name: tile.getAttribute('aria-label') ?? '',
      y: Math.round(tile.getBoundingClientRect().top),
    }));
    return boxes.filter(({ y }) => y > 90).sort((a, b) => a.y - b.y)[0];
  });
}

describe('the grid', () => {
  it('shows days, newest first, with their pictures', async () => {
    const visit = await gallery.visit();
    await postDays(visit, 3);
    const { page } = visit;
    await visit.open('/');
    await tiles(page).nth(8).waitFor();
    const days = page.getByRole('heading', { level: 2 });
    expect(await days.allInnerTexts()).toEqual([
      'Monday, March 16, 2026',
      'Thursday, March 12, 2026',
      'Sunday, March 8, 2026',
    ]);
    expect(await tiles(page).first().getAttribute('aria-label')).toMatch(/^picture 8, Mar 16, 2026/);
    expect(await tiles(page).last().getAttribute('aria-posinset')).toBe('9');
    await expectNoViolations(page);
  });

  it('fits the narrowest window with everything over the pictures, however many they are', async () => {
    const visit = await gallery.visit();
    await visit.post();
    const { page } = visit;
    await page.setViewportSize({ width: 320, height: 640 });
    await visit.open('/');
    await tiles(page).first().waitFor();
    // a hundred thousand would be as wide
    const count = page.getByText('1 picture', { exact: true }).first();
    await count.evaluate((span) => (span.textContent = '100,000 pictures'));
    const right = async (part: Locator) => part.evaluate((each) => each.getBoundingClientRect().right);
    const end = await right(list(page));
    expect(await right(page.getByRole('button', { name: 'Sort out' }))).toBeLessThanOrEqual(end);
  });

  it('keeps only what is near the view in the page, and keeps the place over reload and Back', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    await postDays(visit, 40);
    const { page } = visit;
    await visit.open('/');
    await tiles(page).first().waitFor();
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    expect(height).toBeGreaterThan(40 * 100);
    expect(await tiles(page).count()).toBeLessThan(60);

    await page.evaluate((y) => window.scrollTo(0, y), Math.round(height * 0.6));
    await expect.poll(async () => (await topTile(page))?.name).toMatch(/^picture [4-6]\d/);
    // kept a moment after the last scroll
    await expect.poll(() => page.evaluate(() => JSON.stringify(history.state))).toContain('place');
    const before = await topTile(page);
    await page.reload();
    await expect.poll(() => topTile(page)).toEqual(before);
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByRole('heading', { name: 'The trash is empty' }).waitFor();
    await page.goBack();
    await expect.poll(() => topTile(page)).toEqual(before);
  });

  it('jumps to a month', async () => {
    const visit = await gallery.visit();
    await postDays(visit, 30);
    const { page } = visit;
    await visit.open('/');
    await tiles(page).first().waitFor();
    const months = page.getByRole('slider', { name: 'Month' });
    await months.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => months.getAttribute('aria-valuetext')).toBe('January 2026');
    await page
      .getByRole('heading', { name: /January \d+, 2026/ })
      .first()
      .waitFor();
    await expectNoViolations(page);
  });

  it('is one stop of the tab key; keys go from picture to picture by where they stand', async () => {
    const visit = await gallery.visit();
    await postDays(visit, 12);
    const { page } = visit;
    await visit.open('/');
    await tiles(page).first().waitFor();
    await list(page).focus();
    const active = () =>
      page.evaluate(() => {
        const id = document.activeElement?.getAttribute('aria-activedescendant') ?? '';
        return document.getElementById(id)?.getAttribute('aria-posinset');
      });
    await page.keyboard.press('ArrowRight');
    await expect.poll(active).toBe('2');
    await page.keyboard.press('ArrowDown');
    await expect.poll(active).toBe('5');
    await page.keyboard.press('End');
    await expect.poll(active).toBe('36');
    await page.keyboard.press('Home');
    await expect.poll(active).toBe('1');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')))
      .toBe('listbox');
  });

  it('says what went wrong, and tries again', async () => {
    const visit = await gallery.visit();
    await postDays(visit, 2);
    const { page } = visit;
    visit.allow(/timeline|ERR_/);
    await page.route('**/api/v1/images/timeline**', (route) =>
      route.fulfill({ status: 500, contentType: 'text/plain', body: 'broken' }),
    );
    await visit.open('/');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    await page.unroute('**/api/v1/images/timeline**');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await tiles(page).first().waitFor();
  });

  it('lets go of tiles that leave before their thumbnails are there', async () => {
    const visit = await gallery.visit();
    await postDays(visit, 12);
    const { page } = visit;
    // none ever comes; what is left of them is given up with the page
    await page.route(/\/thumb\//, () => undefined);
    await page.goto(gallery.server.page('/'), { waitUntil: 'commit' });
    await page.locator('[role="option"] img[src]').nth(9).waitFor();
    await page.evaluate(() => {
      const images = [...document.querySelectorAll('[role="option"] img')];
      Object.assign(window, { left: images.map((image) => new WeakRef(image)) });
    });
    await page.getByRole('link', { name: 'Trash' }).click();
    await tiles(page).first().waitFor({ state: 'detached' });
    const session = await visit.context.newCDPSession(page);
    const kept = async () => {
      await session.send('HeapProfiler.collectGarbage');
      return page.evaluate(() => {
        const { left = [] } = window as { left?: readonly WeakRef<Element>[] };
        return left.filter((one) => one.deref() !== undefined).length;
      });
    };
    await expect.poll(kept, { timeout: 10_000 }).toBe(0);
  });
});
