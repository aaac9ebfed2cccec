import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { launchChromium } from '../../../scripts/dev/chromium.ts';
import type { Item, ServiceClient } from '../../acceptance/rig.ts';
import { type Posted, type ServerOptions, startTestServer, type TestServer } from './server.ts';
import { watchContext } from './watch-page.ts';

export const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  desk: { viewport: { width: 1440, height: 900 } },
} as const satisfies Record<string, BrowserContextOptions>;

export type Size = keyof typeof SIZES;

export interface VisitOptions {
  readonly size?: Size;
  /** Of the browser, such as `ko-KR`. */
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
  /** False for a browser that has never been here: it has no owner until a page asks for one. */
  readonly known?: boolean;
}

/** One browser profile: its own cookies, its own pictures. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Whose pictures this browser sees; '' with `known: false`. */
  readonly owner: string;
  /** Goes to a page of the gallery (`/`, `/trash?…`). Event streams stay open: never wait for an idle network. */
  open(path?: string): Promise<void>;
  /** A pipeline stores a picture for this browser's owner. */
  post(picture?: Posted): Promise<Item>;
  /** The same so often; `each` says what one is like. The last one is the newest. */
  postMany(count: number, each?: (index: number) => Posted): Promise<Item[]>;
  /** What else a pipeline can do with this owner's pictures. */
  readonly pipeline: ServiceClient;
  /** Says that what matches is meant to happen; anything else that goes wrong fails the test. */
  allow(pattern: RegExp): void;
}

export interface Gallery {
  readonly server: TestServer;
  visit(options?: VisitOptions): Promise<Visit>;
}

/** How long a page may take for one step; only a broken page takes longer. */
const STEP_MS = 15_000;

/** A server with an empty tree and a browser, for all tests of a file. Each `visit` is closed and judged when its test ends. */
export function useGallery(options: ServerOptions = {}): Gallery {
  let server: TestServer | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    [server, browser] = await Promise.all([startTestServer(options), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  const running = () => {
    if (server === undefined || browser === undefined) throw new Error('only within a test');
    return { server, browser };
  };
  return {
    get server() {
      return running().server;
    },
    visit: (options = {}) => visit(running(), options),
  };
}

async function visit(
  { server, browser }: { server: TestServer; browser: Browser },
  options: VisitOptions,
): Promise<Visit> {
  const {
    size = 'desk',
    known = true,
    locale = 'en-GB',
    colorScheme = 'light',
    reducedMotion = 'no-preference',
  } = options;
  const context = await browser.newContext({
    ...SIZES[size],
    locale,
    colorScheme,
    reducedMotion,
    baseURL: server.url,
    acceptDownloads: true,
  });
  context.setDefaultTimeout(STEP_MS);
  const watched = watchContext(context, new URL(server.url).origin);
  const page = await context.newPage();
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail' || watched.problems.length > 0) await keepScreenshot(page);
    await context.close();
    expect(watched.problems).toEqual([]);
  });
  const owner = known ? await ownerOf(context, server) : '';
  const post = (picture?: Posted) => server.post(owner, picture);
  return {
    context,
    page,
    owner,
    async open(path = '/') {
      await page.goto(server.page(path));
    },
    post,
    async postMany(count, each = () => ({})) {
      const items: Item[] = [];
      for (let index = 0; index < count; index += 1) items.push(await post(each(index)));
      return items;
    },
    pipeline: server.client(owner),
    allow: watched.allow,
  };
}

/** Gives this browser its identity, as the first page would. */
async function ownerOf(context: BrowserContext, server: TestServer): Promise<string> {
  const answer = await context.request.get(server.page('/api/v1/me'));
  const { owner } = (await answer.json()) as { owner: string };
  return owner;
}

let failures = 0;

/** Where a failing test's page can be looked at. */
async function keepScreenshot(page: Page): Promise<void> {
  const folder = join(tmpdir(), 'kiroku-e2e-failures');
  await mkdir(folder, { recursive: true });
  failures += 1;
  const path = join(folder, `${process.pid}-${failures}.png`);
  await page.screenshot({ path }).then(
    () => process.stderr.write(`the page when the test failed: ${path}\n`),
    () => undefined,
  );
}
