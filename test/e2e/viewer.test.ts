import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

const RECIPE = {
  model: 'sdxl base',
  negative_prompt: 'blurry',
  sampler: 'euler',
  scheduler: 'karras',
  steps: 30,
  cfg: 6.5,
  loras: [{ name: 'ink', weight: 0.8 }],
};

/** `picture 1` is the newest, and the first in the list. */
async function postPictures(visit: Visit, count: number) {
  const items = await visit.postMany(count, (index) => ({
    width: 96,
    height: 64,
    meta: { ...RECIPE, prompt: `picture ${count - index}`, seed: String(index) },
  }));
  return items.toReversed();
}

const viewer = (page: Page) => page.getByRole('dialog', { name: 'Picture' });
const shown = (page: Page, name: string) =>
  page.locator('.pswp__item[aria-hidden="false"]').getByRole('img', { name, exact: true }).first();
const tile = (page: Page, name: string) => page.getByRole('option', { name: new RegExp(`^${name}\\b`) });
const announced = (page: Page, text: string) =>
  viewer(page).getByRole('status').filter({ hasText: text }).waitFor({ state: 'attached' });

describe('viewer', () => {
  it('opens a picture, goes on by keys, and Back closes it with the focus in the list', async () => {
    const visit = await gallery.visit();
    const items = await postPictures(visit, 3);
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'picture 1').click();
    await shown(page, 'picture 1').waitFor();
    await announced(page, '1 of 3: picture 1');
    expect(new URL(page.url()).searchParams.get('view')).toBe(items[0]?.id);
    await expectNoViolations(page);

    await page.keyboard.press('ArrowRight');
    await announced(page, '2 of 3: picture 2');
    await page.keyboard.press('End');
    await announced(page, '3 of 3: picture 3');
    await page.keyboard.press('ArrowLeft');
    await shown(page, 'picture 2').waitFor();
    await page.waitForURL(`**/?view=${items[1]?.id}`);

    await page.goBack();
    await viewer(page).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'listbox');
  });

  it('opens a link cold, also to a picture that the selection leaves out, and closes to the list', async () => {
    const visit = await gallery.visit();
    const items = await postPictures(visit, 3);
    const { page } = visit;
    await visit.open(`/?view=${items[2]?.id}`);
    await announced(page, '3 of 3: picture 3');
    await page.keyboard.press('Escape');
    await viewer(page).waitFor({ state: 'detached' });
    await tile(page, 'picture 1').waitFor();

    await visit.open(`/?q=nothing&view=${items[1]?.id}`);
    await shown(page, 'picture 2').waitFor();
    await page.keyboard.press('f');
    await page.getByRole('button', { name: 'Favorite', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Close' }).first().click();
    await viewer(page).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?q=nothing');
  });

  it('says when a link leads nowhere', async () => {
    const visit = await gallery.visit();
    visit.allow(/answered 404/);
    await visit.open('/?view=01aaaaaaaaaaaaaaaaaaaaaaaa');
    await viewer(visit.page).getByRole('alert').waitFor();
    await expectNoViolations(visit.page);
  });

  it('asks again for a picture that could not be loaded: by its button, and when the connection is back', async () => {
    const visit = await gallery.visit();
    visit.allow(/net::ERR_FAILED/);
    const items = await postPictures(visit, 2);
    const { page } = visit;
    const originals = items.map(({ url }) => `**${url}`);
    for (const original of originals) await page.route(original, (route) => route.abort());
    await visit.open('/');
    await tile(page, 'picture 1').click();
    await page.getByText('The picture cannot be loaded.').first().waitFor();
    await expectNoViolations(page);
    await page.unroute(originals[0] ?? '');
    await viewer(page).getByRole('button', { name: 'Try again' }).click();
    await shown(page, 'picture 1').waitFor();

    await page.keyboard.press('ArrowRight');
    await announced(page, '2 of 2: picture 2');
    await viewer(page).getByRole('button', { name: 'Try again' }).waitFor();
    await page.unroute(originals[1] ?? '');
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await shown(page, 'picture 2').waitFor();
  });

  it('closes with the first Escape after an Undo, wherever the mouse rests', async () => {
    const visit = await gallery.visit();
    await postPictures(visit, 3);
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'picture 1').click();
    await shown(page, 'picture 1').waitFor();
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'Undo' }).click();
    const message = page.getByRole('alertdialog').filter({ hasText: 'Picture restored.' });
    await message.waitFor();
    // after one tooltip the next is there at once
    await viewer(page).getByRole('button', { name: 'Zoom in' }).hover();
    await page.getByRole('tooltip').waitFor();
    await message.getByRole('button', { name: 'Close' }).hover();
    await page.getByRole('tooltip', { name: 'Zoom in' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await viewer(page).waitFor({ state: 'detached' });
  });

  it('zooms by keys and buttons', async () => {
    const visit = await gallery.visit();
    await visit.post({ width: 96, height: 64, meta: { prompt: 'small' } });
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'small').click();
    await page.getByText('100%', { exact: true }).waitFor();
    await page.keyboard.press('+');
    await page.getByText('150%', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.getByText('225%', { exact: true }).waitFor();
    await page.keyboard.press('0');
    await page.getByText('100%', { exact: true }).waitFor();
  });

  it('trashes by key and goes on; undo brings it back without moving what is shown', async () => {
    const visit = await gallery.visit();
    await postPictures(visit, 3);
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'picture 1').click();
    await announced(page, '1 of 3: picture 1');
    await page.keyboard.press('Delete');
    await announced(page, '1 of 2: picture 2');
    await shown(page, 'picture 2').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await announced(page, '2 of 3: picture 2');
    await page.keyboard.press('ArrowLeft');
    await announced(page, '1 of 3: picture 1');
  });

  it('stays on its picture when a new one arrives', async () => {
    const visit = await gallery.visit();
    await postPictures(visit, 2);
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'picture 2').click();
    await announced(page, '2 of 2: picture 2');
    await visit.post({ meta: { prompt: 'newer' } });
    await announced(page, '3 of 3: picture 2');
    await shown(page, 'picture 2').waitFor();
  });
});

