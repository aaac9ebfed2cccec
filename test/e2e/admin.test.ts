import { describe, expect, it } from 'vitest';
import { allowUnknown, enterToken, openAsAdmin } from './support/admin.ts';
import { expectNoViolations } from './support/axe.ts';
import { type Size, useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();

async function trashAll({ pipeline, postMany }: Visit, count: number): Promise<void> {
  for (const { id } of await postMany(count)) await pipeline.trash(id);
}

describe('administration', () => {
  it('asks for the token, at the address that was wanted, and says when it is wrong', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    const { page, open } = visit;
    allowUnknown(visit);
    visit.allow(/answered 401: POST .*\/api\/v1\/admin\/session$/);
    await open('/admin/jobs');
    await page.getByRole('heading', { name: 'Administration' }).waitFor();
    await enterToken(visit, 'not-the-token');
    await page.getByText('This is not the admin token.').waitFor();
    await expectNoViolations(page);
    await enterToken(visit);
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Admin token').waitFor();
    await page.reload();
    await page.getByLabel('Admin token').waitFor();
  });

  it('asks again where one was when the session has ended', async () => {
    const visit = await gallery.visit();
    const { page, context } = visit;
    await openAsAdmin(visit, '/admin/storage');
    await page.getByRole('heading', { name: 'Storage' }).waitFor();
    visit.allow(/answered 401: GET .*\/api\/v1\/admin\//);
    await context.clearCookies();
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByText('Your session has ended.').waitFor();
    await enterToken(visit);
    await page.getByRole('heading', { name: 'Audit log' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/admin/audit');
  });

  it('sorts and finds users, in the address too; a row leads to its user', async () => {
    const visit = await gallery.visit();
    const { page } = visit;
    const { server } = gallery;
    await server.post('zeta');
    await server.post('zeta');
    await server.post('alpha');
    await openAsAdmin(visit, '/admin');
    const rows = page.getByRole('row').filter({ has: page.getByRole('rowheader') });
    await page.getByRole('columnheader', { name: 'Name' }).click();
    await expect.poll(() => rows.first().textContent()).toMatch(/^alpha/);
    await page.getByRole('columnheader', { name: 'Name' }).click();
    await expect.poll(() => rows.first().textContent()).toMatch(/^zeta/);
    expect(new URL(page.url()).search).toBe('?sort=-name');
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('alp');
    await expect.poll(() => rows.count()).toBe(1);
    await expectNoViolations(page);
    await rows.first().click();
    await page.getByRole('heading', { name: 'alpha', level: 1 }).waitFor();
    await page.getByText('1 picture', { exact: true }).waitFor();
    await page.goBack();
    await expect.poll(() => rows.count()).toBe(1);
  });

  it('throws away and brings back what somebody has, with the numbers before it', async () => {
    const visit = await gallery.visit();
    const { page, owner } = visit;
    await visit.postMany(2, (index) => ({ meta: { prompt: `mine ${index}` } }));
    await openAsAdmin(visit, `/admin/user?id=${owner}`);
    const grid = page.getByRole('grid', { name: 'Pictures' });
    await grid.getByRole('row', { name: 'mine 1' }).locator('label').click();
    await page.getByRole('button', { name: 'To the trash (1)' }).click();
    const asked = page.getByRole('dialog', { name: 'Into the trash?' });
    await asked.getByText(`1 picture of ${owner}`).waitFor();
    await expectNoViolations(page);
    await asked.getByRole('button', { name: 'Put into the trash' }).click();
    await grid.getByRole('row', { name: /^mine 1 .* In the trash$/ }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await grid.getByRole('row', { name: /^mine 1 .*\d$|^mine 1 .*M$/ }).waitFor();
    await grid.getByRole('row', { name: 'mine 0' }).click();
    await page.getByRole('dialog', { name: 'Picture' }).getByRole('img', { name: 'mine 0' }).waitFor();
    await expectNoViolations(page);
  });

  it('gives one user limits of his own, and takes them back', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    const { page, owner } = visit;
    await visit.post();
    await openAsAdmin(visit, `/admin/user?id=${owner}`);
    await page.getByRole('textbox', { name: 'Pictures' }).fill('many');
    await page.getByText('This is not an amount.').waitFor();
    await page.getByRole('textbox', { name: 'Pictures' }).fill('4');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('meter', { name: 'Pictures' }).waitFor();
    await page.getByText('1 of 4').waitFor();
    await expectNoViolations(page);
    await page.getByRole('button', { name: 'As for everybody', exact: true }).click();
    await page.getByText('The same as for everybody.').waitFor();
  });

  it('gives everything of one user to another, after a look at what that is', async () => {
    const visit = await gallery.visit();
    const { page, owner } = visit;
    await visit.postMany(2);
    await openAsAdmin(visit, `/admin/user?id=${owner}`);
    await page.getByRole('textbox', { name: 'New user' }).fill('new-home');
    await page.getByRole('button', { name: 'Show what it would be' }).last().click();
    const asked = page.getByRole('dialog', { name: 'Give everything away?' });
    await asked.getByText(`2 pictures of ${owner} go to new-home.`).waitFor();
    await expectNoViolations(page);
    await asked.getByRole('button', { name: 'Give away' }).click();
    await page.getByText(/^2 pictures \(.*\) were given to/).waitFor();
    await page.getByRole('link', { name: 'new-home' }).click();
    await page.getByRole('heading', { name: 'new-home', level: 1 }).waitFor();
    await page.getByText('2 pictures', { exact: true }).waitFor();
  });

  it('saves the quota report as CSV', async () => {
    const visit = await gallery.visit();
    const { page } = visit;
    await visit.post();
    await openAsAdmin(visit, '/admin/quotas');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save as CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('quota-report.csv');
  });

  it('empties a trash only after it said what that would be, and writes it down', async () => {
    const visit = await gallery.visit();
    const { page, owner } = visit;
    await trashAll(visit, 12);
    await openAsAdmin(visit, `/admin/user?id=${owner}`);
    await page.getByRole('button', { name: /^What has been there/ }).click();
    await page.getByRole('option', { name: 'Everything in the trash now' }).click();
    await page.getByRole('button', { name: 'Show what it would be' }).first().click();
    // what was thrown away this very moment is not yet due
    const remove = page.getByRole('button', { name: 'Remove 12 pictures…' });
    await expect
      .poll(async () => {
        const again = page.getByRole('button', { name: 'Look again' });
        await again.click();
        return remove.isVisible();
      })
      .toBe(true);
    await remove.click();
    const asked = page.getByRole('dialog', { name: 'Remove for good?' });
    await asked.getByText(new RegExp(`^12 pictures \\(.*\\) of ${owner} will be removed`)).waitFor();
    const go = asked.getByRole('button', { name: 'Remove 12 pictures' });
    // thrown away while the administrator looks at it: nobody said that this goes
    await trashAll(visit, 1);
    // nearly all that one user has: the server objects
    await expectNoViolations(page);
    expect(await go.isDisabled()).toBe(true);
    await asked.getByText('I have looked at this').click();
    await go.click();
    await page.getByText(/^12 pictures \(.*\) were removed\.$/).waitFor();
    await page.getByRole('link', { name: 'Audit log' }).last().click();
    await page.getByRole('row', { name: /emptied the trash/ }).waitFor();
  });

  it('runs a job, and shows that it has', async () => {
    const visit = await gallery.visit();
    const { page } = visit;
    await openAsAdmin(visit, '/admin/jobs');
    await page.getByRole('button', { name: 'Run now: reconcile-full' }).click();
    await page.getByText('reconcile-full has run.').waitFor();
    await page.getByRole('button', { name: 'Run now: purge-trash' }).click();
    const asked = page.getByRole('dialog', { name: 'Run purge-trash now?' });
    await asked.getByText('This is what it would remove now.').waitFor();
    await expectNoViolations(page);
    await asked.getByRole('button', { name: 'Run now' }).click();
    await page
      .getByRole('table', { name: 'Last runs' })
      .getByRole('row', { name: /purge-trash done/ })
      .waitFor();
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('row', { name: /ran a job.*purge-trash/ }).waitFor();
  });

  it('removes nothing by a job that could not say first what it would be', async () => {
    const visit = await gallery.visit();
    const { page } = visit;
    visit.allow(/net::ERR_FAILED/);
    const preview = '**/jobs/purge-trash/run?dry_run=true';
    await page.route(preview, (route) => route.abort());
    await openAsAdmin(visit, '/admin/jobs');
    await page.getByRole('button', { name: 'Run now: purge-trash' }).click();
    const asked = page.getByRole('dialog', { name: 'Run purge-trash now?' });
    await asked.getByRole('alert').waitFor();
    const go = asked.getByRole('button', { name: 'Run now' });
    expect(await go.isDisabled()).toBe(true);
    await page.unroute(preview);
    await asked.getByRole('button', { name: 'Try again' }).click();
    await asked.getByText('This is what it would remove now.').waitFor();
    expect(await go.isDisabled()).toBe(false);
  });

  it('looks for damage, and tells what would be brought into agreement before it does', async () => {
    const visit = await gallery.visit();
    const { page } = visit;
    await visit.post();
    await openAsAdmin(visit, '/admin/maintenance');
    await page.getByRole('textbox', { name: 'User' }).fill(visit.owner);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByText('Nothing is damaged.').waitFor();
    await page.getByRole('button', { name: 'Only say what would be done' }).click();
    await page.getByText('Everything agrees.').waitFor();
    await page.getByRole('button', { name: 'Do it' }).click();
    const asked = page.getByRole('dialog', { name: 'Bring into agreement?' });
    await asked.getByText('The trial said: 0 adopted, 0 corrected.').waitFor();
    await expectNoViolations(page);
    await asked.getByRole('button', { name: 'Do it' }).click();
    await page.getByRole('heading', { name: 'Result', exact: true }).last().waitFor();
  });

  it.each<Size>(['phone', 'desk'])('is open to everybody on every page (%s)', async (size) => {
    const visit = await gallery.visit({ size, colorScheme: size === 'phone' ? 'dark' : 'light' });
    const { page, owner } = visit;
    const { id } = await visit.post();
    await openAsAdmin(visit, '/admin/users');
    const pages = [
      ['/admin/users', 'Users'],
      [`/admin/user?id=${owner}`, owner],
      ['/admin/recent', 'Newest'],
      ['/admin/trash', 'Empty the trash'],
      ['/admin/quotas', 'Quotas'],
      ['/admin/jobs', 'Jobs'],
      ['/admin/maintenance', 'Maintenance'],
      ['/admin/storage', 'Storage'],
      ['/admin/audit', 'Audit log'],
      [`/admin/why?id=${id}`, 'Why is a picture as it is?'],
    ] as const;
    for (const [address, title] of pages) {
      await visit.open(address);
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
      await expectNoViolations(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide, `${address} scrolls sideways`).toBeLessThanOrEqual(0);
    }
  });
});
