import type { BrowserContext } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

async function countOf({ context }: Visit, status: 'active' | 'trash'): Promise<number> {
  const answer = await context.request.get(`/api/v1/images?status=${status}`);
  return ((await answer.json()) as { total: number }).total;
}

/** Keeps changes of many pictures on their way until they are let go. */
async function holdBulk(context: BrowserContext): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await context.route('**/api/v1/images/bulk', async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

async function throwAway(visit: Visit, count: number): Promise<void> {
  const items = await visit.postMany(count, (index) => ({ meta: { prompt: `picture ${index}` } }));
  for (const { id } of items) await visit.pipeline.trash(id);
}

describe('trash', () => {
  it('is empty at first, and says what it is for', async () => {
    const { page, open } = await gallery.visit({ size: 'phone' });
    await open('/trash');
    await page.getByRole('heading', { name: 'The trash is empty' }).waitFor();
    await expectNoViolations(page);
  });

  it('tells what it holds and when each picture goes; what is restored is back', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await throwAway(visit, 3);
    await open('/trash');
    await page.getByText(/^3 pictures, .* They do not count towards your space\.$/).waitFor();
    await page.getByText(/stays here for 30 days.*The first goes in 30 days\./).waitFor();
    const tile = page.getByRole('option', { name: /picture 1.*goes in 30 days/ });
    await tile.waitFor();
    await expectNoViolations(page);

    await page.getByRole('listbox').focus();
    await page.keyboard.press('Control+A');
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('heading', { name: 'The trash is empty' }).waitFor();
    await expect.poll(() => countOf(visit, 'active')).toBe(3);
    await page.getByText('0 pictures').waitFor();

    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('option').nth(2).waitFor();
    await expect.poll(() => countOf(visit, 'trash')).toBe(3);
  });

  it('says all of when it goes on the narrowest picture too', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    for (const { id } of await visit.postMany(6, () => ({ width: 40, height: 96 })))
      await visit.pipeline.trash(id);
    await visit.open('/trash');
    const notes = visit.page.getByText('goes in 30 days', { exact: true });
    await expect.poll(() => notes.count()).toBe(6);
    const cut = (note: Element) => {
      const [tile, text] = [note.parentElement, document.createRange()];
      text.selectNodeContents(note);
      const [outer, inner, own] = [tile, text, note].map((each) => each?.getBoundingClientRect());
      if (outer === undefined || inner === undefined || own === undefined) return true;
      const isWithin = (part: DOMRect, whole: DOMRect) =>
        part.left >= whole.left && part.right <= whole.right && part.top >= whole.top;
      return !isWithin(inner, own) || !isWithin(own, outer);
    };
    for (const note of await notes.all()) expect(await note.evaluate(cut)).toBe(false);
  });

  it('says how far it is with many, and stops; undo gives back what was done until then', async () => {
    const visit = await gallery.visit();
    const { page, open, context } = visit;
    await visit.postMany(130);
    const letGo = await holdBulk(context);
    await open('/');
    await page.getByText('130 pictures').first().waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Control+A');
    await page.getByText('130 selected').first().waitFor();
    await page.keyboard.press('Delete');
    const message = page.getByRole('alertdialog', { name: 'Working on 130 pictures…' });
    await message.getByRole('progressbar', { name: 'Progress' }).waitFor();
    await message.getByText('0 of 130').waitFor();
    await expectNoViolations(page);
    await message.getByRole('button', { name: 'Stop' }).click();
    letGo();
    await page.getByText('100 pictures moved to the trash.').waitFor();
    await message.waitFor({ state: 'detached' });
    await page.getByText('30 pictures', { exact: true }).first().waitFor();
    expect(await countOf(visit, 'trash')).toBe(100);

    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('130 pictures', { exact: true }).first().waitFor();
    await page.getByText('100 pictures restored.').waitFor();
    expect(await countOf(visit, 'active')).toBe(130);
  });

  it('shows the inputs that were thrown away apart, under an address of their own', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await throwAway(visit, 1);
    await open('/trash');
    await page.getByRole('option').waitFor();
    await page.getByRole('button', { name: 'Generated Show' }).click();
    await page.getByRole('option', { name: 'Inputs' }).click();
    await page.getByRole('heading', { name: 'The trash is empty' }).waitFor();
    expect(new URL(page.url()).search).toBe('?of=inputs');
    await page.goBack();
    await page.getByRole('option').waitFor();
  });
});