describe('viewer in a long list', () => {
  it('goes to the far end of what is not loaded, and has the neighbours decoded ahead', async () => {
    const visit = await gallery.visit();
    await postPictures(visit, 130);
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'picture 1').click();
    await announced(page, '1 of 130: picture 1');
    await page.keyboard.press('End');
    await announced(page, '130 of 130: picture 130');
    await shown(page, 'picture 130').waitFor();
    await page.keyboard.press('ArrowLeft');
    await announced(page, '129 of 130: picture 129');
    await page.waitForFunction(() => {
      const near = [
        ...document.querySelectorAll<HTMLImageElement>('.pswp__item[aria-hidden="true"] .pswp__img'),
      ];
      const names = new Set(
        near.filter((image) => image.complete && image.naturalWidth > 0).map((image) => image.alt),
      );
      return names.has('picture 128') && names.has('picture 130');
    });
  });

  it('goes on by dragging, and is closed by dragging down', async () => {
    const visit = await gallery.visit({ reducedMotion: 'reduce' });
    await postPictures(visit, 2);
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'picture 1').click();
    await announced(page, '1 of 2: picture 1');
    const drag = async (dx: number, dy: number) => {
      await page.mouse.move(500, 400);
      await page.mouse.down();
      for (let step = 1; step <= 10; step += 1) {
        await page.mouse.move(500 + (dx * step) / 10, 400 + (dy * step) / 10);
        // a drag is drawn frame by frame
        await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      await page.mouse.up();
    };
    await drag(-350, 0);
    await announced(page, '2 of 2: picture 2');
    await drag(0, 350);
    await viewer(page).waitFor({ state: 'detached' });
  });
});

describe('what can be done with the picture', () => {
  it('is saved, with and without what is in it, and made an input', async () => {
    const visit = await gallery.visit();
    visit.allow(/answered 404: GET .*\/workflow/);
    const item = await visit.post({ meta: { prompt: 'mine' } });
    const { page } = visit;
    await visit.open(`/?view=${item.id}`);
    await announced(page, 'mine');
    const choose = async (name: string) => {
      await viewer(page).getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name, exact: true }).click();
    };
    const saved = async (start: () => Promise<void>) => {
      const [download] = await Promise.all([page.waitForEvent('download'), start()]);
      return new URL(download.url()).search;
    };
    expect(await saved(() => page.keyboard.press('d'))).toBe('?download=1');
    expect(await saved(() => choose('Download without prompt and metadata'))).toBe('?download=1&strip=1');
    await choose('Download the workflow');
    await page.getByText('This file has no workflow in it.').waitFor();
    await choose('Use as input');
    await expect
      .poll(async () => (await (await visit.context.request.get('/api/v1/inputs')).json()).total)
      .toBe(1);
  });

  it('is only restored in the trash', async () => {
    const visit = await gallery.visit();
    const item = await visit.post({ meta: { prompt: 'thrown away' } });
    expect((await visit.context.request.post(`/api/v1/images/${item.id}/delete`)).ok()).toBe(true);
    const { page } = visit;
    await visit.open('/trash');
    await tile(page, 'thrown away').click();
    await shown(page, 'thrown away').waitFor();
    expect(await page.getByRole('button', { name: 'Favorite' }).count()).toBe(0);
    expect(await page.getByRole('textbox', { name: 'Add a tag' }).count()).toBe(0);
    await expectNoViolations(page);
    await viewer(page).getByRole('button', { name: 'Restore' }).click();
    await viewer(page).waitFor({ state: 'detached' });
    await visit.open('/');
    await tile(page, 'thrown away').waitFor();
  });
});

