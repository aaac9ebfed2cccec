import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Everything that axe knows of WCAG 2.2 A and AA, and its best practices. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Fails on whatever axe finds on the page as it stands.
 * @param scope selector of the part to look at; the whole page when absent
 */
export async function expectNoViolations(page: Page, scope?: string): Promise<void> {
  await settled(page);
  // React Aria announces that a button is busy by naming the button, for seven seconds; it may be gone by then
  const builder = new AxeBuilder({ page }).withTags(TAGS).exclude('[data-live-announcer]');
  const { violations } = await (scope === undefined ? builder : builder.include(scope)).analyze();
  const told = violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    where: nodes
      .slice(0, 5)
      .map(({ target, failureSummary }) => `${target.join(' ')} — ${failureSummary ?? ''}`),
  }));
  expect(told).toEqual([]);
}

/** Colours are judged as they are drawn: not half way through a fade. Endless ones (a spinner) are not waited for. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((each) => each.playState !== 'running' || each.effect?.getTiming().iterations === Infinity),
  );
}
