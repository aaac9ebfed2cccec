import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { SIZES, type Size, useGallery } from './support/gallery.ts';

/** Of the administration's texts, in each language. */
const TITLES = { en: 'Administration', ko: '관리', ja: '管理' } as const;

const gallery = useGallery();

describe.each(Object.keys(SIZES) as Size[])('a first visit on a %s', (size) => {
  it('gets an identity of its own, and nothing is written for it', async () => {
    const { page, open, context } = await gallery.visit({ size, known: false });
    await open('/');
    await page.getByRole('heading', { level: 2, name: 'No pictures yet' }).waitFor();
    const cookies = await context.cookies();
    expect(cookies).toMatchObject([{ name: 'anon_id', httpOnly: true, sameSite: 'Lax', path: '/' }]);
    await expectNoViolations(page);
    const owner = cookies[0]?.value.split('.')[0];
    const kept = await readdir(gallery.server.outputDir, { recursive: true });
    expect(kept.filter((path) => path.includes(owner ?? 'anon-'))).toEqual([]);
  });

  it('shows a picture that a pipeline stores, without being asked again', async () => {
    const { page, open, post } = await gallery.visit({ size });
    await open('/');
    await page.getByRole('heading', { level: 2, name: 'No pictures yet' }).waitFor();
    await post({ meta: { prompt: 'a red fox asleep' } });
    await page.getByRole('option', { name: /a red fox asleep/ }).waitFor();
    await expectNoViolations(page);
  });
});

it('fetches what administrators read with their pages alone, in the language that is chosen', async () => {
  const { page, open, allow } = await gallery.visit();
  allow(/^answered 401: GET .*\/admin\/session$/);
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await open('/');
  await page.getByRole('heading', { level: 2, name: 'No pictures yet' }).waitFor();
  expect(fetched.filter((path) => path.includes('/admin'))).toEqual([]);
  await open('/admin');
  await page.getByRole('heading', { level: 1, name: TITLES.en }).waitFor();
  const choices = page.getByRole('main').getByRole('button').first();
  for (const [name, language] of [
    ['한국어', 'ko'],
    ['日本語', 'ja'],
  ] as const) {
    await choices.click();
    await page.getByRole('menuitemradio', { name }).click();
    await page.getByRole('heading', { level: 1, name: TITLES[language] }).waitFor();
  }
  await page.reload();
  await page.getByRole('heading', { level: 1, name: TITLES.ja }).waitFor();
});
