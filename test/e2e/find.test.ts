import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

async function postFive(visit: Visit): Promise<void> {
  const metas = [
    { prompt: 'a lighthouse at dusk', model: 'flux', tags: ['final'] },
    { prompt: '창가의 고양이가 잔다', model: 'flux', tags: ['풍경', 'final'], favorite: true },
    { prompt: '夜の東京タワー', model: 'sdxl', rating: 4 },
    { prompt: 'a cat in the snow', model: 'sdxl', tags: ['final'] },
    { prompt: 'a dog in the snow', model: 'sdxl' },
  ];
  for (const meta of metas) await visit.post({ meta });
}

const tiles = (page: Page) => page.getByRole('option');
const found = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const params = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

describe('search', () => {
  it('finds while one types, in any writing, and is one step back', async () => {
    const visit = await gallery.visit();
    await postFive(visit);
    const { page } = visit;
    await visit.open('/');
    await tiles(page).nth(4).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('고양이', { delay: 60 });
    await found(page, '1 picture');
    await expect.poll(() => params(page)).toEqual({ q: '고양이' });
    await search(page).fill('東京');
    await expect.poll(() => params(page)).toEqual({ q: '東京' });
    await found(page, '1 picture');
    await page.keyboard.press('Enter');
    await page.goBack();
    await expect.poll(() => params(page)).toEqual({});
    await expect.poll(() => search(page).inputValue()).toBe('');
    await tiles(page).nth(4).waitFor();
    await page.goForward();
    await expect.poll(() => search(page).inputValue()).toBe('東京');
  });

  it('marks what was found in the details', async () => {
    const visit = await gallery.visit({ locale: 'ko-KR' });
    await postFive(visit);
    const { page } = visit;
    await visit.open('/?q=고양이');
    await tiles(page).first().click();
    const details = page.getByRole('region', { name: '상세 정보' });
    await details.locator('mark', { hasText: /^고양이$/ }).waitFor();
    await expectNoViolations(page);
  });

  it('shows the place of what cannot be understood, and is cleared by a button', async () => {
    const visit = await gallery.visit();
    visit.allow(/answered 400/);
    await postFive(visit);
    const { page } = visit;
    await visit.open('/');
    await search(page).fill('cat "open');
    const mistake = page.getByText('This cannot be understood');
    await mistake.waitFor();
    expect(await mistake.locator('mark').textContent()).toBe('"open');
    await expect.poll(() => search(page).getAttribute('aria-invalid')).toBe('true');
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'Clear search' }).click();
    await mistake.waitFor({ state: 'detached' });
    await tiles(page).nth(4).waitFor();
  });

  it('explains itself', async () => {
    const visit = await gallery.visit();
    await visit.open('/');
    await visit.page.getByRole('button', { name: 'How to search' }).click();
    await visit.page.getByRole('dialog', { name: 'How to search' }).getByText('tag:final').waitFor();
    await expectNoViolations(visit.page);
  });
});

describe('filters', () => {
  it('count what they leave, combine, and are taken away one by one', async () => {
    const visit = await gallery.visit();
    await postFive(visit);
    const { page } = visit;
    await visit.open('/');
    await page.getByRole('button', { name: 'Filters' }).click();
    const filters = page.getByRole('dialog', { name: 'Filters' });
    await filters.getByRole('option', { name: 'final' }).click();
    await expect.poll(() => params(page)).toEqual({ tag: 'final' });
    await filters.getByRole('button', { name: /^Model/ }).click();
    await filters.getByRole('option', { name: 'flux' }).click();
    await expect.poll(() => params(page)).toEqual({ model: 'flux', tag: 'final' });
    // React Aria's own hidden buttons beside the dialog are in no landmark
    await expectNoViolations(page, '[role="dialog"]');
    await page.keyboard.press('Escape');
    await found(page, '2 pictures');
    await page.getByRole('row', { name: 'Model: flux' }).getByRole('button').click();
    await found(page, '3 pictures');
    await page.getByRole('button', { name: 'Clear all' }).click();
    await tiles(page).nth(4).waitFor();
    expect(params(page)).toEqual({});
  });

  it('keep the other models on view: one takes the place of another, and is taken away again', async () => {
    const visit = await gallery.visit();
    await postFive(visit);
    const { page } = visit;
    await visit.open('/?tag=final');
    await page.getByRole('button', { name: 'Filters, 1 chosen' }).click();
    const filters = page.getByRole('dialog', { name: 'Filters' });
    await filters.getByRole('button', { name: /^Model/ }).click();
    await filters.getByRole('option', { name: 'flux' }).click();
    await expect.poll(() => params(page)).toEqual({ model: 'flux', tag: 'final' });
    await filters.getByRole('option', { name: 'sdxl' }).click();
    await expect.poll(() => params(page)).toEqual({ model: 'sdxl', tag: 'final' });
    await filters.getByRole('option', { name: 'flux', selected: false }).waitFor();
    await filters.getByRole('option', { name: 'sdxl', selected: true }).click();
    await expect.poll(() => params(page)).toEqual({ tag: 'final' });
  });

  it('know favorites, ratings and dates, in a sheet on a phone', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    await postFive(visit);
    const { page } = visit;
    await visit.open('/');
    await page.getByRole('button', { name: 'Filters' }).tap();
    const filters = page.getByRole('dialog', { name: 'Filters' });
    await filters.getByText('Favorites only').tap();
    await expect.poll(() => params(page)).toEqual({ favorite: 'true' });
    await filters.getByText('Favorites only').tap();
    await filters.getByRole('button', { name: /Rating at least/ }).tap();
    await page.getByRole('option', { name: '4 stars' }).tap();
    await expect.poll(() => params(page)).toEqual({ q: 'rating:>=4' });
    await filters.getByRole('button', { name: 'Today' }).tap();
    await expect.poll(() => Object.keys(params(page))).toEqual(['q', 'from']);
    await expectNoViolations(page);
    await filters.getByRole('button', { name: 'Show the pictures' }).tap();
    await found(page, '1 picture');
  });
});

describe('saved searches', () => {
  it('are saved, used again, renamed and deleted', async () => {
    const visit = await gallery.visit();
    await postFive(visit);
    const { page } = visit;
    const open = (name: string) =>
      page
        .getByRole('button', { name: 'Saved searches' })
        .click()
        .then(() => page.getByRole('menuitem', { name }).click());
    await visit.open('/?q=cat&tag=final');
    await found(page, '1 picture');
    await open('Save this search…');
    const name = page.getByRole('textbox', { name: 'Name' });
    expect(await name.inputValue()).toBe('cat');
    await name.fill('Final cats');
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved: Final cats').waitFor();

    await visit.open('/');
    await open('Final cats');
    await expect.poll(() => params(page)).toEqual({ q: 'cat', tag: 'final' });
    await found(page, '1 picture');

    await open('Rename or delete…');
    await page.getByRole('textbox', { name: 'Rename Final cats' }).fill('Snow cats');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Delete Snow cats' }).waitFor();
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'Delete Snow cats' }).click();
    await page.getByText('Nothing saved yet.').waitFor();
  });
});
