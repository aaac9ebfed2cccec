import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { expectNoViolations } from './support/axe.ts';
import { SIZES, type Size, useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery();
const PAGES = ['/', '/inputs', '/shares', '/trash', '/you', '/admin'] as const;

/** Appearance and language have one menu. */
async function choose({ page }: Visit, button: RegExp, item: string): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('menuitemradio', { name: item }).click();
}

function ground({ page }: Visit): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

describe.each(Object.keys(SIZES) as Size[])('on a %s', (size) => {
  it.each(PAGES)('%s has no violation, light and dark, and fits the width', async (path) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, open, postMany, allow } = await gallery.visit({ size, colorScheme });
      // the way in asks whether there is a session already
      if (path === '/admin') allow(/answered 401: GET .*\/admin\/session$/);
      await postMany(4, (index) => ({ meta: { prompt: `picture ${index}` } }));
      await open(path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await expectNoViolations(page);
      const [wide, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(wide).toBeLessThanOrEqual(shown ?? 0);
    }
  });
});

describe('languages', () => {
  it.each([
    ['ko-KR', 'ko'],
    ['ja-JP', 'ja'],
    ['en-US', 'en'],
    ['de-DE', 'en'],
  ] as const)('a browser in %s begins in %s', async (locale, language) => {
    const { page, open } = await gallery.visit({ locale });
    await open('/');
    await page.locator(`html[lang=${language}]`).waitFor();
    // the language is set before anything is drawn
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectNoViolations(page);
  });

  it('are changed at once and for later visits', async () => {
    const visit = await gallery.visit({ locale: 'ko-KR' });
    const { page, open } = visit;
    await open('/trash');
    await page.locator('html[lang=ko]').waitFor();
    await choose(visit, /언어/, '日本語');
    await page.locator('html[lang=ja]').waitFor();
    await page.getByRole('heading', { level: 1, name: 'ゴミ箱' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'ゴミ箱' }).waitFor();
  });
});

describe('appearance', () => {
  it('follows the system until one is chosen, which is kept', async () => {
    const visit = await gallery.visit({ colorScheme: 'dark' });
    const { page, open } = visit;
    await open('/trash');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const dark = await ground(visit);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground(visit);
    expect(light).not.toBe(dark);
    await choose(visit, /Appearance/, 'Dark');
    expect(await ground(visit)).toBe(dark);
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await ground(visit)).toBe(dark);
  });
});

describe('the room for the scrollbar', () => {
  /** The same colour within what is opened and beside it, over the room that the page keeps. */
  async function expectNoStrip({ page }: Visit): Promise<void> {
    const { width } = SIZES.desk.viewport;
    const clip = { x: width - 30, y: 700, width: 30, height: 1 };
    // a veil is laid over colours by the browser, and by arithmetic beside the page: rounded each in its way
    await expect
      .poll(
        async () => {
          const { channels } = await sharp(await page.screenshot({ clip })).stats();
          return Math.max(...channels.map(({ min, max }) => max - min));
        },
        { timeout: 15_000 },
      )
      .toBeLessThan(3);
  }

  it.each(['light', 'dark'] as const)('does not stand out beside what is opened, %s', async (colorScheme) => {
    const visit = await gallery.visit({ colorScheme });
    const { page, open, postMany } = visit;
    const [item] = await postMany(2);
    await open('/');
    await page.getByRole('option').nth(1).waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Control+A');
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('dialog', { name: 'Share 2 pictures' }).waitFor();
    await expectNoStrip(visit);
    await open(`/?view=${item?.id}`);
    const viewer = page.getByRole('dialog', { name: 'Picture' });
    await viewer.getByRole('button', { name: 'Details' }).waitFor();
    await expectNoStrip(visit);
    // open or not, as it was left
    await page.keyboard.press('i');
    await expectNoStrip(visit);
  });
});

describe('the keyboard', () => {
  it('reaches the content past the bar, on every page', async () => {
    const { page, open } = await gallery.visit();
    await open('/trash');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to content' }).press('Enter');
    await page.locator('main:focus').waitFor();
    expect(new URL(page.url()).pathname).toBe('/trash');
  });
});

describe('as an installed app', () => {
  it('has all that a browser wants for it', async () => {
    const { page, open, context } = await gallery.visit();
    await open('/');
    const session = await context.newCDPSession(page);
    const manifest = await session.send('Page.getAppManifest');
    expect(manifest.errors).toEqual([]);
    expect(manifest.url).toBe(gallery.server.page('/manifest.webmanifest'));
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors).toEqual([]);
    const { icons, start_url, scope } = JSON.parse(manifest.data ?? '{}');
    expect([start_url, scope]).toEqual(['./', './']);
    for (const { src, sizes } of icons) {
      const size = await page.evaluate(async (address) => {
        const image = new Image();
        image.src = new URL(address, document.baseURI).href;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, src);
      if (sizes !== 'any') expect(size).toBe(sizes);
    }
  });
});
