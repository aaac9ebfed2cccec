import { expect, it } from 'vitest';
import type { Change } from '../../src/catalog/catalog.ts';
import {
  ALICE,
  BOB,
  type CatalogRig,
  change,
  ids,
  jsonOf,
  ownersOf,
  pictureOf,
  put,
  putMany,
  query,
  refusalOf,
  restored,
  trashed,
} from './catalog-rig.ts';

type WithRig = (test: (rig: CatalogRig) => Promise<void>) => () => Promise<void>;

function told(changes: readonly Change[] | 'reset'): unknown {
  if (changes === 'reset') return changes;
  return changes.map(({ op, id, kind, version, entry }) => [version.seq, op, kind, id, entry?.record().rev]);
}

export function changeTests(withRig: WithRig): void {
  it(
    'every change is told once, in order, before its commit resolves',
    withRig(async (rig) => {
      const seen: Change[] = [];
      const stop = rig.catalog.onChange((one) => seen.push(one));
      const record = pictureOf(ALICE, 1);
      await put(rig, record);
      expect(seen).toHaveLength(1);
      await rig.catalog.commit(ALICE, change(record, trashed, 'trash'));
      await rig.catalog.commit(
        ALICE,
        change(record, () => undefined),
      );
      await refusalOf(put(rig, record));
      await rig.catalog.commit(ALICE, change(record, restored, 'restore'));
      await rig.catalog.commit(
        ALICE,
        change(record, (current) => ({ ...current, rating: 1 })),
      );
      await rig.catalog.commit(ALICE, { op: 'purge', kind: 'generated', id: record.id });
      const { epoch, seq } = await rig.catalog.version(ALICE);
      const kind = 'generated';
      expect(told(seen)).toEqual([
        [seq - 4, 'put', kind, record.id, 1],
        [seq - 3, 'trash', kind, record.id, 2],
        [seq - 2, 'restore', kind, record.id, 3],
        [seq - 1, 'edit', kind, record.id, 4],
        [seq, 'purge', kind, record.id, undefined],
      ]);
      expect(seen.every(({ version, owner }) => version.epoch === epoch && owner === ALICE)).toBe(true);
      stop();
      await put(rig, pictureOf(ALICE, 2));
      expect(seen).toHaveLength(5);
    }),
  );

  it(
    'concurrent changes are told in the order of their numbers, and what is told can be read',
    withRig(async (rig) => {
      const seen: number[] = [];
      const reads: Promise<boolean>[] = [];
      rig.catalog.onChange(({ version, owner, id }) => {
        if (owner !== ALICE) return;
        seen.push(version.seq);
        reads.push(rig.catalog.lookup(ALICE, id).then((entry) => entry !== undefined));
      });
      await Promise.all(
        Array.from({ length: 30 }, (_, n) => put(rig, pictureOf(n % 3 === 0 ? BOB : ALICE, n + 1))),
      );
      expect(seen).toHaveLength(20);
      expect(seen).toEqual(seen.map((_, n) => (seen[0] ?? 0) + n));
      expect(new Set(await Promise.all(reads))).toEqual(new Set([true]));
    }),
  );

  it(
    'a listener that throws does not undo the commit, and the others are told',
    withRig(async (rig) => {
      const seen: string[] = [];
      rig.catalog.onChange(() => {
        throw new Error('a listener broke');
      });
      rig.catalog.onChange(({ id }) => seen.push(id));
      expect((await put(rig, pictureOf(ALICE, 1))).outcome).toBe('committed');
      expect(seen).toEqual([pictureOf(ALICE, 1).id]);
    }),
  );

  it(
    'changesSince tells the latest state of each, purged ones too',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 4);
      const since = await rig.catalog.version(ALICE);
      const [one, two, three] = [1, 2, 3].map((n) => pictureOf(ALICE, n));
      if (one === undefined || two === undefined || three === undefined)
        throw new Error('there must be three');
      await rig.catalog.commit(ALICE, change(two, trashed, 'trash'));
      await rig.catalog.commit(
        ALICE,
        change(one, (current) => ({ ...current, rating: 2 })),
      );
      await rig.catalog.commit(ALICE, { op: 'purge', kind: 'generated', id: three.id });
      await rig.catalog.commit(ALICE, change(two, restored, 'restore'));
      const changes = await rig.catalog.changesSince(ALICE, since);
      expect(told(changes)).toEqual([
        [since.seq + 2, 'edit', 'generated', one.id, 2],
        [since.seq + 3, 'purge', 'generated', three.id, undefined],
        [since.seq + 4, 'restore', 'generated', two.id, 3],
      ]);
      if (changes === 'reset') throw new Error('not a reset');
      expect(jsonOf(changes[0]?.entry)).toMatchObject({ id: one.id, rating: 2 });
      expect(await rig.catalog.changesSince(ALICE, await rig.catalog.version(ALICE))).toEqual([]);
    }),
  );

  it(
    'another epoch, or a number that was never given out, is a reset',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 2);
      const { epoch, seq } = await rig.catalog.version(ALICE);
      expect(await rig.catalog.changesSince(ALICE, { epoch: 'f'.repeat(16), seq })).toBe('reset');
      expect(await rig.catalog.changesSince(ALICE, { epoch, seq: seq + 1 })).toBe('reset');
    }),
  );

  it(
    'below the floor is a reset; above it nothing is forgotten',
    withRig(async (rig) => {
      if (rig.raiseFloor === undefined) return;
      const [first] = await putMany(rig, ALICE, 30);
      if (first === undefined) throw new Error('there must be one');
      const before = (await rig.catalog.list(query({ size: 100 }))).entries.map((entry) => entry.record());
      const floor = await rig.raiseFloor(ALICE);
      const { epoch, seq } = await rig.catalog.version(ALICE);
      expect(floor).toBeGreaterThan(0);
      expect(await rig.catalog.changesSince(ALICE, { epoch, seq: floor - 1 })).toBe('reset');
      await rig.catalog.commit(
        ALICE,
        change(first, (current) => ({ ...current, rating: 4 })),
      );
      const since = { epoch, seq: Math.max(floor, seq) };
      expect(told(await rig.catalog.changesSince(ALICE, since))).toEqual([
        [seq + 1, 'edit', 'generated', first.id, 2],
      ]);
      const after = (await rig.catalog.list(query({ size: 100 }))).entries.map((entry) => entry.record());
      expect(after.filter(({ id }) => id !== first.id)).toEqual(before.filter(({ id }) => id !== first.id));
    }),
  );

  it(
    'what was committed is there after reopening, under the same version',
    withRig(async (rig) => {
      if (rig.reopen === undefined) return;
      await putMany(rig, ALICE, 12);
      await put(rig, pictureOf(ALICE, 20, { kind: 'input', idem: '0123456789abcdef', extra: { kept: [1] } }));
      await put(rig, pictureOf(BOB, 1));
      await rig.catalog.commit(ALICE, change(pictureOf(ALICE, 5), trashed, 'trash'));
      await rig.catalog.commit(ALICE, { op: 'purge', kind: 'generated', id: pictureOf(ALICE, 6).id });
      const version = await rig.catalog.version(ALICE);
      const page = await rig.catalog.list(query({ size: 5 }));
      const input = (await rig.catalog.lookup(ALICE, pictureOf(ALICE, 20).id))?.record();
      const changes = told(await rig.catalog.changesSince(ALICE, { ...version, seq: version.seq - 3 }));
      const reopened = await rig.reopen();
      expect(await reopened.version(ALICE)).toEqual(version);
      const again = await reopened.list(query({ size: 5 }));
      expect(ids(again.entries)).toEqual(ids(page.entries));
      expect(again.entries.map((entry) => entry.record())).toEqual(
        page.entries.map((entry) => entry.record()),
      );
      expect(again).toMatchObject({ total: 10, next: page.next });
      expect(await reopened.list(query({ status: 'trash' }))).toMatchObject({ total: 1 });
      expect((await reopened.lookup(ALICE, pictureOf(ALICE, 20).id))?.record()).toEqual(input);
      expect((await reopened.findByIdem(ALICE, '0123456789abcdef', 0))?.id).toBe(pictureOf(ALICE, 20).id);
      expect(told(await reopened.changesSince(ALICE, { ...version, seq: version.seq - 3 }))).toEqual(changes);
      expect(await ownersOf(reopened)).toEqual([ALICE, BOB].sort());
    }),
  );

  it(
    'a closed catalog takes no more commits',
    withRig(async (rig) => {
      await putMany(rig, ALICE, 1);
      const last = put(rig, pictureOf(ALICE, 2));
      await last;
      await rig.catalog.close();
      expect((await refusalOf(put(rig, pictureOf(ALICE, 3)))).code).toBe('draining');
    }),
  );
}
