// `node scripts/dev/screenshots.ts [--all] [--to DIR] [--only gallery,viewer]`: takes the pictures of docs/gallery.md from the
// demo; with --all in every appearance, language and size.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { ADMIN_TOKEN, type BenchServer, cookieFor } from './bench-server.ts';
import { launchChromium } from './chromium.ts';
import { DEMO_OWNER } from './demo-seed.ts';
import { startDemo } from './demo-server.ts';
import { type DemoFacts, type Shot, shotsOf } from './screenshot-pages.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
/** Each of them stays below this, so that the repository stays small. Bytes. */
const MOST_BYTES = 100_000;
const SIZES = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>;
const LOCALES = { en: 'en-GB', ko: 'ko-KR', ja: 'ja-JP' } as const;

interface Look {
  readonly size: keyof typeof SIZES;
  readonly colorScheme: 'light' | 'dark';
  readonly language: keyof typeof LOCALES;
}

/** Each appearance, language and size twice. */
const TOUR: readonly Look[] = [
  { size: 'desk', colorScheme: 'light', language: 'en' },
  { size: 'desk', colorScheme: 'dark', language: 'ko' },
  { size: 'phone', colorScheme: 'light', language: 'ko' },
  { size: 'phone', colorScheme: 'dark', language: 'en' },
];

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    to: { type: 'string', default: IMAGES },
    out: { type: 'string', default: 'outputs-demo' },
    only: { type: 'string' },
  },
});

const say = (text: string) => process.stderr.write(text);
const server = await startDemo({ out: values.out, pictures: 260, fresh: false, say });
const browser = await launchChromium();
try {
  await mkdir(values.to, { recursive: true });
  for (const look of values.all ? everyLook() : TOUR) await takeAll(look, values.to);
} finally {
  await browser.close();
  await server.stop();
}

function everyLook(): Look[] {
  return (['desk', 'phone'] as const).flatMap((size) =>
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      (['en', 'ko', 'ja'] as const).map((language) => ({ size, colorScheme, language })),
    ),
  );
}

async function takeAll(look: Look, folder: string): Promise<void> {
  const context = await contextOf(browser, server, look);
  try {
    for (const shot of shotsOf(await factsOf(context, server))) {
      if (values.only !== undefined && !values.only.split(',').includes(shot.name)) continue;
      const name = `${shot.name}-${look.size}-${look.colorScheme}-${look.language}.webp`;
      const bytes = await take(context, shot);
      await writeFile(join(folder, name), bytes);
      say(`${name}  ${Math.round(bytes.length / 1000)} kB\n`);
    }
  } finally {
    await context.close();
  }
}

/** A browser of the demo's owner, who is its administrator too. */
async function contextOf(from: Browser, { url }: BenchServer, look: Look): Promise<BrowserContext> {
  const context = await from.newContext({
    ...SIZES[look.size],
    colorScheme: look.colorScheme,
    locale: LOCALES[look.language],
    reducedMotion: 'reduce',
    baseURL: url,
  });
  const [name = '', value = ''] = cookieFor(DEMO_OWNER).split('=');
  await context.addCookies([{ name, value, url }]);
  const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
  const begun = await context.request.post('/api/v1/admin/session', { headers });
  if (!begun.ok()) throw new Error(`no session: ${begun.status()}`);
  return context;
}

async function factsOf(context: BrowserContext, { url }: BenchServer): Promise<DemoFacts> {
  const list = (await (await context.request.get(`${url}/api/v1/images?size=60`)).json()) as {
    items: readonly { id: string; meta: { favorite: boolean } }[];
  };
  const { shares } = (await (await context.request.get(`${url}/api/v1/shares`)).json()) as {
    shares: readonly { url: string; revoked: boolean; thumbnail_only: boolean }[];
  };
  const shared = shares.find(({ revoked, thumbnail_only }) => !revoked && !thumbnail_only)?.url ?? '/s/none';
  return { ids: list.items.filter(({ meta }) => meta.favorite).map(({ id }) => id), shared, owner: 'mina' };
}

async function take(context: BrowserContext, shot: Shot): Promise<Buffer> {
  const page = await context.newPage();
  try {
    await page.goto(shot.path);
    await shown(page);
    await shot.prepare?.(page);
    await shown(page);
    return await packed(await page.screenshot());
  } finally {
    await page.close();
  }
}

/** Until what can be seen is there: a heading, no part that says it is busy, and every picture within the window. */
async function shown(page: Page): Promise<void> {
  await page.locator('h1, h2, [role=dialog]').first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => {
    const seen = [...document.images].filter((image) => {
      const { top, bottom, width } = image.getBoundingClientRect();
      return width > 0 && bottom > 0 && top < innerHeight;
    });
    return document.querySelector('[aria-busy=true]') === null && seen.every((image) => image.complete);
  });
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

async function packed(png: Buffer): Promise<Buffer> {
  for (let quality = 84; ; quality -= 8) {
    const bytes = await sharp(png).webp({ quality, effort: 6, smartSubsample: true }).toBuffer();
    if (bytes.length <= MOST_BYTES || quality < 30) return bytes;
  }
}
