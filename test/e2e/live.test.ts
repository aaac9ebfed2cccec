import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery } from './support/gallery.ts';

const gallery = useGallery();

const tiles = (page: Page) => page.getByRole('option');

/** The stream is open: what happens from now on is told. */
async function isFollowing(page: Page): Promise<void> {
  await page.waitForResponse((answer) => answer.url().includes('/api/v1/events'));
}

describe('what happens elsewhere', () => {
  it('is on view at once: a picture that a pipeline sends, one that is deleted, one that is changed', async () => {
    const visit = await gallery.visit();
    const { page } = visit;
    const [first] = await visit.postMany(3, (index) => ({ meta: { prompt: `picture ${index}` } }));
    const following = isFollowing(page);
    await visit.open('/');
    await tiles(page).nth(2).waitFor();
    await following;
    await visit.post({ meta: { prompt: 'fresh' } });
    await page.getByRole('option', { name: /^fresh/ }).waitFor();
    expect(await tiles(page).first().getAttribute('aria-label')).toMatch(/^fresh/);
    if (first === undefined) throw new Error('nothing was posted');
    await visit.pipeline.trash(first.id);
    await expect.poll(() => page.getByRole('option', { name: /^picture 0/ }).count()).toBe(0);
    await page.getByText('3 pictures').first().waitFor();
  });

  it('moves nothing for who is further down, and is a press away', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    const { page } = visit;
    await visit.postMany(45, (index) => ({ meta: { prompt: `picture ${index}` } }));
    const following = isFollowing(page);
    await visit.open('/');
    await tiles(page).first().waitFor();
    await following;
    await page.evaluate(() => window.scrollTo(0, 700));
    const tile = page.getByRole('option', { name: /^picture 15,/ });
    await tile.waitFor();
    await expect.poll(() => page.evaluate(() => Math.round(scrollY))).toBe(700);
    const before = await tile.boundingBox();
    await visit.postMany(4);
    await page.getByRole('button', { name: '4 new pictures' }).waitFor();
    expect((await tile.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
    await page.getByRole('button', { name: '4 new pictures' }).click();
    await expect.poll(() => page.evaluate(() => Math.round(scrollY))).toBe(0);
    await expect.poll(() => tiles(page).first().getAttribute('aria-posinset')).toBe('1');
    await page.getByText('49 pictures').first().waitFor();
  });

  it('reaches an empty page: the first picture of a guest', async () => {
    const visit = await gallery.visit();
    const { page } = visit;
    const following = isFollowing(page);
    await visit.open('/');
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
    await following;
    await visit.post({ meta: { prompt: 'the first' } });
    await page.getByRole('option', { name: /^the first/ }).waitFor();
  });

  it('is said to be cut off, on whatever page, until the connection is back', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    const { page, context } = visit;
    visit.allow(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_ABORTED|ERR_FAILED/);
    await visit.post({ meta: { prompt: 'before' } });
    const following = isFollowing(page);
    await visit.open('/');
    await tiles(page).first().waitFor();
    await following;
    const line = page.getByRole('status').filter({ hasText: 'No connection' });
    await context.setOffline(true);
    await line.waitFor();
    await expectNoViolations(page);
    await visit.post({ meta: { prompt: 'while away' } });
    await context.setOffline(false);
    await line.waitFor({ state: 'detached' });
    await page.getByRole('option', { name: /^while away/ }).waitFor();
  });

  it('is caught up with after the connection was gone', async () => {
    const visit = await gallery.visit();
    const { page, context } = visit;
    visit.allow(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_ABORTED|ERR_FAILED/);
    const [first] = await visit.postMany(3, (index) => ({ meta: { prompt: `picture ${index}` } }));
    const following = isFollowing(page);
    await visit.open('/');
    await tiles(page).nth(2).waitFor();
    await following;
    await context.setOffline(true);
    await visit.post({ meta: { prompt: 'while away' } });
    await visit.pipeline.trash(first?.id ?? '');
    await context.setOffline(false);
    await page.getByRole('option', { name: /^while away/ }).waitFor();
    await expect.poll(() => page.getByRole('option', { name: /^picture 0/ }).count()).toBe(0);
  });
});
