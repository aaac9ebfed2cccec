import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page, Route } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pngPicture } from '../support/pictures.ts';
import { expectNoViolations } from './support/axe.ts';
import { useGallery, type Visit } from './support/gallery.ts';

const gallery = useGallery({ env: { INPUTS_MAX_BYTES: '1MiB' } });

interface NamedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

async function picture(name: string, seed: number): Promise<NamedFile> {
  return { name, mimeType: 'image/png', buffer: await pngPicture({ width: 64, height: 48, seed }) };
}

const NO_PICTURE: NamedFile = {
  name: 'notes.txt',
  mimeType: 'text/plain',
  buffer: Buffer.from('no picture'),
};

/** By the button and the system's own picker. */
async function pick(page: Page, files: NamedFile[] | string[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add pictures', exact: true }).first().click();
  await (await chooser).setFiles(files);
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-e2e-files-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Files that somebody drags out of another window: the browser's own drag and drop, not events made by a script. */
async function dragged({ page, context }: Visit, files: readonly NamedFile[]) {
  const folder = await temporaryFolder();
  for (const { name, buffer } of files) await writeFile(join(folder, name), buffer);
  const session = await context.newCDPSession(page);
  const data = { items: [], files: files.map(({ name }) => join(folder, name)), dragOperationsMask: 1 };
  const send = async (type: 'dragEnter' | 'dragOver' | 'drop', target: Locator) => {
    const box = await target.boundingBox();
    if (box === null) throw new Error('there is nothing to drop on');
    await session.send('Input.dispatchDragEvent', { type, x: box.x + 4, y: box.y + 4, data });
  };
  return {
    async over(target: Locator) {
      await send('dragEnter', target);
      await send('dragOver', target);
    },
    drop: (target: Locator) => send('drop', target),
  };
}

/** What the browser hands over when files are pasted. */
function dataTransfer(page: Page, file: NamedFile) {
  return page.evaluateHandle(
    ({ name, mimeType, bytes }) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], name, { type: mimeType }));
      return data;
    },
    { name: file.name, mimeType: file.mimeType, bytes: [...file.buffer] },
  );
}

function uploads(page: Page): Locator {
  return page.getByRole('region', { name: 'Uploads' });
}

async function storedCount(visit: Visit): Promise<number> {
  const answer = await visit.context.request.get('/api/v1/inputs');
  return ((await answer.json()) as { total: number }).total;
}

