import { expect, it } from 'vitest';
import { KirokuError } from '../../src/domain/errors.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { asId } from '../support/ids.ts';
import {
  ALICE,
  BOB,
  type CatalogRig,
  change,
  ids,
  pictureOf,
  put,
  putMany,
  query,
  refusalOf,
  restored,
  START,
  type TestClock,
  trashed,
} from './catalog-rig.ts';

type WithRig = (test: (rig: CatalogRig, clock: TestClock) => Promise<void>) => () => Promise<void>;

const IDEM = '0123456789abcdef';

/** Everything Alice can see, to prove that nothing changed. */
async function everything({ catalog }: CatalogRig) {
  const lists = await Promise.all(
    (['active', 'trash'] as const).map((status) => catalog.list(query({ status, size: 200 }))),
  );
  return lists.map((page) => ({
    version: page.version,
    total: page.total,
    records: page.entries.map((entry) => entry.record()),
  }));
}

export function commitTests(withRig: WithRig): void {
  it(
    'every commit raises the version by one, and nothing else changes it',
    withRig(async (rig) => {
      const record = pictureOf(ALICE, 1);
      await put(rig, record);
      const first = await rig.catalog.version(ALICE);
      await rig.catalog.list(query());
      await rig.catalog.commit(
        ALICE,
        change(record, () => undefined),
      );
      await refusalOf(put(rig, record));
      expect(await rig.catalog.version(ALICE)).toEqual(first);
      await rig.catalog.commit(
        ALICE,
        change(record, (current) => ({ ...current, rating: 5 })),
      );
      expect(await rig.catalog.version(ALICE)).toEqual({ epoch: first.epoch, seq: first.seq + 1 });
      expect((await rig.catalog.list(query())).version).toEqual({ epoch: first.epoch, seq: first.seq + 1 });
      expect([undefined, await rig.catalog.version(ALICE)]).toContainEqual(rig.catalog.peekVersion(ALICE));
    }),
  );

  it(
    'an id is taken once, whatever the kind',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 2);
      const before = await everything(rig);
      await refusalOf(put(rig, pictureOf(ALICE, 1, { prompt: 'another' })));
      await refusalOf(put(rig, pictureOf(ALICE, 1, { kind: 'input' })));
      expect(await everything(rig)).toEqual(before);
    }),
  );

  it(
    'a record of another owner is refused',
    withRig(async (rig) => {
      const foreign = pictureOf(BOB, 1);
      await refusalOf(rig.catalog.commit(ALICE, { op: 'put', record: foreign }));
      expect(await rig.catalog.lookup(ALICE, foreign.id)).toBeUndefined();
      expect(await rig.catalog.lookup(BOB, foreign.id)).toBeUndefined();
    }),
  );

  it(
    'an idempotency mark gives back its picture within the window, in any status',
    withRig(async (rig, clock) => {
      const record = pictureOf(ALICE, 1, { idem: IDEM });
      await put(rig, record, { replaySince: clock.now() - 1000 });
      const again = pictureOf(ALICE, 2, { idem: IDEM });
      const version = await rig.catalog.version(ALICE);
      const replay = await put(rig, again, { replaySince: clock.now() - 1000 });
      expect(replay).toMatchObject({ outcome: 'exists', entry: { id: record.id } });
      expect(await rig.catalog.version(ALICE)).toEqual(version);
      expect(await rig.catalog.lookup(ALICE, again.id)).toBeUndefined();
      expect((await rig.catalog.findByIdem(ALICE, IDEM, clock.now()))?.id).toBe(record.id);
      expect(await rig.catalog.findByIdem(BOB, IDEM, 0)).toBeUndefined();
      expect(await rig.catalog.findByIdem(ALICE, 'f'.repeat(16), 0)).toBeUndefined();
      await rig.catalog.commit(ALICE, change(record, trashed, 'trash'));
      expect((await rig.catalog.findByIdem(ALICE, IDEM, 0))?.status).toBe('trash');
    }),
  );

  it(
    'after the window, or without asking, the same mark makes a new picture; the newest counts',
    withRig(async (rig, clock) => {
      await put(rig, pictureOf(ALICE, 1, { idem: IDEM }));
      clock.advance(5000);
      expect(await rig.catalog.findByIdem(ALICE, IDEM, clock.now() - 1000)).toBeUndefined();
      const second = pictureOf(ALICE, 2, { idem: IDEM });
      expect(await put(rig, second, { replaySince: clock.now() - 1000 })).toMatchObject({
        outcome: 'committed',
      });
      expect((await rig.catalog.findByIdem(ALICE, IDEM, clock.now() - 1000))?.id).toBe(second.id);
      clock.advance(1);
      const third = pictureOf(ALICE, 3, { idem: IDEM });
      expect(await put(rig, third)).toMatchObject({ outcome: 'committed' });
      expect((await rig.catalog.findByIdem(ALICE, IDEM, 0))?.id).toBe(third.id);
    }),
  );

  it(
    'a purged picture gives its mark free',
    withRig(async (rig) => {
      const record = pictureOf(ALICE, 1, { idem: IDEM });
      await put(rig, record);
      await rig.catalog.commit(ALICE, { op: 'purge', kind: 'generated', id: record.id });
      expect(await rig.catalog.findByIdem(ALICE, IDEM, 0)).toBeUndefined();
      expect(await put(rig, pictureOf(ALICE, 2, { idem: IDEM }), { replaySince: 0 })).toMatchObject({
        outcome: 'committed',
      });
    }),
  );

  it(
    'the same bytes are given back on request: newest, active, of that kind',
    withRig(async (rig) => {
      const sha256 = 'cd'.repeat(32);
      for (const n of [1, 3, 2]) await put(rig, pictureOf(ALICE, n, { sha256 }));
      await put(rig, pictureOf(ALICE, 4, { sha256, kind: 'input' }));
      const newest = pictureOf(ALICE, 3);
      expect(await put(rig, pictureOf(ALICE, 9, { sha256 }), { dedupe: true })).toMatchObject({
        outcome: 'exists',
        entry: { id: newest.id },
      });
      expect((await rig.catalog.findBySha256(ALICE, 'generated', sha256))?.id).toBe(newest.id);
      await rig.catalog.commit(ALICE, change(newest, trashed, 'trash'));
      expect((await rig.catalog.findBySha256(ALICE, 'generated', sha256))?.id).toBe(pictureOf(ALICE, 2).id);
      expect(await rig.catalog.findBySha256(ALICE, 'control', sha256)).toBeUndefined();
      expect(await rig.catalog.findBySha256(BOB, 'generated', sha256)).toBeUndefined();
      const control = pictureOf(ALICE, 8, { sha256, kind: 'control' });
      expect(await put(rig, control, { dedupe: true })).toMatchObject({ outcome: 'committed' });
      await rig.catalog.commit(ALICE, change(newest, restored, 'restore'));
      expect((await rig.catalog.findBySha256(ALICE, 'generated', sha256))?.id).toBe(newest.id);
    }),
  );

  it(
    'an edit makes the next revision, and time never goes back',
    withRig(async (rig, clock) => {
      const later = new Date(START + 90_000).toISOString();
      const record = pictureOf(ALICE, 1, { updated_at: later, extra: { kept: { deep: [1] } } });
      await put(rig, record);
      const edit = change(record, (current) => ({ ...current, tags: ['새', '新しい'], rev: current.rev }));
      const { entry, outcome } = await rig.catalog.commit(ALICE, edit);
      expect(outcome).toBe('committed');
      expect(entry.record()).toEqual({ ...record, tags: ['새', '新しい'], rev: 2, updated_at: later });
      clock.advance(200_000);
      const second = await rig.catalog.commit(
        ALICE,
        change(record, (current) => ({ ...current, favorite: true })),
      );
      const updated_at = new Date(clock.now()).toISOString();
      expect(second.entry.record()).toMatchObject({
        rev: 3,
        updated_at,
        favorite: true,
        tags: ['새', '新しい'],
      });
      expect((await rig.catalog.lookup(ALICE, record.id))?.record()).toEqual(second.entry.record());
    }),
  );

  it(
    'an edit from outside brings its own revision',
    withRig(async (rig) => {
      const record = pictureOf(ALICE, 1);
      await put(rig, record);
      const { entry } = await rig.catalog.commit(
        ALICE,
        change(record, (current) => ({ ...current, rev: 41 })),
      );
      expect(entry.record().rev).toBe(42);
    }),
  );

  it(
    'a change that throws, or changes nothing, leaves everything as it was',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 3);
      const record = pictureOf(ALICE, 2);
      const before = await everything(rig);
      const refusal = new KirokuError('precondition_failed', 'no');
      const refused = change(record, () => {
        throw refusal;
      });
      expect(await refusalOf(rig.catalog.commit(ALICE, refused))).toBe(refusal);
      const unchanged = await rig.catalog.commit(
        ALICE,
        change(record, () => undefined),
      );
      expect(unchanged).toMatchObject({ outcome: 'unchanged', entry: { id: record.id } });
      expect(await everything(rig)).toEqual(before);
    }),
  );

  it.each<Partial<PictureRecord>>([
    { id: asId('0'.repeat(26)) },
    { owner: BOB },
    { kind: 'input' },
    { sha256: 'f'.repeat(64) },
    { created_at: new Date(0).toISOString() },
    { ext: 'webp' },
  ])('a change may not touch what says where and whose it is: %j', async (touched) => {
    await withRig(async (rig) => {
      const record = pictureOf(ALICE, 1);
      await put(rig, record);
      const before = await everything(rig);
      const edit = change(record, (current) => ({ ...current, ...touched }));
      expect((await refusalOf(rig.catalog.commit(ALICE, edit))).code).toBe('internal');
      expect(await everything(rig)).toEqual(before);
    })();
  });

  it(
    'edits of what is not there, or of another kind, are not_found',
    withRig(async (rig) => {
      const record = pictureOf(ALICE, 1);
      await put(rig, record);
      const asInput = { ...record, kind: 'input' as const };
      for (const mutation of [
        change(pictureOf(ALICE, 2), (current) => current),
        change(asInput, (current) => current),
        { op: 'purge', kind: 'generated', id: pictureOf(ALICE, 2).id } as const,
        { op: 'purge', kind: 'input', id: record.id } as const,
      ]) {
        expect((await refusalOf(rig.catalog.commit(ALICE, mutation))).code).toBe('not_found');
      }
      const bobs = rig.catalog.commit(
        BOB,
        change(record, (current) => current),
      );
      expect((await refusalOf(bobs)).code).toBe('not_found');
      expect(await rig.catalog.list(query())).toMatchObject({ total: 1 });
    }),
  );

  it(
    'trash and restore move a picture between the lists, at its old place',
    withRig(async (rig) => {
      const records = await putMany(rig, ALICE, 5);
      const middle = pictureOf(ALICE, 3);
      const { entry } = await rig.catalog.commit(ALICE, change(middle, trashed, 'trash'));
      expect(entry.record()).toMatchObject({
        status: 'trash',
        trashed_at: new Date(START).toISOString(),
        rev: 2,
      });
      expect(ids((await rig.catalog.list(query({ status: 'trash' }))).entries)).toEqual([middle.id]);
      expect(await rig.catalog.list(query())).toMatchObject({ total: 4 });
      await rig.catalog.commit(ALICE, change(middle, restored, 'restore'));
      const all = records.map((record) => record.id).reverse();
      expect(ids((await rig.catalog.list(query())).entries)).toEqual(all);
      expect(await rig.catalog.list(query({ status: 'trash' }))).toMatchObject({ total: 0 });
    }),
  );

  it(
    'a purge forgets, gives the last state back, and frees the id',
    withRig(async (rig) => {
      const [first] = await putMany(rig, ALICE, 3);
      if (first === undefined) throw new Error('there must be one');
      const purge = { op: 'purge', kind: 'generated', id: first.id } as const;
      const { outcome, entry } = await rig.catalog.commit(ALICE, purge);
      expect({ outcome, record: entry.record() }).toEqual({ outcome: 'committed', record: first });
      expect(await rig.catalog.lookup(ALICE, first.id)).toBeUndefined();
      expect(await rig.catalog.list(query())).toMatchObject({ total: 2 });
      expect((await refusalOf(rig.catalog.commit(ALICE, purge))).code).toBe('not_found');
      expect((await put(rig, first)).outcome).toBe('committed');
      expect(await rig.catalog.list(query())).toMatchObject({ total: 3 });
    }),
  );

  it(
    'a purge asks again under the mutex',
    withRig(async (rig) => {
      const record = pictureOf(ALICE, 1);
      await put(rig, record);
      await rig.catalog.commit(ALICE, change(record, trashed, 'trash'));
      const [restore, purge] = await Promise.all([
        rig.catalog.commit(ALICE, change(record, restored, 'restore')),
        rig.catalog.commit(ALICE, {
          op: 'purge',
          kind: 'generated',
          id: record.id,
          stillWanted: (current) => current.status === 'trash',
        }),
      ]);
      expect([restore.outcome, purge.outcome]).toEqual(['committed', 'unchanged']);
      expect((await rig.catalog.lookup(ALICE, record.id))?.status).toBe('active');
    }),
  );

  it(
    'commits that arrive together each get a number of their own, and none is lost',
    withRig(async (rig) => {
      const counted = pictureOf(ALICE, 1000);
      await put(rig, counted);
      const { seq: start } = await rig.catalog.version(ALICE);
      const puts = Array.from({ length: 40 }, (_, n) => put(rig, pictureOf(ALICE, n + 1)));
      const edits = Array.from({ length: 20 }, (_, n) =>
        rig.catalog.commit(
          ALICE,
          change(counted, (current) => ({ ...current, tags: [...current.tags, `t${n}`] })),
        ),
      );
      const results = await Promise.all([...puts, ...edits]);
      expect(results.map(({ entry }) => entry.seq).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, n) => start + 1 + n),
      );
      expect((await rig.catalog.lookup(ALICE, counted.id))?.record()).toMatchObject({ rev: 21 });
      expect((await rig.catalog.lookup(ALICE, counted.id))?.record().tags).toHaveLength(23);
      expect(await rig.catalog.list(query())).toMatchObject({ total: 41 });
    }),
  );

  it(
    'of two puts with one mark at once, one is made',
    withRig(async (rig) => {
      const results = await Promise.all(
        [1, 2, 3].map((n) => put(rig, pictureOf(ALICE, n, { idem: IDEM }), { replaySince: 0 })),
      );
      expect(results.map(({ outcome }) => outcome).sort()).toEqual(['committed', 'exists', 'exists']);
      expect(new Set(results.map(({ entry }) => entry.id)).size).toBe(1);
      expect(await rig.catalog.list(query())).toMatchObject({ total: 1 });
    }),
  );
}
