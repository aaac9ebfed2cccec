import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

const shown = (page: Page) => page.getByRole('dialog').locator('img[data-on-view]').getAttribute('alt');

async function begin(size: 'phone' | 'desk'): Promise<Visit> {
  const visit = await gallery.visit({ size });
  await visit.postMany(6, (index) => ({ meta: { prompt: `picture ${index}` } }));
  await visit.open('/');
  await visit.page.getByRole('option').nth(5).waitFor();
  return visit;
}

it('sorts out a batch from the keyboard', async () => {
  const visit = await begin('desk');
  const { page } = visit;
  await page.getByRole('listbox').focus();
  await page.keyboard.press('c');
  await expect.poll(() => shown(page)).toContain('picture 5');
  await expectNoViolations(page);
  await page.keyboard.press('x');
  await expect.poll(() => shown(page)).toContain('picture 4');
  await page.keyboard.press('4');
  await page.keyboard.press('k');
  await expect.poll(() => shown(page)).toContain('picture 3');
  await page.keyboard.press('Delete');
  await expect.poll(() => shown(page)).toContain('picture 2');
  await page.keyboard.press('u');
  await expect.poll(() => shown(page)).toContain('picture 3');
  for (const key of ['k', 'k', 'k', 'x']) await page.keyboard.press(key);
  await page.getByText('That was the last one.').waitFor();
  await page.getByText('4 kept, 2 deleted').first().waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('option').count()).toBe(4);
  await page.getByRole('option', { name: /picture 4.*rated 4/ }).waitFor();
  await expect.poll(() => trashOf(visit)).toEqual(['picture 5', 'picture 0']);
});

it('sorts out what is selected with fingers, and keeping can mark', async () => {
  const { page, context } = await begin('phone');
  await page.getByRole('button', { name: 'Select', exact: true }).tap();
  await page.getByRole('option', { name: /picture 4/ }).tap();
  await page.getByRole('option', { name: /picture 1/ }).tap();
  await page.getByRole('button', { name: 'More' }).tap();
  await page.getByRole('menuitem', { name: 'Sort out' }).tap();
  await expect.poll(() => shown(page)).toContain('picture 4');
  await page.getByRole('button', { name: /What keeping does/ }).tap();
  await page.getByRole('option', { name: 'Keep: add to favorites' }).tap();
  await page.getByRole('button', { name: 'Keep', exact: true }).tap();
  await expect.poll(() => shown(page)).toContain('picture 1');
  await expectNoViolations(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).tap();
  await page.getByText('1 kept, 1 deleted').first().waitFor();
  await expect
    .poll(async () => {
      const answer = await context.request.get('/api/v1/images?favorite=true');
      return ((await answer.json()) as { total: number }).total;
    })
    .toBe(1);
});

it.each(['phone', 'desk'] as const)('leaves every button free of messages on a %s', async (size) => {
  const { page } = await begin(size);
  await page.getByRole('listbox').focus();
  for (const name of ['picture 5', 'picture 4']) {
    await page.keyboard.press('Delete');
    await page.getByRole('option', { name }).waitFor({ state: 'detached' });
  }
  await page.keyboard.press('c');
  await expect.poll(() => shown(page)).toContain('picture 3');
  const messages = page.getByRole('alertdialog');
  expect(await messages.count()).toBe(2);
  for (const button of await page.getByRole('dialog').getByRole('button').all()) {
    expect(await button.evaluate(isCovered)).toBe(false);
  }
  await expectNoViolations(page);
});

/** In the page: whether something else gets a click on its middle. */
function isCovered(button: Element): boolean {
  const { left, top, width, height } = button.getBoundingClientRect();
  return !button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}

async function trashOf({ context }: Visit): Promise<string[]> {
  const answer = await context.request.get('/api/v1/images?status=trash');
  const { items } = (await answer.json()) as { items: { meta: { prompt: string } }[] };
  return items.map(({ meta }) => meta.prompt);
}
