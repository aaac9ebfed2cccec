import { expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { useGallery } from './support/gallery.ts';

/** A proxy in front proves who is signed in: here the test's own browser plays it. */
const HEADER = 'x-forwarded-user';
const gallery = useGallery({
  env: { AUTH: 'proxy', AUTH_HEADER: HEADER, TRUST_PROXY: '127.0.0.1' },
});

it('gives a member what the same browser stored before', async () => {
  const visit = await gallery.visit();
  const { page, open, context } = visit;
  await visit.postMany(2);
  await context.setExtraHTTPHeaders({ [HEADER]: 'anna' });
  await open('/you');
  await page.getByText('You are signed in as').getByText('anna').waitFor();
  await page.getByText('This browser stored 2 pictures before you signed in.').waitFor();
  expect(await page.getByRole('heading', { name: 'Recovery code' }).count()).toBe(0);
  await expectNoViolations(page);
  await page.getByRole('button', { name: 'Make them mine' }).click();
  await page.getByText('2 pictures are yours now.').waitFor();
  await page.getByRole('button', { name: 'Make them mine' }).waitFor({ state: 'detached' });
  await page.getByRole('row', { name: 'Generated 2' }).waitFor();
});
