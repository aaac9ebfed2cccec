import type { BrowserContext, Page, Request } from 'playwright-core';

/** What a visit must not show: each is one line for a failing test. */
export interface Watched {
  readonly problems: readonly string[];
  /** From now on this is no problem: a test that provokes a refusal says which. */
  allow(pattern: RegExp): void;
}

/** `Failed to load resource` repeats what the answer's status says already. */
const REPEATED = /^Failed to load resource: the server responded with a status/;

/**
 * Notes errors on the console (breaches of the content policy are such), errors that nobody caught, answers of 400 and more,
 * requests that failed, and every request that leaves the server's host.
 */
export function watchContext(context: BrowserContext, origin: string): Watched {
  const found: string[] = [];
  const allowed: RegExp[] = [];
  const note = (problem: string) => {
    if (!allowed.some((pattern) => pattern.test(problem))) found.push(problem);
  };
  const watchPage = (page: Page) => {
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !REPEATED.test(text)) note(`console: ${text}`);
    });
    page.on('pageerror', (error) => note(`uncaught: ${error.stack ?? error.message}`));
  };
  context.on('page', watchPage);
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('blob:')) note(`leaves the host: ${line(request)}`);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // what a page gives up on purpose, or because it is left
    if (why !== 'net::ERR_ABORTED') note(`failed: ${line(request)} ${why}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) note(`answered ${response.status()}: ${line(response.request())}`);
  });
  return { problems: found, allow: (pattern) => allowed.push(pattern) };
}

function line(request: Request): string {
  return `${request.method()} ${request.url().slice(0, 300)}`;
}
