import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

const tiles = (page: Page) => page.getByRole('option');
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected pictures' });
const picked = (page: Page) => page.getByRole('option', { selected: true }).count();
const message = (page: Page, text: string) => page.getByRole('alertdialog').filter({ hasText: text }).last();
const isSaid = (page: Page, text: string) => message(page, text).waitFor();

async function visitWith(count: number, size: 'phone' | 'desk' = 'desk'): Promise<Visit> {
  const visit = await gallery.visit({ size });
  await visit.postMany(count, (index) => ({ meta: { prompt: `picture ${index}` } }));
  await visit.open('/');
  await tiles(visit.page)
    .nth(count - 1)
    .waitFor();
  return visit;
}

describe('selecting', () => {
  it('works with clicks, ranges, the circle, a rectangle and the keyboard', async () => {
    const { page } = await visitWith(12);
    await tiles(page)
      .nth(1)
      .click({ modifiers: ['Control'] });
    await tiles(page)
      .nth(4)
      .click({ modifiers: ['Shift'] });
    await expect.poll(() => picked(page)).toBe(4);
    await bar(page).getByText('4 selected').waitFor();
    await tiles(page).nth(2).click();
    await expect.poll(() => picked(page)).toBe(3);
    await expectNoViolations(page);
    await page.keyboard.press('Escape');
    await expect.poll(() => picked(page)).toBe(0);

    await tiles(page).nth(3).hover();
    await tiles(page)
      .nth(3)
      .click({ position: { x: 18, y: 18 } });
    await expect.poll(() => picked(page)).toBe(1);
    await page.getByRole('button', { name: 'Clear selection' }).click();

    const first = await tiles(page).nth(0).boundingBox();
    const other = await tiles(page).nth(2).boundingBox();
    if (first === null || other === null) throw new Error('not on view');
    await page.mouse.move(first.x + 40, first.y + 40);
    await page.mouse.down();
    await page.mouse.move(other.x + 40, other.y + 60, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => picked(page)).toBe(3);

    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => picked(page)).toBe(3);
    await page.keyboard.press('Control+a');
    await expect.poll(() => picked(page)).toBe(12);
  });

  it('begins with a long press on a phone, or with a button', async () => {
    const { page, context } = await visitWith(4, 'phone');
    const box = await tiles(page).nth(1).boundingBox();
    if (box === null) throw new Error('not on view');
    const point = { x: box.x + 30, y: box.y + 30 };
    const touch = await context.newCDPSession(page);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    await expect.poll(() => picked(page)).toBe(1);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await tiles(page).nth(2).tap();
    await expect.poll(() => picked(page)).toBe(2);
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'Clear selection' }).tap();
    await page.getByRole('button', { name: 'Select', exact: true }).tap();
    await tiles(page).nth(0).tap();
    await expect.poll(() => picked(page)).toBe(1);
  });
});

describe('what is done with what is selected', () => {
  it('is deleted at once, brought back by undo, and both reach the server', async () => {
    const visit = await visitWith(8);
    const { page } = visit;
    await tiles(page)
      .nth(2)
      .click({ modifiers: ['Control'] });
    await tiles(page)
      .nth(3)
      .click({ modifiers: ['Control'] });
    const names = await page
      .getByRole('option', { selected: true })
      .evaluateAll((all) => all.map(({ id }) => id));
    await bar(page).getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => tiles(page).count()).toBe(6);
    await isSaid(page, '2 pictures moved to the trash.');
    await expect.poll(() => totalOf(visit, 'trash')).toBe(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => tiles(page).count()).toBe(8);
    await expect.poll(() => totalOf(visit, 'trash')).toBe(0);
    expect(await tiles(page).evaluateAll((all) => all.slice(2, 4).map(({ id }) => id))).toEqual(names);
  });

  it('comes back where the server refuses it', async () => {
    const visit = await visitWith(3);
    const { page } = visit;
    visit.allow(/bulk|ERR_FAILED/);
    await page.route('**/bulk*', (route) => route.abort());
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Delete');
    await isSaid(page, 'The server cannot be reached');
    await expect.poll(() => tiles(page).count()).toBe(3);
  });

  it('is marked as favourite, tagged, and given back', async () => {
    const visit = await visitWith(3);
    const { page } = visit;
    await page.getByRole('listbox').focus();
    await page.keyboard.press('f');
    await page.getByRole('option', { name: /favorite/ }).waitFor();
    await page.keyboard.press('Control+a');
    await bar(page).getByRole('button', { name: 'Add to favorites' }).click();
    await isSaid(page, '2 pictures added to favorites.');
    await expect.poll(() => page.getByRole('option', { name: /favorite/ }).count()).toBe(3);
    await message(page, '2 pictures added').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.getByRole('option', { name: /favorite/ }).count()).toBe(1);

    await bar(page).getByRole('button', { name: 'Tag' }).click();
    await page.getByRole('textbox', { name: 'Tags' }).fill('final, 풍경');
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await isSaid(page, '3 pictures tagged: final, 풍경.');
    await expect.poll(() => totalOf(visit, 'active', '&tag=final&tag=풍경')).toBe(3);
  });

  it('is downloaded as one ZIP', async () => {
    const { page } = await visitWith(3);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Control+a');
    const download = page.waitForEvent('download');
    await bar(page).getByRole('button', { name: 'Download as ZIP' }).click();
    expect((await download).suggestedFilename()).toMatch(/\.zip$/);
  });
});

async function totalOf({ context }: Visit, status: string, more = ''): Promise<number> {
  const answer = await context.request.get(`/api/v1/images?status=${status}${more}`);
  return ((await answer.json()) as { total: number }).total;
}
