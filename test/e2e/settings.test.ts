import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { SIZES, type Size, useGallery, type Visit } from './support/gallery.ts';
import { shiftsOf, watchShifts } from './support/layout-shifts.ts';

const gallery = useGallery({ env: { QUOTA_MAX_COUNT: '4' } });

async function makeCode({ page }: Visit): Promise<string> {
  await page.getByRole('button', { name: 'Make a recovery code' }).click();
  return (await page.getByText(/^KR1-/).textContent()) ?? '';
}

async function enterCode({ page, open }: Visit, code: string): Promise<void> {
  await open('/you');
  await page.getByRole('textbox', { name: 'Recovery code' }).fill(code);
  await page.getByRole('button', { name: 'Show my pictures here' }).click();
}

async function ownerOf({ context }: Visit): Promise<string> {
  return ((await (await context.request.get('/api/v1/me')).json()) as { owner: string }).owner;
}

async function totalOf({ context }: Visit): Promise<number> {
  return ((await (await context.request.get('/api/v1/images')).json()) as { total: number }).total;
}

describe('you', () => {
  it('tells how much there is of what there may be, and that it is nearly full', async () => {
    const visit = await gallery.visit();
    const { page, open, postMany, post } = visit;
    await post();
    await open('/you');
    await page.getByRole('meter', { name: 'Pictures' }).waitFor();
    await page.getByText('1 of 4').waitFor();
    await expectNoViolations(page);
    await postMany(3);
    await page.reload();
    await page.getByText('4 of 4').waitFor();
    await page.getByText('Your space is full').waitFor();
    await expectNoViolations(page);
  });

  it('brings the pictures of one browser into another by a code', async () => {
    const first = await gallery.visit();
    await first.post();
    await first.open('/you');
    const code = await makeCode(first);
    await first.page.getByText('This is shown only once.').waitFor();
    await expectNoViolations(first.page);

    const second = await gallery.visit({ size: 'phone' });
    second.allow(/answered 403: POST .*\/me\/recover/);
    await enterCode(second, 'KR1-0000-0000');
    await second.page.getByText('This code opens nothing.').waitFor();
    await expectNoViolations(second.page);
    await second.page.getByRole('textbox', { name: 'Recovery code' }).fill(code.toLowerCase());
    await second.page.getByRole('button', { name: 'Show my pictures here' }).click();
    await second.page.waitForURL(gallery.server.page('/'));
    expect(await ownerOf(second)).toBe(first.owner);
    expect(await totalOf(second)).toBe(1);
  });

  it('asks what becomes of pictures that the other browser has', async () => {
    const first = await gallery.visit();
    await first.post();
    await first.open('/you');
    const code = await makeCode(first);

    const second = await gallery.visit();
    await second.post();
    second.allow(/answered 409: POST .*\/me\/recover/);
    await enterCode(second, code);
    const asked = second.page.getByRole('dialog', { name: 'What about the pictures of this browser?' });
    await asked.waitFor();
    await expectNoViolations(second.page);
    await asked.getByRole('button', { name: 'Take them along' }).click();
    await second.page.waitForURL(gallery.server.page('/'));
    expect(await ownerOf(second)).toBe(first.owner);
    expect(await totalOf(first)).toBe(2);
  });

  it('tells every other tab, which then shows the pictures of the same owner', async () => {
    const first = await gallery.visit();
    await first.post({ meta: { prompt: 'from the other device' } });
    await first.open('/you');
    const code = await makeCode(first);

    const second = await gallery.visit();
    const other = await second.context.newPage();
    await other.goto(gallery.server.page('/?q=anything'));
    await other.getByRole('heading', { name: 'No pictures match.' }).waitFor();
    await enterCode(second, code);
    await other.getByRole('option', { name: /from the other device/ }).waitFor();
    expect(new URL(other.url()).search).toBe('');
  });

  it('makes a code invalid', async () => {
    const first = await gallery.visit();
    await first.post();
    await first.open('/you');
    const code = await makeCode(first);
    await first.page.getByRole('button', { name: 'Make the code invalid' }).click();
    const asked = first.page.getByRole('dialog', { name: 'Make your recovery code invalid?' });
    await asked.getByRole('button', { name: 'Make the code invalid' }).click();
    await first.page.getByText('The recovery code is invalid now.').waitFor();

    const second = await gallery.visit();
    second.allow(/answered 403: POST .*\/me\/recover/);
    await enterCode(second, code);
    await second.page.getByText('This code opens nothing.').waitFor();
    expect(await ownerOf(second)).toBe(second.owner);
  });

  it('reminds a guest of it above the pictures, until that is put away', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    const { page, open } = visit;
    await visit.post();
    await open('/');
    const notice = page.getByText('Your pictures belong to this browser.');
    await notice.waitFor();
    await page.getByRole('button', { name: 'Do not show this again' }).click();
    await notice.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('option').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it.each(Object.keys(SIZES) as Size[])('moves nothing on a %s when it appears', async (size) => {
    const visit = await gallery.visit({ size });
    const { page, open, postMany } = visit;
    await postMany(3);
    await watchShifts(page);
    await open('/');
    await page.getByRole('option').nth(2).locator('img').waitFor();
    await page.getByText('Your pictures belong to this browser.').waitFor();
    expect(await shiftsOf(page)).toEqual([]);
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'Do not show this again' }).click();
    await page.getByText('Your pictures belong to this browser.').waitFor({ state: 'detached' });
    expect(await shiftsOf(page)).toEqual([]);
  });

  it('offers no code before there is anything to recover', async () => {
    const { page, open } = await gallery.visit({ known: false });
    await open('/you');
    await page.getByText('You can make one as soon as you have a picture.').waitFor();
    await expectNoViolations(page);
  });

  it('tells who touched the pictures', async () => {
    const visit = await gallery.visit();
    await visit.post();
    await visit.open('/you');
    await visit.page.getByText('Nobody but you has touched').waitFor();
    await makeCode(visit);
    await visit.page.reload();
    await visit.page.getByRole('cell', { name: 'made a recovery code' }).waitFor();
    await expectNoViolations(visit.page);
  });

  it('changes language and appearance, also in the bar', async () => {
    const { page, open } = await gallery.visit();
    await open('/you');
    await page.getByRole('button', { name: 'English Language' }).click();
    await page.getByRole('option', { name: '한국어' }).click();
    await page.getByRole('heading', { level: 1, name: '나' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('ko');
    expect(await page.title()).toBe('나 · Kiroku');
    await page.getByRole('button', { name: '시스템 설정 화면 모드' }).click();
    await page.getByRole('option', { name: '어둡게' }).click();
    await expect.poll(() => page.getAttribute('html', 'data-theme')).toBe('dark');
    await expectNoViolations(page);
  });
});
