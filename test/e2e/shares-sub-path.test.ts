import { expect, it } from 'vitest';
import { pngPicture } from '../support/pictures.ts';
import { useGallery } from './support/gallery.ts';

const gallery = useGallery({ basePath: '/kiroku' });

it('shares, uploads and the way to the API work below a path', async () => {
  const visit = await gallery.visit();
  const { page, open, context } = visit;
  const { id } = await visit.post();
  await context.request.post(gallery.server.page('/api/v1/shares'), {
    data: { ids: [id], expires_in: 3_600, name: 'Below a path' },
  });
  await open('/shares');
  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Open' }).click();
  const shared = await opened;
  await shared.getByRole('heading', { level: 1, name: 'Below a path' }).waitFor();
  expect(new URL(shared.url()).pathname).toMatch(/^\/kiroku\/s\//);
  await shared.getByRole('button', { name: 'Picture 1' }).click();
  await shared.getByRole('dialog', { name: 'Picture viewer' }).waitFor();

  await open('/inputs');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add pictures', exact: true }).first().click();
  const buffer = await pngPicture({ seed: 1 });
  await (await chooser).setFiles([{ name: 'one.png', mimeType: 'image/png', buffer }]);
  await page.getByRole('option').waitFor();

  await open('/you');
  await page.getByRole('link', { name: 'How the API works' }).click();
  await page.waitForURL(gallery.server.page('/docs'));
});
