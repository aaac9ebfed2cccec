import type { Item, Page } from '../api/types.ts';
import { BASE_PATH } from '../base-path.ts';
import { createDayOf } from '../grid/day-of.ts';
import { type Cover, coverWith } from './cover.ts';
import { firstBoxes } from './first-boxes.ts';

/**
 * Shows the newest pictures before the gallery itself has begun: these few kilobytes ask for them at once and put them where
 * the grid will, while the rest is still being fetched. Whatever goes wrong here, the gallery begins all the same.
 */
const FIRST_PAGE = 100;
/** So long the gallery waits for them, ms. */
const PATIENCE = 400;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const script = document.querySelector<HTMLScriptElement>('script[data-gallery]');
const gallery = new URL(script?.dataset['gallery'] ?? '', document.baseURI).href;

/** Only where the grid is the first thing to see. */
function isWholeGallery(): boolean {
  return location.pathname === `${BASE_PATH}/` && location.search === '' && history.state === null;
}

/**
 * The only call until it is answered, as the first answer brings a stranger's identity: the gallery does not begin before, and
 * when it does not wait any longer, the call is given up.
 */
async function newest(signal: AbortSignal): Promise<readonly Item[]> {
  const query = new URLSearchParams({ tz: ZONE, size: String(FIRST_PAGE) });
  const answer = await fetch(`${BASE_PATH}/api/v1/images?${query}`, { credentials: 'same-origin', signal });
  if (!answer.ok) return [];
  // the call is one of the gallery's, which are typed by the server's routes
  return ((await answer.json()) as Page).items;
}

/** Nothing is measured before the page has its styles. */
function styled(): Promise<unknown> {
  const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')];
  const waiting = sheets.filter(({ sheet }) => sheet === null);
  return Promise.all(waiting.map((link) => new Promise((resolve) => link.addEventListener('load', resolve))));
}

async function coverAll(signal: AbortSignal): Promise<Cover> {
  const [items] = await Promise.all([newest(signal), styled()]);
  return coverWith((width, height) => firstBoxes(items, createDayOf(ZONE), width, height));
}

async function begin(): Promise<void> {
  if (!isWholeGallery()) {
    await import(/* @vite-ignore */ gallery);
    return;
  }
  const patience = new AbortController();
  const given = setTimeout(() => patience.abort(), PATIENCE);
  const cover = await coverAll(patience.signal).catch(() => undefined);
  await Promise.race([
    cover?.shown,
    new Promise((resolve) => patience.signal.addEventListener('abort', resolve)),
  ]);
  clearTimeout(given);
  await import(/* @vite-ignore */ gallery);
  cover?.liftWhenCovered();
}

void begin();
