import type { CDPSession, Page } from 'playwright-core';

/** What a page notes about itself from its first moment on. */
interface Noted {
  /** ms after the navigation began: the first frame with a thumbnail, and with so many of them in view. */
  first: number | undefined;
  all: number | undefined;
  /** How many thumbnails `all` waits for. */
  wanted: number;
  /** ms of each task on the main thread above 50 ms. */
  tasks: number[];
  /** Most elements there were at a time. */
  elements: number;
}

/** A page's window with its notes, which `notePages` puts there. */
type NotingWindow = Window & { readonly noted?: Noted };

/** Has every page of this context note what it does. @param wanted thumbnails to wait for */
export async function notePages(page: Page, wanted: number): Promise<void> {
  await page.addInitScript((count) => {
    const noted: Noted = { first: undefined, all: undefined, wanted: count, tasks: [], elements: 0 };
    Object.assign(window, { noted });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) noted.tasks.push(duration);
    }).observe({ type: 'longtask', buffered: true });
    const look = () => {
      noted.elements = Math.max(noted.elements, document.getElementsByTagName('*').length);
      if (noted.all === undefined) {
        const ready = [...document.images].filter((image) => {
          const { top, bottom } = image.getBoundingClientRect();
          return (
            image.complete &&
            image.naturalWidth > 0 &&
            image.src.includes('/thumb') &&
            bottom > 0 &&
            top < innerHeight
          );
        });
        // what covers the grid until it is there shows the same ones
        const different = new Set(ready.map(({ src }) => src)).size;
        if (different > 0) noted.first ??= performance.now();
        if (different >= noted.wanted) noted.all = performance.now();
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, wanted);
}

export interface Seen {
  readonly src: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The thumbnails within the window, once all of them are there and nothing moves. */
export async function thumbnailsInView(page: Page): Promise<Seen[]> {
  await page.locator('img[src*="/thumb"]').first().waitFor();
  await page.waitForFunction(() => {
    const inView = [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight);
    return inView.length > 3 && inView.every((image) => image.complete);
  });
  return page.evaluate(() =>
    [...new Map([...document.images].map((image) => [image.src, image])).values()]
      .filter((image) => image.src.includes('/thumb'))
      .map((image) => {
        const { left, top, width, height } = image.getBoundingClientRect();
        return { src: image.src, left, top, width, height };
      })
      .filter(({ top, height }) => top < innerHeight && top + height > 0),
  );
}

/** ms until the first thumbnail, and until all of those in view were painted. */
export async function paintTimes(page: Page, url: string): Promise<{ first: number; all: number }> {
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(() => (window as NotingWindow).noted?.all !== undefined);
  return page.evaluate(() => {
    const { first = 0, all = 0 } = (window as NotingWindow).noted ?? {};
    return { first, all };
  });
}

/** Forgets the tasks and counts from before. */
export async function noteAfresh(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign((window as NotingWindow).noted ?? {}, { tasks: [], elements: 0 });
  });
}

export interface Strain {
  /** ms of the longest task on the main thread; 50 where none was longer. */
  readonly longestTask: number;
  /** Tasks above 100 ms. */
  readonly longTasks: number;
  readonly elements: number;
}

export function strainOf(page: Page): Promise<Strain> {
  return page.evaluate(() => {
    const { tasks = [], elements = 0 } = (window as NotingWindow).noted ?? {};
    const longTasks = tasks.filter((ms) => ms > 100).length;
    return { longestTask: Math.max(50, ...tasks), longTasks, elements };
  });
}

/** Scrolls down as fingers and wheels do, for ten seconds, and faster at times. */
export async function scrollForTenSeconds(session: CDPSession): Promise<void> {
  for (const speed of [1_200, 3_000, 6_000, 12_000, 3_000]) {
    await session.send('Input.synthesizeScrollGesture', {
      x: 600,
      y: 500,
      yDistance: -speed * 2,
      speed,
      gestureSourceType: 'mouse',
    });
  }
}

/** Moves the place as a scroll bar that is dragged to its end does: a bit further each frame, for two seconds. */
export async function dragToTheEnd(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const began = performance.now();
        const from = scrollY;
        const move = () => {
          const part = Math.min(1, (performance.now() - began) / 2_000);
          const end = document.documentElement.scrollHeight - innerHeight;
          scrollTo(0, from + (end - from) * part);
          if (part < 1) requestAnimationFrame(move);
          else resolve();
        };
        move();
      }),
  );
}

/** Bytes of the heap that are in use once the garbage is collected. */
export async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