describe('details', () => {
  it('shows the recipe, copies it, and takes tags, stars and a favorite', async () => {
    const visit = await gallery.visit();
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const [item] = await postPictures(visit, 1);
    const { page } = visit;
    await visit.open(`/?view=${item?.id}`);
    const panel = page.getByRole('region', { name: 'Details' });
    await panel.getByText('sdxl base').waitFor();
    await panel.getByText('ink: 0.8').waitFor();
    await panel.getByRole('button', { name: 'Copy all' }).click();
    await panel.getByText('Copied.').first().waitFor({ state: 'attached' });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'picture 1 <lora:ink:0.8>\nNegative prompt: blurry\nSteps: 30, Sampler: euler, Schedule type: karras, CFG scale: 6.5, Seed: 0, Size: 96x64, Model: sdxl base',
    );

    await panel.getByRole('textbox', { name: 'Add a tag' }).fill('final, 풍경');
    await page.keyboard.press('Enter');
    await panel.getByRole('row', { name: '풍경' }).waitFor();
    await panel.getByRole('radio', { name: '4 stars' }).click();
    await page.getByRole('button', { name: 'Favorite' }).click();
    await expect
      .poll(async () => {
        const { meta } = await (await visit.context.request.get(`/api/v1/images/${item?.id}`)).json();
        return { tags: meta.tags, rating: meta.rating, favorite: meta.favorite };
      })
      .toEqual({ tags: ['final', '풍경'], rating: 4, favorite: true });
    await expectNoViolations(page);
  });

  it('is a sheet under the picture on a phone, in Korean', async () => {
    const visit = await gallery.visit({ size: 'phone', locale: 'ko-KR', colorScheme: 'dark' });
    await postPictures(visit, 2);
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'picture 1').tap();
    await page.getByRole('button', { name: '상세 정보' }).tap();
    const panel = page.getByRole('region', { name: '상세 정보' });
    await panel.getByText('sdxl base').waitFor();
    const box = await panel.boundingBox();
    expect(box?.y).toBeGreaterThan(844 * 0.35);
    await expectNoViolations(page);
  });

  it('leads to the pictures it was made with, and to the rest of its recipe', async () => {
    const visit = await gallery.visit();
    const [first, second] = await postPictures(visit, 2);
    const child = await visit.post({
      meta: { prompt: 'child', parents: [{ kind: 'generated', id: first?.id, role: 'init' }] },
    });
    const { page } = visit;
    await visit.open(`/?view=${child.id}`);
    const panel = page.getByRole('region', { name: 'Details' });
    await panel.getByRole('link', { name: 'picture 1' }).click();
    await announced(page, '2 of 3: picture 1');
    await panel.getByRole('link', { name: 'child' }).waitFor();
    await panel.getByRole('link', { name: 'All pictures of this recipe' }).click();
    await viewer(page).waitFor({ state: 'detached' });
    await page.getByRole('status').filter({ hasText: '1 picture' }).waitFor();
    expect(await tile(page, 'picture 2').count()).toBe(0);
    expect(second).toBeDefined();
  });

  it('compares two: what differs stands in a table', async () => {
    const visit = await gallery.visit();
    await visit.post({ meta: { ...RECIPE, prompt: 'a red cat', seed: '1' } });
    await visit.post({ meta: { ...RECIPE, prompt: 'a blue cat', seed: '2' } });
    const { page } = visit;
    await visit.open('/');
    await tile(page, 'a blue cat').click();
    await viewer(page).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Compare with the next picture' }).click();
    const table = page.getByRole('table');
    await table.getByRole('row', { name: 'Seed 2 1' }).waitFor();
    expect(await table.locator('mark').allTextContents()).toEqual(['blue', 'red', '2', '1']);
    await page.getByRole('button', { name: '8 equal values' }).click();
    await page.getByText('sdxl base').last().waitFor();
    await expectNoViolations(page);
    await page.keyboard.press('Escape');
    await table.waitFor({ state: 'detached' });
    await announced(page, '1 of 2: a blue cat');
  });
});
