import { queryClient } from '../api/query-client.ts';
import type { Family, Selection } from '../api/types.ts';
import { takeFirstPage } from '../early/first-page.ts';
import { versionOf } from '../live/version.ts';
import { whoAmI } from '../live/who-am-i.ts';
import { createPicks } from '../picks/create-picks.ts';
import { createCollection } from './collection.ts';
import type { Collection, Early } from './collection-types.ts';
import { dayOf } from './day-of.ts';
import { createSource } from './source.ts';

/** Lists that stay while others are looked at, so that Back finds them as they were. */
const MOST = 6;

const lists = new Map<string, Collection>();

/** The list of this selection: one for all who ask, begun when it is first asked for. */
export function collectionFor(family: Family, selection: Selection): Collection {
  const key = JSON.stringify([family, Object.entries(selection).sort()]);
  const found = lists.get(key);
  if (found !== undefined) {
    // the last one used is the last to go
    lists.delete(key);
    lists.set(key, found);
    return found;
  }
  const zone = selection.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const whole = { ...selection, tz: zone };
  const list = createCollection({
    family,
    selection: whole,
    source: createSource(queryClient, family, whole, identified),
    picks: createPicks(dayOf),
    dayOf,
    ...(family === 'images' && isAll(selection) ? { takeFirstPage: takeEarly } : {}),
  });
  lists.set(key, list);
  forgetOldest();
  return list;
}

/** Whether it selects what the first page shows. */
function isAll(selection: Selection): boolean {
  return Object.keys(selection).every((name) => name === 'tz');
}

function takeEarly(): Early | undefined {
  const page = takeFirstPage();
  return page && { items: page.items, version: versionOf(page.etag) };
}

/** Every list of this family that there is. */
export function collectionsOf(family: Family): Collection[] {
  return [...lists.values()].filter((list) => list.family === family);
}

function forgetOldest(): void {
  const [oldest] = lists;
  if (lists.size <= MOST || oldest === undefined) return;
  oldest[1].stop();
  lists.delete(oldest[0]);
}

/** Where this browser remembers that it has been here, and as whom. */
const KNOWN = 'kiroku.owner';

/**
 * The first answer ever brings the cookie, and two calls at once without one would be two guests: it is waited for. A
 * browser that has been here has its cookie, and asks for everything at once; should it be somebody else by now, what it
 * was told meanwhile is asked for again.
 */
async function identified(): Promise<void> {
  const before = localStorage.getItem(KNOWN);
  const asked = whoAmI().then((owner) => {
    localStorage.setItem(KNOWN, owner);
    if (before !== null && before !== owner) for (const list of lists.values()) list.reset();
  });
  if (before === null) await asked;
  // who cannot be told who he is, cannot be told of his pictures either: that is said there
  else asked.catch(() => undefined);
}
