import type { Page } from 'playwright-core';

/** One move of what was on the page already: how bad (of CLS), and what moved from where to where. */
interface Shift {
  readonly value: number;
  readonly moved: readonly string[];
}

/** What `LayoutShift` has that TypeScript's library does not know yet. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly sources: readonly { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[];
}

/** From the next page on, notes everything that moves without being asked to, as the browser counts it for CLS. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    const observer = new PerformanceObserver((list) => {
      // the browser gives entries of the type that was asked for
      for (const { value, sources } of list.getEntries() as LayoutShift[]) {
        const moved = sources.map(({ node, previousRect, currentRect }) => {
          const name = node instanceof Element ? node.outerHTML.slice(0, 80) : String(node);
          return `${name}: ${previousRect.top} to ${currentRect.top}`;
        });
        shifts.push({ value, moved });
      }
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    Object.assign(window, { layoutShifts: shifts });
  });
}

/** What moved since the page began, once everything that is to be drawn is drawn. */
export function shiftsOf(page: Page): Promise<readonly Shift[]> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    const noted: readonly Shift[] = Reflect.get(window, 'layoutShifts');
    return noted;
  });
}