describe('inputs', () => {
  it('takes files by the picker; they are there at once', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await open('/inputs');
    await page.getByRole('heading', { name: 'No inputs yet' }).waitFor();
    await expectNoViolations(page);
    await pick(page, [await picture('one.png', 1), await picture('two.png', 2)]);
    await uploads(page).getByText('2 of 2 files stored, 0 failed').waitFor();
    await page.getByRole('option').nth(1).waitFor();
    await expectNoViolations(page);
    expect(await storedCount(visit)).toBe(2);
  });

  it('takes what is dropped and what is pasted', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await open('/inputs');
    const drag = await dragged(visit, [await picture('dropped.png', 3)]);
    const heading = page.getByRole('heading', { level: 1 });
    await drag.over(heading);
    await page.getByText('Drop them to add them to your inputs').waitFor();
    await drag.drop(heading);
    await uploads(page).getByText('1 of 1 file stored, 0 failed').waitFor();

    const pasted = await dataTransfer(page, await picture('pasted.png', 4));
    await page.evaluate((clipboardData) => {
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    }, pasted);
    await uploads(page).getByText('2 of 2 files stored, 0 failed').waitFor();

    // beside the page itself too: a browser would show the file instead of the page
    const beside = await dragged(visit, [await picture('beside.png', 10)]);
    await beside.over(page.getByRole('banner'));
    await beside.drop(page.getByRole('banner'));
    await uploads(page).getByText('3 of 3 files stored, 0 failed').waitFor();
    expect(await storedCount(visit)).toBe(3);
  });

  it('says what is wrong with a file, and stores the others', async () => {
    const visit = await gallery.visit({ size: 'phone' });
    const { page, open } = visit;
    await open('/inputs');
    const broken = { ...(await picture('broken.png', 6)) };
    visit.allow(/answered 422: POST .*\/inputs\/upload/);
    await pick(page, [
      NO_PICTURE,
      await picture('good.png', 5),
      { ...broken, buffer: broken.buffer.subarray(0, broken.buffer.length >> 1) },
    ]);
    await uploads(page).getByText('1 of 3 files stored, 2 failed').waitFor();
    await row(page, 'notes.txt').getByText('Only PNG, JPEG and WebP pictures can be stored.').waitFor();
    await row(page, 'broken.png').getByText('This picture is damaged and cannot be read.').waitFor();
    await expectNoViolations(page);
    await uploads(page).getByRole('button', { name: 'Close' }).click();
    await uploads(page).waitFor({ state: 'detached' });
  });

  it('says that a file is too large, also where the server refuses it half way', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await open('/inputs');
    visit.allow(/answered 413: POST .*\/inputs\/upload/);
    const { name, buffer } = await picture('large.png', 11);
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), Buffer.concat([buffer, Buffer.alloc(24 << 20, 7)]));
    await pick(page, [join(folder, name)]);
    await row(page, 'large.png').getByText('This file is too large.').waitFor();
    expect(await storedCount(visit)).toBe(0);
  });

  it('stores a file once where the answer of the first try was lost', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await open('/inputs');
    visit.allow(
      /(failed: POST .*\/inputs\/upload|console: Failed to load resource: net::ERR_CONNECTION_RESET)/,
    );
    await page.route('**/inputs/upload*', async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    });
    await pick(page, [await picture('lost.png', 7)]);
    await row(page, 'lost.png').getByText('The server cannot be reached.').waitFor();
    expect(await storedCount(visit)).toBe(1);
    await page.unroute('**/inputs/upload*');
    await page.getByRole('button', { name: 'Send lost.png again' }).click();
    await row(page, 'lost.png').getByText('Stored').waitFor();
    expect(await storedCount(visit)).toBe(1);
  });

  it('cancels what is on its way, and sends it again when it is wanted after all', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await open('/inputs');
    const letGo = await holdUploads(page, (route) => route.abort().catch(() => undefined));
    await pick(page, [await picture('slow.png', 8)]);
    await page.getByRole('button', { name: 'Cancel slow.png' }).click();
    await row(page, 'slow.png').getByText('Cancelled').waitFor();
    letGo();
    await page.unroute('**/inputs/upload*');
    expect(await storedCount(visit)).toBe(0);
    await page.getByRole('button', { name: 'Send slow.png again' }).click();
    await row(page, 'slow.png').getByText('Stored').waitFor();
    expect(await storedCount(visit)).toBe(1);
  });

  it('goes on while another page is looked at', async () => {
    const visit = await gallery.visit();
    const { page, open } = visit;
    await open('/inputs');
    const letGo = await holdUploads(page, (route) => route.continue());
    await pick(page, [await picture('meanwhile.png', 9)]);
    await uploads(page).waitFor();
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByRole('heading', { level: 1, name: 'Trash' }).waitFor();
    letGo();
    await page.getByRole('link', { name: 'Inputs' }).click();
    await row(page, 'meanwhile.png').getByText('Stored').waitFor();
    expect(await storedCount(visit)).toBe(1);
  });
});

/** Keeps uploads on their way until they are let go; what then becomes of each is for `then` to say. */
async function holdUploads(page: Page, then: (route: Route) => Promise<void>): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await page.route('**/inputs/upload*', async (route) => {
    await held.promise;
    await then(route);
  });
  return held.resolve;
}

function row(page: Page, name: string): Locator {
  return uploads(page).getByRole('listitem').filter({ hasText: name });
}
