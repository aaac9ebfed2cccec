// The gallery in a real browser, with 100,000 pictures of one owner: how soon the first thumbnails are there, beside a static
// page of the same ones; whether scrolling strains the main thread, the document or the heap; and what the first visit loads.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { seededRandom } from '../../test/support/pictures.ts';
import { ensurePages } from '../lib/pages.mjs';
import { startHelper } from './bench-load.ts';
import { type Figure, median, report } from './bench-report.ts';
import { type BenchServer, cookieFor, firstAnswer, startBenchServer } from './bench-server.ts';
import {
  dragToTheEnd,
  heapBytes,
  noteAfresh,
  notePages,
  paintTimes,
  type Seen,
  type Strain,
  scrollForTenSeconds,
  strainOf,
  thumbnailsInView,
} from './bench-web-page.ts';
import { launchChromium } from './chromium.ts';
import { seedTree } from './seed-tree.ts';

const ROUNDS = 15;
const UNTIL = Date.parse('2026-11-01T00:00:00Z');
/** Elements of the whole document, however many pictures there are. */
const MOST_ELEMENTS = 2_500;
const MOST_HEAP_GROWTH = 20_000_000;
const MOST_TASK_MS = 100;

interface Library {
  readonly owner: string;
  readonly images: number;
  readonly days: number;
}

