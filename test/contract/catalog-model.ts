import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog, Change, Entry, ListQuery, Mutation } from '../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../src/catalog/memory-catalog.ts';
import { isKirokuError } from '../../src/domain/errors.ts';
import { KINDS, type Kind, STATUSES } from '../../src/domain/kind.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import type { Selection } from '../../src/domain/search/selection.ts';
import { idOf } from '../support/ids.ts';
import {
  ALICE,
  BOB,
  type CatalogRig,
  createTestClock,
  type MakeCatalog,
  pictureOf,
  restored,
  START,
  type TestClock,
  trashed,
} from './catalog-rig.ts';

const OWNERS: readonly Owner[] = [ALICE, BOB];
/** Few names, so that histories meet the same picture again. */
const NAMES = 24;
const MARKS = ['0000000000000001', '0000000000000002'];

type Step = Commit | Around;

type Commit =
  | {
      readonly op: 'put';
      readonly owner: Owner;
      readonly n: number;
      readonly kind: Kind;
      readonly minute: number;
      readonly bytes: number;
      readonly idem: string | undefined;
      readonly dedupe: boolean;
    }
  | {
      readonly op: 'edit';
      readonly owner: Owner;
      readonly n: number;
      readonly kind: Kind;
      readonly text: string;
    }
  | {
      readonly op: 'favorite' | 'trash' | 'restore' | 'purge' | 'refuse';
      readonly owner: Owner;
      readonly n: number;
      readonly kind: Kind;
    };

interface Around {
  readonly op: 'wait' | 'reopen' | 'raiseFloor';
  readonly owner: Owner;
}

const owner = fc.constantFrom(...OWNERS);
const n = fc.integer({ min: 1, max: NAMES });
// mostly one kind, or most steps would miss
const kind = fc.oneof({ weight: 4, arbitrary: fc.constant<Kind>('generated') }, fc.constantFrom(...KINDS));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      op: fc.constant('put' as const),
      owner,
      n,
      kind,
      // few different times: equal ones, and out of order
      minute: fc.nat(6),
      bytes: fc.nat(5),
      idem: fc.option(fc.constantFrom(...MARKS), { nil: undefined, freq: 3 }),
      dedupe: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('edit' as const),
      owner,
      n,
      kind,
      text: fc.string({ unit: 'binary' }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constantFrom('favorite', 'trash', 'restore', 'purge', 'refuse'),
      owner,
      n,
      kind,
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('wait', 'reopen', 'raiseFloor'), owner }) },
);

function recordOf(step: Extract<Step, { op: 'put' }>): PictureRecord {
  return pictureOf(step.owner, step.n, {
    kind: step.kind,
    created_at: new Date(START + step.minute * 60_000).toISOString(),
    sha256: step.bytes.toString(16).padStart(64, '0'),
    tags: step.minute % 2 === 0 ? [`minute ${step.minute}`, 'cat'] : [],
    model: step.bytes === 0 ? null : `model ${step.bytes}`,
    extra: { step: step.minute },
    ...(step.idem === undefined ? {} : { idem: step.idem }),
  });
}

function mutationOf(step: Commit): Mutation {
  if (step.op === 'put') {
    const replay = step.idem === undefined ? {} : { replaySince: 0 };
    return { op: 'put', record: recordOf(step), dedupe: step.dedupe, ...replay };
  }
  const at = { kind: step.kind, id: idOf(step.n) };
  if (step.op === 'purge') return { op: 'purge', ...at };
  if (step.op === 'trash') return { op: 'trash', ...at, change: onlyIf('active', trashed) };
  if (step.op === 'restore') return { op: 'restore', ...at, change: onlyIf('trash', restored) };
  if (step.op === 'edit')
    return { op: 'edit', ...at, change: (now) => ({ ...now, prompt: step.text, tags: [step.text] }) };
  if (step.op === 'favorite')
    return { op: 'edit', ...at, change: (now) => ({ ...now, favorite: !now.favorite }) };
  return { op: 'edit', ...at, change: (now) => ({ ...now, owner: now.owner === ALICE ? BOB : ALICE }) };
}

function onlyIf(status: PictureRecord['status'], change: (current: PictureRecord) => PictureRecord) {
  return (current: PictureRecord) => (current.status === status ? change(current) : undefined);
}

function plain(entry: Entry | undefined): unknown {
  if (entry === undefined) return undefined;
  const { publicJson, record: _record, ...columns } = entry;
  return { ...columns, publicJson: Buffer.from(publicJson).toString('utf8') };
}

function plainChanges(changes: readonly Change[] | 'reset'): unknown {
  if (changes === 'reset') return 'reset';
  return changes.map(({ version, op, kind, id, entry }) => [version.seq, op, kind, id, plain(entry)]);
}

async function outcomeOf(catalog: Catalog, owner: Owner, mutation: Mutation): Promise<unknown> {
  try {
    const { outcome, entry } = await catalog.commit(owner, mutation);
    return { outcome, entry: plain(entry) };
  } catch (error) {
    if (!isKirokuError(error)) throw error;
    return { code: error.code };
  }
}

