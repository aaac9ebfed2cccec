import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

/** Answers of a link that was ended: what the test provokes. */
const ENDED = /answered 410: GET .*\/s\//;

interface Made {
  readonly url: string;
  readonly sid: string;
}

async function share(
  visit: Visit,
  ids: readonly string[],
  more: Record<string, unknown> = {},
): Promise<Made> {
  const answer = await visit.context.request.post('/api/v1/shares', {
    data: { ids, expires_in: 3 * 86_400, ...more },
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()) as Made;
}

async function postTwo(visit: Visit) {
  const items = await visit.postMany(2, (index) => ({ meta: { prompt: `a cat at window ${index}` } }));
  return items.map(({ id }) => id);
}

describe('shares', () => {
  it('says that nothing is shared yet, and where to begin', async () => {
    const { page, open } = await gallery.visit();
    await open('/shares');
    await page.getByRole('heading', { name: 'Nothing is shared' }).waitFor();
    await expectNoViolations(page);
  });

  it('lists a link; a second browser opens it, and no more once it is ended', async () => {
    const owner = await gallery.visit();
    const { url } = await share(owner, await postTwo(owner), { name: 'For Bert', show_prompt: true });

    const stranger = await gallery.visit({ known: false, size: 'phone' });
    await stranger.page.goto(url);
    await stranger.page.getByRole('heading', { level: 1, name: 'For Bert' }).waitFor();
    const tiles = stranger.page.getByRole('listitem').getByRole('button');
    expect(await tiles.count()).toBe(2);
    await tiles.first().getByRole('img', { name: 'a cat at window 0' }).waitFor();
    await expectNoViolations(stranger.page);
    expect((await stranger.context.cookies()).filter(({ name }) => name === 'anon_id')).toEqual([]);

    const { page } = owner;
    await owner.open('/shares');
    const row = page.getByRole('listitem').filter({ hasText: 'For Bert' });
    await row.getByText('opened once').waitFor();
    await row.getByText('ends in 3 days').waitFor();
    await expectNoViolations(page);
    await row.getByRole('button', { name: 'End the link' }).click();
    const asked = page.getByRole('dialog', { name: 'End this link?' });
    await expectNoViolations(page);
    await asked.getByRole('button', { name: 'End the link' }).click();
    await page.getByRole('heading', { name: 'Ended links' }).waitFor();
    await page.getByText('ended by you').waitFor();
    await page.getByRole('button', { name: 'End the link' }).waitFor({ state: 'detached' });

    stranger.allow(ENDED);
    await stranger.page.reload();
    await stranger.page.getByRole('heading', { level: 1, name: 'This link has ended' }).waitFor();
    await expectNoViolations(stranger.page);
  });

  it('asks for no picture that is gone, and shows that it is', async () => {
    const owner = await gallery.visit();
    const [first = '', second = ''] = await postTwo(owner);
    await share(owner, [first, second]);
    await owner.pipeline.trash(first);
    // an answer of 404 fails the test
    await owner.open('/shares');
    const row = owner.page.getByRole('listitem').filter({ hasText: '2 pictures' });
    await row.locator('img').waitFor();
    await row.locator('svg.lucide-image-off').waitFor();
    expect(await row.locator('img').getAttribute('src')).toContain(`/${second}/thumb`);
    await expectNoViolations(owner.page);
  });

  it('makes a link of what is selected, as it is chosen, and shows it for copying', async () => {
    const visit = await gallery.visit();
    const { page, open, context } = visit;
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await postTwo(visit);
    await open('/');
    await page.getByRole('option').nth(1).waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Control+A');
    await page.getByRole('button', { name: 'Share' }).click();
    const dialog = page.getByRole('dialog', { name: 'Share 2 pictures' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Two cats');
    await dialog.getByRole('button', { name: '7 days Ends by itself after' }).click();
    await page.getByRole('option', { name: '1 day' }).click();
    await dialog.getByText('Show the prompt').click();
    await expectNoViolations(page);
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue();
    expect(link).toMatch(new RegExp(`^${gallery.server.url}/s/`));
    await expectNoViolations(page);
    await dialog.getByRole('button', { name: 'Copy the link' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(link);

    const stranger = await gallery.visit({ known: false });
    await stranger.page.goto(link);
    await stranger.page.getByRole('heading', { level: 1, name: 'Two cats' }).waitFor();
    await stranger.page.getByRole('button', { name: 'a cat at window 1' }).waitFor();
  });

  it('tells of a link that there never was', async () => {
    const { page, open, allow } = await gallery.visit({ known: false });
    allow(/answered 404: GET .*\/s\/nothing/);
    await open('/s/nothing');
    await page.getByRole('heading', { level: 1, name: 'There is no such link' }).waitFor();
    await expectNoViolations(page);
  });

  it('shows one picture large, with its prompt and a download; Back and Escape come back', async () => {
    const visit = await gallery.visit();
    const ids = await postTwo(visit);
    const { url } = await share(visit, ids, { show_prompt: true });
    const { page } = visit;
    await page.goto(url);
    const second = page.getByRole('button', { name: 'a cat at window 1' });
    await second.click();
    const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
    await viewer.getByText('a cat at window 1').waitFor();
    await expectNoViolations(page);
    const download = viewer.getByRole('link', { name: 'Download' });
    expect(await download.getAttribute('href')).toBe(`${url}/${ids[1]}`);
    await page.keyboard.press('ArrowLeft');
    await viewer.getByText('a cat at window 0').waitFor();
    await page.goBack();
    await viewer.waitFor({ state: 'detached' });
    expect(await headingOf(page)).toBe('Shared pictures');
    await second.click();
    await viewer.waitFor();
    await page.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
    // the focus is where it was before, and the page is no entry of the history further
    await expect.poll(() => second.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it('gives small pictures only where the link was made so', async () => {
    const visit = await gallery.visit();
    const { url } = await share(visit, await postTwo(visit), { thumbnail_only: true });
    await visit.page.goto(url);
    await visit.page.getByRole('button', { name: 'Picture 1' }).click();
    const viewer = visit.page.getByRole('dialog', { name: 'Picture viewer' });
    await viewer.waitFor();
    expect(await viewer.getByRole('link', { name: 'Download' }).count()).toBe(0);
  });
});

function headingOf(page: Page): Promise<string | null> {
  return page.getByRole('heading', { level: 1 }).textContent();
}
