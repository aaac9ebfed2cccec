// `node scripts/dev/screenshots.ts [--all] [--to DIR] [--only gallery,viewer]`: takes the pictures of docs/gallery.md from the
// demo, and writes their table there and into the README; with --all in every appearance, language and size.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import enAdmin from '../../web/src/i18n/en/admin.ts';
import en from '../../web/src/i18n/en/index.ts';
import jaAdmin from '../../web/src/i18n/ja/admin.ts';
import ja from '../../web/src/i18n/ja/index.ts';
import koAdmin from '../../web/src/i18n/ko/admin.ts';
import ko from '../../web/src/i18n/ko/index.ts';
import { ADMIN_TOKEN, type BenchServer, cookieFor } from './bench-server.ts';
import { launchChromium } from './chromium.ts';
import { DEMO_OWNER } from './demo-seed.ts';
import { startDemo } from './demo-server.ts';
import type { TourTexts } from './screenshot-acts.ts';
import { DOCUMENTS, EVERY_LOOK, fileOf, type Look, TOUR, withTable } from './screenshot-looks.ts';
import { type DemoFacts, SHOT_NAMES, type Shot, shotsOf } from './screenshot-pages.ts';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
/** Each of them stays below this, so that the repository stays small. Bytes. */
const MOST_BYTES = 80_000;
const SIZES = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
} as const satisfies Record<Look['size'], BrowserContextOptions>;
const LOCALES = { en: 'en-GB', ko: 'ko-KR', ja: 'ja-JP' } as const;
const TEXTS = { en: textsOf(en, enAdmin), ko: textsOf(ko, koAdmin), ja: textsOf(ja, jaAdmin) };
/** Somebody with some pictures whom the administrator looks at. */
const OWNER = 'mina';

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
  for (const look of values.all ? EVERY_LOOK : TOUR) await takeAll(look, values.to);
  if (values.to === IMAGES) await writeTables();
} finally {
  await browser.close();
  await server.stop();
}

async function writeTables(): Promise<void> {
  for (const { path, folder } of DOCUMENTS) {
    const document = fileURLToPath(new URL(`../../${path}`, import.meta.url));
    await writeFile(document, withTable(await readFile(document, 'utf8'), SHOT_NAMES, folder));
  }
}

function textsOf(texts: typeof en | typeof ko, admin: typeof enAdmin | typeof koAdmin): TourTexts {
  const { viewer, settings } = texts;
  return {
    menu: texts.common.menu,
    compareWith: viewer.compareWith,
    share: viewer.share,
    makeCode: settings.makeCode,
    previewPurge: admin.purge.preview,
    verify: admin.verify.action,
    cancelAll: texts.inputs.cancelAll,
  };
}

async function takeAll(look: Look, folder: string): Promise<void> {
  const contexts = { owner: await ownerOf(browser, server, look), stranger: await contextOf(browser, look) };
  try {
    for (const shot of shotsOf(await factsOf(contexts.owner))) {
      if (values.only !== undefined && !values.only.split(',').includes(shot.name)) continue;
      const bytes = await take(contexts[shot.as ?? 'owner'], shot, TEXTS[look.language]);
      const name = fileOf(shot.name, look);
      await writeFile(join(folder, name), bytes);
      say(`${name}  ${Math.round(bytes.length / 1000)} kB\n`);
    }
  } finally {
    for (const context of Object.values(contexts)) await context.close();
  }
}

function contextOf(from: Browser, look: Look): Promise<BrowserContext> {
  return from.newContext({
    ...SIZES[look.size],
    colorScheme: look.colorScheme,
    locale: LOCALES[look.language],
    reducedMotion: 'reduce',
    baseURL: server.url,
  });
}

/** A browser of the demo's owner, who is its administrator too. */
async function ownerOf(from: Browser, { url }: BenchServer, look: Look): Promise<BrowserContext> {
  const context = await contextOf(from, look);
  const [name = '', value = ''] = cookieFor(DEMO_OWNER).split('=');
  await context.addCookies([{ name, value, url }]);
  const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
  const begun = await context.request.post('/api/v1/admin/session', { headers });
  if (!begun.ok()) throw new Error(`no session: ${begun.status()}`);
  return context;
}

async function factsOf(context: BrowserContext): Promise<DemoFacts> {
  const read = async (path: string) => (await context.request.get(`/api/v1${path}`)).json();
  const list = (await read('/images?size=60')) as List;
  const others = (await read(`/admin/images?user_id=${OWNER}&include=active&size=1`)) as List;
  const { shares } = (await read('/shares')) as {
    shares: readonly { url: string; revoked: boolean; thumbnail_only: boolean }[];
  };
  return {
    favourite: list.items.find(({ meta }) => meta.favorite)?.id ?? '',
    twin: list.items.find(({ meta }, at) => isTwin(meta, list.items[at + 1]?.meta))?.id ?? '',
    shared: shares.find(({ revoked, thumbnail_only }) => !revoked && !thumbnail_only)?.url ?? '/s/none',
    ended: shares.find(({ revoked }) => revoked)?.url ?? '/s/none',
    owner: OWNER,
    ownersPicture: others.items[0]?.id ?? '',
  };
}

interface Meta {
  readonly favorite: boolean;
  readonly prompt: string | null;
  readonly cfg: number | null;
}

interface List {
  readonly items: readonly { readonly id: string; readonly meta: Meta }[];
}

/** Whether the same was asked for with other numbers. */
function isTwin(one: Meta, other: Meta | undefined): boolean {
  return one.prompt !== null && one.prompt === other?.prompt && one.cfg !== other.cfg;
}

async function take(context: BrowserContext, shot: Shot, texts: TourTexts): Promise<Buffer> {
  const page = await context.newPage();
  let png: Buffer;
  try {
    await page.goto(shot.path);
    await shown(page);
    await shot.prepare?.(page, texts);
    if (shot.undo === undefined) await shown(page);
    png = await page.screenshot();
    await shot.undo?.(page, texts);
  } finally {
    await page.close();
  }
  return packed(png);
}

/** Until what can be seen is there: a heading, no part that is busy or just coming, and every picture within the window. */
async function shown(page: Page): Promise<void> {
  await page.locator('h1, h2, [role=dialog]').first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => {
    const seen = [...document.images].filter((image) => {
      const { top, bottom, width } = image.getBoundingClientRect();
      return width > 0 && bottom > 0 && top < innerHeight;
    });
    const isStill = document.getAnimations().every((animation) => !(animation instanceof CSSTransition));
    const isThere = document.querySelector('[aria-busy=true], [data-entering]') === null;
    return isThere && isStill && seen.every((image) => image.complete);
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
