import type { Page } from 'playwright-core';

/** One picture of the tour: where it is, and what is done there before it is taken. */
export interface Shot {
  readonly name: string;
  readonly path: string;
  readonly prepare?: (page: Page) => Promise<void>;
}

/** What the tour needs to know of the demo. */
export interface DemoFacts {
  /** Of the newest pictures of the gallery. */
  readonly ids: readonly string[];
  /** Path of a link that others may open. */
  readonly shared: string;
  /** An owner with many pictures. */
  readonly owner: string;
}

/** Every page of the gallery, in the order of the tour. */
export function shotsOf({ ids, shared, owner }: DemoFacts): Shot[] {
  return [
    { name: 'gallery', path: '/' },
    { name: 'select', path: '/', prepare: pickThree },
    { name: 'viewer', path: `/?view=${ids[0]}` },
    { name: 'find', path: `/?q=${encodeURIComponent('밤')}` },
    { name: 'inputs', path: '/inputs' },
    { name: 'shares', path: '/shares' },
    { name: 'shared', path: shared },
    { name: 'trash', path: '/trash' },
    { name: 'you', path: '/you' },
    { name: 'admin', path: '/admin' },
    { name: 'admin-user', path: `/admin/user?id=${owner}` },
    { name: 'admin-jobs', path: '/admin/jobs' },
  ];
}

/** As somebody does with a mouse and the Ctrl key held. */
async function pickThree(page: Page): Promise<void> {
  const tiles = page.getByRole('option');
  for (const place of [0, 2, 3]) await tiles.nth(place).click({ modifiers: ['ControlOrMeta'] });
}
