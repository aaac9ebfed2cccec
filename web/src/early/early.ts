import { BASE_PATH } from '../base-path.ts';
import { dayOf } from '../grid/day-of.ts';
import { type Cover, coverWith } from './cover.ts';
import { firstBoxes } from './first-boxes.ts';
import { askForFirstPage } from './first-page.ts';

/** So long the gallery waits for them, ms. */
const PATIENCE = 400;
/** So long they are fetched alone, ms: on a fast way they are there by then, on a slow one it does not matter. */
const HEAD_START = 200;

/** What the gallery is made of, its own script last. */
const names = document.querySelector<HTMLElement>('script[data-gallery]')?.dataset['gallery'] ?? '';
const parts = names.split(' ').map((name) => new URL(name, document.baseURI).href);

/** Only where the grid is the first thing to see. */
function isWholeGallery(): boolean {
  return location.pathname === `${BASE_PATH}/` && location.search === '' && history.state === null;
}

function eventOf(target: EventTarget, ...names: readonly string[]): Promise<unknown> {
  return new Promise((resolve) => {
    for (const name of names) target.addEventListener(name, resolve, { once: true });
  });
}

/** Nothing is measured before the page has its styles. */
function styled(): Promise<unknown> {
  const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')];
  const waiting = sheets.filter(({ sheet }) => sheet === null);
  return Promise.all(waiting.map((link) => eventOf(link, 'load', 'error')));
}

/**
 * The only call until it is answered, as the first answer brings a stranger's identity: the gallery does not begin before, and
 * when it does not wait any longer, the call is given up.
 */
async function coverAll(signal: AbortSignal): Promise<Cover> {
  const asked = askForFirstPage(signal);
  const [page = { items: [], isLast: true }] = await Promise.all([asked, styled()]);
  return coverWith((width, height) => firstBoxes(page, dayOf, width, height));
}

/** Has the parts of the gallery fetched, behind the pictures and not compiled yet: those are not to wait for it. */
function fetchGallery(): void {
  for (const href of parts) {
    const link = document.createElement('link');
    Object.assign(link, {
      rel: 'preload',
      as: 'script',
      crossOrigin: 'anonymous',
      fetchPriority: 'low',
      href,
    });
    document.head.append(link);
  }
}

async function beginGallery(): Promise<void> {
  await import(/* @vite-ignore */ parts.at(-1) ?? '');
}

/**
 * Shows the newest pictures before the gallery itself has begun: these few kilobytes ask for them at once and put them where
 * the grid will, while the rest is still being fetched. Whatever goes wrong here, the gallery begins all the same.
 */
async function begin(): Promise<void> {
  const patience = new AbortController();
  const given = setTimeout(() => patience.abort(), PATIENCE);
  const cover = await (isWholeGallery() ? showFirst : fetchAll)(patience.signal);
  clearTimeout(given);
  await beginGallery();
  cover?.liftWhenCovered();
}

/** Resolves when the pictures are painted and the gallery is fetched behind them. */
async function showFirst(signal: AbortSignal): Promise<Cover | undefined> {
  const isOver = eventOf(signal, 'abort');
  const cover = await coverAll(signal).catch(() => undefined);
  const shown = Promise.race([cover?.shown, isOver]);
  await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, HEAD_START))]);
  fetchGallery();
  await shown;
  return cover;
}

/** Shows nothing: what the page has asked for without knowing of the place to come back to is kept for the grid. */
async function fetchAll(signal: AbortSignal): Promise<undefined> {
  fetchGallery();
  if (document.querySelector('link[as=fetch]') !== null) await askForFirstPage(signal).catch(() => undefined);
}

void begin();
