import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery({ env: { QUOTA_MAX_COUNT: '1000' } });

const focused = (page: Page, selector: string) =>
  page.evaluate((parts) => document.activeElement?.matches(parts) === true, selector);
const undo = (page: Page) => page.getByRole('button', { name: 'Undo' });

async function begin(count = 3, size: 'phone' | 'desk' = 'desk'): Promise<Visit> {
  const visit = await gallery.visit({ size });
  await visit.postMany(count, (index) => ({ meta: { prompt: `picture ${index}` } }));
  await visit.open('/');
  await visit.page
    .getByRole('option')
    .nth(Math.min(count, 3) - 1)
    .waitFor();
  await visit.page.getByRole('listbox').focus();
  return visit;
}

describe('while something is selected', () => {
  it('no part of the page lies in focus under the bar that lies over it', async () => {
    const { page } = await begin();
    await page.keyboard.press('Space');
    await page.getByRole('toolbar').waitFor();
    for (let stop = 0; stop < 30; stop += 1) {
      await page.keyboard.press('Tab');
      expect(await focused(page, 'header *')).toBe(false);
    }
    await page.keyboard.press('/');
    expect(await focused(page, 'header *')).toBe(false);
    await page.getByRole('button', { name: 'Clear selection' }).press('Enter');
    await page.keyboard.press('/');
    expect(await focused(page, 'header input')).toBe(true);
  });

  it('a phone still has the pages at its lower edge', async () => {
    const { page } = await begin(3, 'phone');
    await page.getByRole('button', { name: 'Select', exact: true }).tap();
    await page.getByRole('link', { name: 'Inputs' }).tap();
    await page.getByRole('heading', { level: 1, name: 'Inputs' }).waitFor();
  });
});

describe('a message', () => {
  it.each(['gallery', 'viewer'])('is reached with F6 from the %s, and the focus goes back', async (where) => {
    const { page } = await begin();
    if (where === 'viewer') {
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Picture' }).waitFor();
    }
    await page.keyboard.press('Delete');
    await undo(page).waitFor();
    await page.keyboard.press('F6');
    await page.locator('[role=region]:focus').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await undo(page).evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByText('Picture restored.').waitFor();
    await page.locator(`[role=${where === 'viewer' ? 'dialog' : 'listbox'}]:focus`).waitFor();
  });

  it('is taken back with Ctrl and Z wherever one is, but not while one writes', async () => {
    const { page } = await begin();
    const shown = () => page.getByRole('option').count();
    await page.keyboard.press('Delete');
    await undo(page).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Control+z');
    expect(await undo(page).isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Control+z');
    await page.getByText('Picture restored.').waitFor();
    await expect.poll(shown).toBe(3);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Picture' }).waitFor();
    await page.keyboard.press('Delete');
    await undo(page).waitFor();
    await page.keyboard.press('Control+z');
    await undo(page).waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await expect.poll(shown).toBe(3);
  });
});

describe('a dialog', () => {
  it('gives the focus to the page where what it was opened from is gone', async () => {
    const { page, context, post } = await gallery.visit();
    const { id } = await post();
    const made = await context.request.post('/api/v1/shares', {
      data: { ids: [id], expires_in: 3600 },
    });
    expect(made.status()).toBe(201);
    await page.goto('/shares');
    await page.getByRole('button', { name: 'End the link' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'End the link' }).press('Enter');
    await page.getByText('The link has ended.').waitFor();
    await page.locator('main:focus').waitFor();
  });
});

describe('under an input method that is not Latin', () => {
  it('letters are the same keys, in the gallery and in sorting out', async () => {
    const { page, context } = await begin();
    const session = await context.newCDPSession(page);
    const press = async (key: string, code: string) => {
      for (const type of ['keyDown', 'keyUp'] as const)
        await session.send('Input.dispatchKeyEvent', { type, key, code });
    };
    await press('ㄹ', 'KeyF');
    await page.getByText('Added to favorites.').waitFor();
    // with capitals locked
    await press('F', 'KeyF');
    await page.getByText('Removed from favorites.').waitFor();
    await press('ㅊ', 'KeyC');
    const dialog = page.getByRole('dialog', { name: 'Sort out' });
    // nothing is decided of what is not on view yet
    await dialog.locator('img[data-on-view]').waitFor();
    await dialog.getByText('1 of 3').waitFor();
    await press('ㅏ', 'KeyK');
    await dialog.getByText('2 of 3').waitFor();
    await press('ㅌ', 'KeyX');
    await dialog.getByText('1 kept, 1 deleted').waitFor();
    await press('ㅕ', 'KeyU');
    await dialog.getByText('1 kept, 0 deleted').waitFor();
  });
});

describe('what is chosen', () => {
  it('has a mark in a menu, and not a colour alone', async () => {
    const { page } = await begin();
    await page.getByRole('button', { name: /Appearance/ }).press('Enter');
    const marks = await page
      .getByRole('menuitemradio')
      .evaluateAll((items) =>
        items.map((item) => [
          item.getAttribute('aria-checked') === 'true',
          getComputedStyle(item, '::after').content !== 'none',
        ]),
      );
    expect(marks.length).toBeGreaterThan(3);
    for (const [isChosen, isMarked] of marks) expect(isMarked).toBe(isChosen);
  });

  it('is seen where the system chooses the colours', async () => {
    const { page } = await begin();
    await page.emulateMedia({ forcedColors: 'active' });
    const ground = (selector: string, pseudo?: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((part, of) => getComputedStyle(part, of).backgroundColor, pseudo);
    expect(await ground('nav a[aria-current=page]')).not.toBe(await ground('nav a:not([aria-current])'));
    await page.getByRole('button', { name: 'Filters' }).press('Enter');
    const track = '[class*=switchTrack]';
    expect(await ground(track, '::before')).not.toBe(await ground(track));
    const off = await ground(track);
    await page.getByRole('switch').first().press('Space');
    await expect.poll(() => ground(track)).not.toBe(off);
    await page.goto('/you');
    expect(await ground('main [class*=fill]')).not.toBe(await ground('body'));
  });
});

describe('closing the page', () => {
  it('is asked about while a long action is on its way, and only then', async () => {
    const { page } = await begin(120);
    let asked = 0;
    page.on('dialog', (dialog) => {
      asked += 1;
      void dialog.dismiss();
    });
    const holding = Promise.withResolvers<void>();
    await page.route('**/api/v1/images/bulk', async (route) => {
      await holding.promise;
      await route.continue();
    });
    await page.keyboard.press('Control+a');
    await page.getByText('120 selected').last().waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => asked).toBe(1);
    holding.resolve();
    await page.getByText('120 pictures moved to the trash.').waitFor();
    await Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })]);
    expect(asked).toBe(1);
  });
});