const folder = mkdtempSync(join(tmpdir(), 'kiroku-bench-web-'));
const tree = join(folder, 'tree');
try {
  if (!(await ensurePages(process.execPath))) throw new Error('the pages could not be built');
  const [many, few, oneDay] = await seed([
    { images: 100_000, days: 400 },
    { images: 1_000, days: 400 },
    { images: 100_000, days: 1 },
  ]);
  if (many === undefined || few === undefined || oneDay === undefined) throw new Error('nothing was seeded');
  const server = await startBenchServer(tree);
  const browser = await launchChromium();
  try {
    await firstAnswer(server, '/readyz');
    report([
      ...(await firstThumbnails(browser, server, many)),
      ...(await strains(browser, server, { many, few, oneDay })),
      ...(await firstLoad(browser, server, few)),
    ]);
  } finally {
    await browser.close();
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Each in the same tree, each of an owner of its own. */
async function seed(wanted: readonly { images: number; days: number }[]): Promise<Library[]> {
  const libraries: Library[] = [];
  for (const [index, { images, days }] of wanted.entries()) {
    // owners are named by the random source, the first of each a guest
    const random = seededRandom(100 + index);
    const options = { out: tree, owners: 1, until: UNTIL, seed: 1, manifests: true, images, days, random };
    const [owner = ''] = await seedTree(options);
    libraries.push({ owner, images, days });
  }
  return libraries;
}

async function visitor(browser: Browser, { url }: BenchServer, owner: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const [name = '', value = ''] = cookieFor(owner).split('=');
  await context.addCookies([{ name, value, url }]);
  // put away, as everybody does: it comes later than the pictures, and moves some of them out of view
  await context.addInitScript((whose) => localStorage.setItem('kiroku.guest-notice-seen', whose), owner);
  return context;
}

/** Both pages in turn, each time in a browser that has seen nothing; then ours again, with what the first visit left. */
async function firstThumbnails(browser: Browser, server: BenchServer, { owner }: Library): Promise<Figure[]> {
  const seen = await seenBy(browser, server, owner);
  const page = join(folder, 'static.html');
  writeFileSync(page, staticPage(seen));
  const bare = await startHelper('bench-static-page.ts', [tree, page]);
  const cold: number[] = [];
  const warm: number[] = [];
  const first: number[] = [];
  const plain: number[] = [];
  try {
    for (let round = -1; round < ROUNDS; round += 1) {
      const theirs = await timesOf(
        await browser.newContext({ viewport: { width: 1440, height: 900 } }),
        bare.side.url,
        seen.length,
        1,
      );
      const ours = await timesOf(await visitor(browser, server, owner), server.url, seen.length, 2);
      // the first round warms the servers up
      if (round < 0) continue;
      plain.push(theirs[0]?.all ?? Number.NaN);
      cold.push(ours[0]?.all ?? Number.NaN);
      first.push(ours[0]?.first ?? Number.NaN);
      warm.push(ours[1]?.all ?? Number.NaN);
    }
  } finally {
    bare.process.kill();
  }
  const beside = `a static page of the same ${seen.length} thumbnails: ${Math.round(median(plain))} ms`;
  const ratio = (times: number[]) => median(times) / median(plain);
  return [
    { name: 'all thumbnails in view, first visit', value: ratio(cold), unit: 'x', atMost: 1.5, note: beside },
    { name: 'all thumbnails in view, later visit', value: ratio(warm), unit: 'x', note: beside },
    { name: 'all thumbnails in view, first visit', value: median(cold), unit: 'ms' },
    { name: 'first thumbnail, first visit', value: median(first), unit: 'ms' },
  ];
}

async function seenBy(browser: Browser, server: BenchServer, owner: string): Promise<Seen[]> {
  const context = await visitor(browser, server, owner);
  const page = await context.newPage();
  await page.goto(server.url);
  const seen = await thumbnailsInView(page);
  await context.close();
  return seen;
}

async function timesOf(context: BrowserContext, url: string, wanted: number, visits: number) {
  const times: { first: number; all: number }[] = [];
  for (let visit = 0; visit < visits; visit += 1) {
    const page = await context.newPage();
    await notePages(page, wanted);
    times.push(await paintTimes(page, url));
    await page.close();
  }
  await context.close();
  return times;
}

/** The same thumbnails in the same places, and nothing else. */
function staticPage(seen: readonly Seen[]): string {
  const images = seen.map(({ src, left, top, width, height }) => {
    const path = new URL(src).pathname.replace('/outputs/', '/');
    return `<img alt="" src="${path}" style="position:absolute;left:${left}px;top:${top}px;width:${width}px;height:${height}px">`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Static</title><body>${images.join('')}</body></html>`;
}

async function strains(
  browser: Browser,
  server: BenchServer,
  libraries: { readonly many: Library; readonly few: Library; readonly oneDay: Library },
): Promise<Figure[]> {
  const few = await strain(browser, server, libraries.few);
  const many = await strain(browser, server, libraries.many);
  const oneDay = await strain(browser, server, libraries.oneDay);
  const task = (name: string, { longestTask, longTasks }: Strain): Figure => ({
    name: `longest task while scrolling, ${name}`,
    value: longestTask,
    unit: 'ms',
    atMost: MOST_TASK_MS,
    note: `${longTasks} tasks above 100 ms`,
  });
  const elements = (name: string, value: number): Figure => ({
    name: `elements at most, ${name}`,
    value,
    unit: 'elements',
    atMost: MOST_ELEMENTS,
  });
  return [
    task('100,000 pictures', many),
    task('100,000 pictures of one day', oneDay),
    elements('1,000 pictures', few.elements),
    elements('100,000 pictures', many.elements),
    elements('100,000 pictures of one day', oneDay.elements),
    {
      name: 'growth of the heap, 100,000 pictures',
      value: many.growth,
      unit: 'bytes',
      atMost: MOST_HEAP_GROWTH,
    },
    { name: 'growth of the heap, one day', value: oneDay.growth, unit: 'bytes', atMost: MOST_HEAP_GROWTH },
  ];
}

/** Ten seconds of scrolling, then to the far end in two, and back to the beginning at once. */
async function strain(
  browser: Browser,
  server: BenchServer,
  { owner }: Library,
): Promise<Strain & { readonly growth: number }> {
  const context = await visitor(browser, server, owner);
  const page = await context.newPage();
  await notePages(page, 1);
  await page.goto(server.url);
  await thumbnailsInView(page);
  const session = await context.newCDPSession(page);
  const before = await heapBytes(session);
  await noteAfresh(page);
  await scrollForTenSeconds(session);
  await dragToTheEnd(page);
  await thumbnailsInView(page);
  await toTheTop(page);
  const strained = await strainOf(page);
  const growth = (await heapBytes(session)) - before;
  await context.close();
  return { ...strained, growth };
}

async function toTheTop(page: Page): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  await thumbnailsInView(page);
}

/** What a first visit loads of the gallery itself, packed as a browser on https and one without brotli get it. */
async function firstLoad(browser: Browser, server: BenchServer, { owner }: Library): Promise<Figure[]> {
  const context = await visitor(browser, server, owner);
  const page = await context.newPage();
  const asked = new Set<string>();
  page.on('request', (request) => {
    if (/\.(?:js|css)$/.test(new URL(request.url()).pathname)) asked.add(request.url());
  });
  await page.goto(server.url);
  await thumbnailsInView(page);
  await context.close();
  const sum = async (coding: string) => {
    let bytes = 0;
    for (const url of asked) {
      const answer = await fetch(url, { method: 'HEAD', headers: { 'Accept-Encoding': coding } });
      bytes += Number(answer.headers.get('content-length'));
    }
    return bytes;
  };
  const note = `${asked.size} files of scripts and styles`;
  return [
    { name: 'first load, brotli', value: await sum('br'), unit: 'bytes', atMost: 250_000, note },
    { name: 'first load, gzip', value: await sum('gzip'), unit: 'bytes', note },
  ];
}
