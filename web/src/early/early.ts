import type { Page } from '../api/types.ts';
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

const script = document.querySelector<HTMLScriptElement>('script[data-gallery]');
const gallery = new URL(script?.dataset['gallery'] ?? '', document.baseURI).href;

/** Only where the grid is the first thing to see. */
function isWholeGallery(): boolean {
  return location.pathname === `${BASE_PATH}/` && location.search === '' && history.state === null;
}

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${BASE_PATH}/api/v1${path}`, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  // the same calls as those of the gallery, which are typed by the server's routes
  return (await answer.json()) as T;
}

async function firstPictures(): Promise<Cover | undefined> {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // brings the identity: two calls at once without one would be two guests
  await ask('/me');
  const { items } = await ask<Page>(`/images?${new URLSearchParams({ tz, size: String(FIRST_PAGE) })}`);
  return coverWith((width, height) => firstBoxes(items, createDayOf(tz), width, height));
}

async function begin(): Promise<void> {
  if (!isWholeGallery()) {
    await import(/* @vite-ignore */ gallery);
    return;
  }
  const pictures = firstPictures().catch(() => undefined);
  const patience = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE, undefined));
  await Promise.race([pictures.then((cover) => cover?.shown), patience]);
  await import(/* @vite-ignore */ gallery);
  const cover = await pictures;
  cover?.liftWhenCovered();
}

void begin();
