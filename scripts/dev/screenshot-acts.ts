import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { paintScene } from './demo-scenes.ts';

/** What is done on a page before its picture is taken, in any of the languages. */

/** Names of what is pressed, as the pages say them. */
export interface TourTexts {
  readonly menu: string;
  readonly compareWith: string;
  readonly share: string;
  readonly makeCode: string;
  readonly previewPurge: string;
  readonly verify: string;
  readonly cancelAll: string;
}

/** As somebody does with a mouse and the Ctrl key held. */
export async function pickThree(page: Page): Promise<void> {
  const tiles = page.getByRole('option');
  for (const place of [0, 2, 3]) await tiles.nth(place).click({ modifiers: ['ControlOrMeta'] });
}

/** The open picture beside the next one. */
export async function compare(page: Page, { menu, compareWith }: TourTexts): Promise<void> {
  await chooseOf(page, menu, compareWith);
  await page.getByRole('table').waitFor();
}

/** A link for the open picture, before it is made. */
export async function share(page: Page, { menu, share: name }: TourTexts): Promise<void> {
  await chooseOf(page, menu, name);
  await page.getByRole('switch').first().waitFor();
  // on a phone React Aria holds a window back until the keyboard has come for its first field
  await page.locator('[data-rac][style*="opacity: 0"]').first().waitFor({ state: 'detached' });
}

/** Three kept, and the fourth on view. */
export async function cull(page: Page): Promise<void> {
  await page.getByRole('option').first().waitFor();
  await page.getByRole('listbox').focus();
  await page.keyboard.press('c');
  const seen = page.getByRole('dialog').locator('img[data-on-view]');
  for (let kept = 0; kept < 3; kept += 1) {
    const before = await seen.getAttribute('src');
    await page.keyboard.press('k');
    await page.locator(`img[data-on-view]:not([src="${before}"])`).waitFor();
  }
}

/** Two pictures on their way over a slow line, and one file that is none. */
export async function upload(page: Page): Promise<void> {
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  const limits = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 60_000 };
  await line.send('Network.emulateNetworkConditions', limits);
  const picture = async (name: string, scene: 'city' | 'sea', seed: number) => {
    const pixels = paintScene(scene, seed, 900, 600);
    const raw = { width: 900, height: 600, channels: 3 } as const;
    const buffer = await sharp(pixels, { raw }).png({ compressionLevel: 1 }).toBuffer();
    return { name, mimeType: 'image/png', buffer };
  };
  await page
    .locator('input[type=file]')
    .setInputFiles([
      await picture('harbour-at-night.png', 'city', 7),
      await picture('morning-sea.png', 'sea', 8),
      { name: 'notes.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 no picture') },
    ]);
  const first = page.locator('li [role=progressbar]').first();
  const sent = async () => Number(await first.getAttribute('aria-valuenow'));
  const most = Number(await first.getAttribute('aria-valuemax'));
  while ((await sent()) < most * 0.4) await delay(100);
}

/** So that nothing of it is stored: a page that is closed may let the rest of it go. */
export async function cancelUpload(page: Page, { cancelAll: name }: TourTexts): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  await button.click();
  await button.waitFor({ state: 'detached' });
}

export async function makeCode(page: Page, { makeCode: name }: TourTexts): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.locator('code').first().waitFor();
}

/** What a purge would remove now, of everybody. */
export async function previewPurge(page: Page, { previewPurge: name }: TourTexts): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('table').waitFor();
}

/** Everything read again. */
export async function verify(page: Page, { verify: name }: TourTexts): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.locator('[role=status] h3').waitFor();
}

async function chooseOf(page: Page, menu: string, name: string): Promise<void> {
  await page.getByRole('button', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
}
