import { expect, it } from 'vitest';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

/** Pages are in parts, which are fetched when they are first needed: some of them are not to be had. */
async function without({ page, allow }: Visit, part: RegExp): Promise<{ back(): Promise<void> }> {
  // what React and the browser say of it
  allow(/^(console|failed|uncaught): .*(assets|dynamically imported|net::ERR_|recreate this component)/s);
  await page.route(part, (route) => route.abort('connectionrefused'));
  return { back: () => page.unroute(part) };
}

it('says that a page could not be loaded, with the rest of the window as it was, and loads it on demand', async () => {
  const visit = await gallery.visit();
  const { page, open, post } = visit;
  await post();
  await open('/');
  await page.getByRole('option').waitFor();
  const part = await without(visit, /assets\/trash-page/);
  await page.getByRole('link', { name: 'Trash' }).click();
  await page.getByRole('heading', { name: 'This could not be shown.' }).waitFor();
  await page.getByRole('link', { name: 'Pictures' }).click();
  await page.getByRole('option').waitFor();
  await page.getByRole('link', { name: 'Trash' }).click();
  await part.back();
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Trash' }).waitFor();
});

it('keeps the gallery where something that lies over it could not be loaded', async () => {
  const visit = await gallery.visit();
  const { page, open, post } = visit;
  await post();
  await open('/');
  await page.getByRole('option').waitFor();
  await without(visit, /assets\/(viewer-window|tag-dialog)/);
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Enter');
  const told = page.getByRole('alertdialog').filter({ hasText: 'could not be loaded' });
  await told.waitFor();
  // nothing is open, and the address does not say so
  await expect.poll(() => new URL(page.url()).search).toBe('');
  await told.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar').getByRole('button', { name: 'Tag' }).click();
  await told.waitFor();
  expect(await page.getByRole('option').count()).toBe(1);
});
