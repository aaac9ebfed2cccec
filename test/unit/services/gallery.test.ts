import { beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/catalog/catalog.ts';
import { pngPicture } from '../../support/pictures.ts';
import { ANNA, BERT, failureOf, pictureId, testServices } from '../../support/services.ts';

const png = await pngPicture();
const NOBODY = pictureId('0'.repeat(32));

let services = testServices();
let entry: Entry;
beforeEach(async () => {
  services = testServices();
  entry = (await services.add(png)).entry;
});

describe('gallery', () => {
  it('tells nobody of a picture that is not theirs, or of another kind', async () => {
    const { gallery, trash } = services;
    const refused = [
      gallery.get(BERT, 'generated', entry.id),
      gallery.get(ANNA, 'input', entry.id),
      gallery.get(ANNA, 'generated', NOBODY),
      gallery.edit(BERT, 'generated', entry.id, { favorite: true }),
      gallery.edit(ANNA, 'control', entry.id, { favorite: true }),
      trash.trash(BERT, 'generated', entry.id),
      trash.restore(BERT, 'generated', entry.id),
      trash.trash(ANNA, 'input', entry.id),
    ];
    const failures = await Promise.all(refused.map(failureOf));
    const [first] = failures;
    expect(first).toMatchObject({ code: 'not_found' });
    for (const failure of failures) expect(failure).toEqual(first);
    expect((await gallery.get(ANNA, 'generated', entry.id)).record()).toMatchObject({
      rev: 1,
      status: 'active',
    });
  });

  it('edits what the patch names and leaves the rest', async () => {
    const { gallery } = services;
    await gallery.edit(ANNA, 'generated', entry.id, { tags: [' b', 'a', 'b'], rating: 4 });
    const edited = await gallery.edit(ANNA, 'generated', entry.id, { favorite: true });
    expect(edited.record()).toMatchObject({ rev: 3, tags: ['b', 'a'], rating: 4, favorite: true });
    const unrated = await gallery.edit(ANNA, 'generated', entry.id, { rating: null });
    expect(unrated.record()).toMatchObject({ rev: 4, rating: null, favorite: true });
  });

  it('makes no new version of an edit that changes nothing', async () => {
    const { gallery } = services;
    const before = await gallery.version(ANNA);
    expect(
      (await gallery.edit(ANNA, 'generated', entry.id, { favorite: false, tags: [] })).record().rev,
    ).toBe(1);
    expect(await gallery.version(ANNA)).toEqual(before);
  });

  it('guards an edit by the version that was read', async () => {
    const { gallery } = services;
    await gallery.edit(ANNA, 'generated', entry.id, { favorite: true }, 1);
    expect(await failureOf(gallery.edit(ANNA, 'generated', entry.id, { rating: 1 }, 1))).toMatchObject({
      code: 'precondition_failed',
    });
    expect((await gallery.edit(ANNA, 'generated', entry.id, { rating: 1 }, 2)).record().rev).toBe(3);
  });

  it('refuses tags that cannot be kept', async () => {
    const tags = Array.from({ length: 65 }, (_, index) => `t${index}`);
    expect(await failureOf(services.gallery.edit(ANNA, 'generated', entry.id, { tags }))).toMatchObject({
      code: 'invalid_metadata',
      details: { field: 'tags' },
    });
  });
});

describe('trash', () => {
  it('trashes once and restores once, however often it is asked', async () => {
    const { trash, clock } = services;
    const first = await trash.trash(ANNA, 'generated', entry.id);
    expect(first.record()).toMatchObject({ rev: 2, status: 'trash', trashed_at: '2026-11-21T12:00:00.000Z' });
    clock.now += 60_000;
    expect((await trash.trash(ANNA, 'generated', entry.id)).record()).toEqual(first.record());
    const restored = await trash.restore(ANNA, 'generated', entry.id);
    expect(restored.record()).toMatchObject({ rev: 3, status: 'active', trashed_at: null });
    expect((await trash.restore(ANNA, 'generated', entry.id)).record()).toEqual(restored.record());
  });
});

describe('bulk', () => {
  it('gives one result for each id, in the order given', async () => {
    const { bulk, add } = services;
    const second = (await add(png)).entry;
    const theirs = (await add(png, { owner: BERT })).entry;
    const ids = [second.id, 'nonsense', entry.id, theirs.id, NOBODY, '../../x'];
    const results = await bulk.apply(ANNA, 'generated', ids, { action: 'delete' });
    expect(results).toEqual([
      { id: second.id, ok: true, rev: 2 },
      { id: 'nonsense', ok: false, code: 'not_found' },
      { id: entry.id, ok: true, rev: 2 },
      { id: theirs.id, ok: false, code: 'not_found' },
      { id: NOBODY, ok: false, code: 'not_found' },
      { id: '../../x', ok: false, code: 'not_found' },
    ]);
    expect((await services.gallery.get(BERT, 'generated', theirs.id)).status).toBe('active');
  });

  it('adds and takes away tags, rates, favours, restores', async () => {
    const { bulk, gallery, trash } = services;
    await gallery.edit(ANNA, 'generated', entry.id, { tags: ['old'] });
    await trash.trash(ANNA, 'generated', entry.id);
    const all = async (action: Parameters<typeof bulk.apply>[3]) => {
      expect(await bulk.apply(ANNA, 'generated', [entry.id], action)).toMatchObject([{ ok: true }]);
    };
    await all({ action: 'tag', tags: ['new ', 'old'] });
    await all({ action: 'untag', tags: ['old', 'never'] });
    await all({ action: 'rate', rating: 5 });
    await all({ action: 'favorite' });
    await all({ action: 'restore' });
    const expected = { tags: ['new'], rating: 5, favorite: true, status: 'active' };
    expect((await gallery.get(ANNA, 'generated', entry.id)).record()).toMatchObject(expected);
    await all({ action: 'unfavorite' });
    expect((await gallery.get(ANNA, 'generated', entry.id)).record().favorite).toBe(false);
  });

  it('refuses one picture whose tags would be too many, not the others', async () => {
    const { bulk, gallery, add } = services;
    const second = (await add(png)).entry;
    const tags = Array.from({ length: 64 }, (_, index) => `t${index}`);
    await gallery.edit(ANNA, 'generated', entry.id, { tags });
    const results = await bulk.apply(ANNA, 'generated', [entry.id, second.id], {
      action: 'tag',
      tags: ['one'],
    });
    expect(results).toMatchObject([{ ok: false, code: 'invalid_metadata' }, { ok: true }]);
  });

  it('applies to a thousand ids, the same one among them twice', async () => {
    const ids = [entry.id, entry.id, ...Array.from({ length: 998 }, () => NOBODY)];
    const results = await services.bulk.apply(ANNA, 'generated', ids, { action: 'delete' });
    expect(results.filter(({ ok }) => ok)).toHaveLength(2);
    expect(results).toHaveLength(1000);
  });
});
