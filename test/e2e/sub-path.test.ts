import { expect, it } from 'vitest';
import { useGallery } from './support/gallery.ts';

const gallery = useGallery({ basePath: '/pictures/of-mine' });

it('works below a path, and asks for nothing above it', async () => {
  const { page, open, post, context } = await gallery.visit();
  const item = await post({ meta: { prompt: 'a boat' } });
  const asked: string[] = [];
  context.on('request', (request) => asked.push(new URL(request.url()).pathname));

  await open('/');
  const picture = page.getByRole('option', { name: /a boat/ });
  await picture.locator('img').waitFor();
  await page.getByRole('link', { name: 'Trash' }).click();
  await page.getByRole('heading', { level: 1, name: 'Trash' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/pictures/of-mine/trash');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Trash' }).waitFor();
  await page.goBack();
  await picture.waitFor();

  await open(`/?view=${item.id}`);
  await page.getByRole('dialog').waitFor();
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((path) => !path.startsWith('/pictures/of-mine/'))).toEqual([]);
  const cookies = await context.cookies();
  expect(cookies.map(({ path }) => path)).toEqual(['/pictures/of-mine']);
});

it('is installed with that path as its own', async () => {
  const { page, open, context } = await gallery.visit();
  await open('/');
  const session = await context.newCDPSession(page);
  const { url, errors } = await session.send('Page.getAppManifest');
  expect([url, errors]).toEqual([gallery.server.page('/manifest.webmanifest'), []]);
});
