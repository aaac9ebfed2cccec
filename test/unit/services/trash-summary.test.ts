import { expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { createTrashSummaries } from '../../../src/services/trash-summary.ts';
import { pngPicture } from '../../support/pictures.ts';
import { ANNA, NOON, RETENTION, testServices } from '../../support/services.ts';

const DAY = 86_400_000;

async function rig() {
  const services = testServices();
  let pages = 0;
  const { catalog, trash, gallery, add, clock } = services;
  const counted: Pick<Catalog, 'list' | 'version' | 'onChange'> = {
    version: (owner) => catalog.version(owner),
    onChange: (listener) => catalog.onChange(listener),
    list(query) {
      pages += 1;
      return catalog.list(query);
    },
  };
  const summaries = createTrashSummaries({ catalog: counted, retention: RETENTION });
  const ids = [];
  for (let seed = 0; seed < 3; seed += 1) {
    ids.push((await services.add(await pngPicture({ width: 8, height: 8, seed }))).entry.id);
  }
  const [a, b, c] = ids;
  if (a === undefined || b === undefined || c === undefined) throw new Error('no pictures');
  const next = async () => (await summaries.of(ANNA)).nextPurgeAt;
  return { trash, gallery, add, clock, a, b, c, summaries, next, pages: () => pages };
}

it('is what the first one in the trash comes to', async () => {
  const { trash, clock, summaries, next, a, b, c, gallery } = await rig();
  expect(await summaries.of(ANNA)).toEqual({ nextPurgeAt: null, retentionDays: 30 });
  await trash.trash(ANNA, 'generated', b);
  clock.now += DAY;
  await trash.trash(ANNA, 'generated', a);
  expect(await next()).toBe(NOON + 30 * DAY);
  await trash.restore(ANNA, 'generated', b);
  expect(await next()).toBe(NOON + 31 * DAY);
  await gallery.edit(ANNA, 'generated', a, { favorite: true });
  expect(await next()).toBeNull();
  await trash.trash(ANNA, 'generated', c);
  expect(await next()).toBe(NOON + 31 * DAY);
});

it('does not read the trash again for what comes in, or goes into it', async () => {
  const { add, trash, next, pages, a, b, gallery } = await rig();
  await trash.trash(ANNA, 'generated', a);
  await Promise.all([next(), next()]);
  const before = pages();
  await trash.trash(ANNA, 'generated', b);
  await add(await pngPicture({ width: 8, height: 8, seed: 9 }));
  await gallery.edit(ANNA, 'generated', (await add(await pngPicture({ seed: 10 }))).entry.id, { rating: 3 });
  expect(await next()).toBe(NOON + 30 * DAY);
  expect(pages()).toBe(before);
  await trash.restore(ANNA, 'generated', a);
  await next();
  expect(pages()).toBeGreaterThan(before);
});

it('keeps nothing that changed while it was read', async () => {
  const { trash, next, a, b } = await rig();
  await trash.trash(ANNA, 'generated', a);
  const reading = next();
  await trash.restore(ANNA, 'generated', a);
  await trash.trash(ANNA, 'generated', b);
  await trash.restore(ANNA, 'generated', b);
  await reading;
  expect(await next()).toBeNull();
});