/** The questions whose answers are compared after every history. */
function questions(owner: Owner): ListQuery[] {
  const lists: ListQuery[] = [];
  for (const kind of KINDS) {
    for (const status of STATUSES) {
      const base = { owner, kind, status, order: 'newest', size: 5, at: { page: 1 } } as const;
      lists.push(base, { ...base, at: { page: 2 } }, { ...base, order: 'oldest', at: { page: 2 }, size: 3 });
      const after = { time: START + 3 * 60_000, id: idOf(9) };
      lists.push({ ...base, at: { after } }, { ...base, order: 'oldest', size: 100, at: { after } });
      lists.push({ ...base, favorite: true }, { ...base, favorite: false, size: 100 });
      lists.push({ ...base, from: START + 60_000, to: START + 4 * 60_000 });
    }
  }
  return lists;
}

async function answers(catalog: Catalog, owner: Owner): Promise<unknown[]> {
  const told: unknown[] = [];
  for (const query of questions(owner)) {
    const { entries, total, totalRelation, next, version } = await catalog.list(query);
    told.push({ query, entries: entries.map(plain), total, totalRelation, next, seq: version.seq });
  }
  for (const status of STATUSES) {
    const selection = { owner, kind: 'generated', status } as const;
    told.push(await countsOf(catalog, selection), await countsOf(catalog, { ...selection, favorite: true }));
  }
  for (let name = 1; name <= NAMES; name += 1) {
    told.push(plain(await catalog.lookup(owner, idOf(name))));
    told.push(plain(await catalog.find(owner, 'input', idOf(name))));
  }
  for (let bytes = 0; bytes <= 5; bytes += 1) {
    const sha256 = bytes.toString(16).padStart(64, '0');
    told.push(plain(await catalog.findBySha256(owner, 'generated', sha256)));
  }
  const { active, trash } = await catalog.usage(owner);
  told.push(active, trash);
  for (const mark of MARKS) told.push(plain(await catalog.findByIdem(owner, mark, 0)));
  return told;
}

/** Facets, and a timeline whose days are two minutes, so that a history has more than one. */
async function countsOf(catalog: Catalog, selection: Selection): Promise<unknown> {
  const facets = await catalog.facets(selection, 3);
  const minutes = await catalog.timeline(selection, (time) => {
    const start = Math.floor(time / 120_000) * 120_000;
    return { date: new Date(start).toISOString(), start, end: start + 120_000 };
  });
  return [facets.total, facets.facets, facets.version.seq, minutes.days, minutes.version.seq];
}

interface Run {
  readonly rig: CatalogRig;
  readonly model: Catalog;
  readonly clock: TestClock;
  readonly floors: Map<Owner, number>;
  catalog: Catalog;
}

async function apply(run: Run, step: Step): Promise<void> {
  if (isAround(step)) return around(run, step);
  if (step.op === 'put') await run.rig.place?.(recordOf(step));
  const mutation = mutationOf(step);
  const expected = await outcomeOf(run.model, step.owner, mutation);
  expect(await outcomeOf(run.catalog, step.owner, mutation)).toEqual(expected);
}

function isAround(step: Step): step is Around {
  return step.op === 'wait' || step.op === 'reopen' || step.op === 'raiseFloor';
}

async function around(run: Run, step: Around): Promise<void> {
  if (step.op === 'wait') run.clock.advance(1000);
  if (step.op === 'reopen') run.catalog = (await run.rig.reopen?.()) ?? run.catalog;
  if (step.op === 'raiseFloor') {
    const floor = await run.rig.raiseFloor?.(step.owner);
    if (floor !== undefined) run.floors.set(step.owner, floor);
  }
}

async function compare(run: Run): Promise<void> {
  for (const owner of OWNERS) {
    expect(await answers(run.catalog, owner)).toEqual(await answers(run.model, owner));
    const model = await run.model.version(owner);
    const { epoch } = await run.catalog.version(owner);
    for (let seq = Math.max(0, model.seq - 8); seq <= model.seq + 1; seq += 1) {
      const known = seq >= (run.floors.get(owner) ?? 0);
      const expected = known ? plainChanges(await run.model.changesSince(owner, { ...model, seq })) : 'reset';
      expect(plainChanges(await run.catalog.changesSince(owner, { epoch, seq }))).toEqual(expected);
    }
  }
}

/**
 * Random histories (equal times, out of order, refused changes, purges, reopening, compaction), after each of which
 * every question is answered as by the memory catalog.
 */
export function describeCatalogModel(
  name: string,
  make: MakeCatalog,
  options: { readonly numRuns?: number; readonly maxLength?: number } = {},
): void {
  describe(`catalog ${name}, random histories`, () => {
    it('answers as the memory catalog does', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: options.maxLength ?? 60, size: 'max' }),
          async (steps) => {
            const clock = createTestClock();
            const rig = await make(clock);
            const model = createMemoryCatalog({ now: clock.now });
            const run: Run = { rig, model, clock, floors: new Map(), catalog: rig.catalog };
            try {
              for (const step of steps) await apply(run, step);
              await compare(run);
            } finally {
              await rig.done?.();
            }
          },
        ),
        { numRuns: options.numRuns ?? 50 },
      );
    });
  });
}
