import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CalendarDay, Catalog, ListPage, ListQuery, Mutation } from '../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../src/catalog/memory-catalog.ts';
import { isKirokuError } from '../../src/domain/errors.ts';
import type { Kind } from '../../src/domain/kind.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { hexIdOf, idOf } from '../support/ids.ts';
import { described, minuteOf, type Question, questionOf } from './catalog-query-words.ts';
import {
  ALICE,
  type CatalogRig,
  createTestClock,
  type MakeCatalog,
  pictureOf,
  restored,
  START,
  type TestClock,
  trashed,
} from './catalog-rig.ts';

const NAMES = 24;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Step = Commit | Outside | Around;

interface Named {
  readonly n: number;
  readonly kind: Kind;
}

type Commit =
  | (Named & { readonly op: 'put'; readonly minute: number; readonly as: Partial<PictureRecord> })
  | (Named & { readonly op: 'edit'; readonly as: Partial<PictureRecord> })
  | (Named & { readonly op: 'trash' })
  | (Named & { readonly op: 'restore' })
  | (Named & { readonly op: 'purge' });

interface Outside extends Named {
  readonly op: 'outside';
  readonly as: Partial<PictureRecord>;
}

interface Around {
  readonly op: 'wait' | 'compact' | 'reopen' | 'rebuild' | 'lose';
}

const n = fc.integer({ min: 1, max: NAMES });
const kind = fc.oneof({ weight: 8, arbitrary: fc.constant<Kind>('generated') }, fc.constant<Kind>('input'));

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({ op: fc.constant('put' as const), n, kind, minute: minuteOf, as: described }),
  },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('edit' as const), n, kind, as: described }) },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constantFrom('trash' as const, 'restore' as const, 'purge' as const),
      n,
      kind,
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('outside' as const), n, kind, as: described }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constantFrom(
        'wait' as const,
        'compact' as const,
        'reopen' as const,
        'rebuild' as const,
        'lose' as const,
      ),
    }),
  },
);

/** A third of the ids have the earlier system's form: they order apart from the others. */
const nameOf = (name: number) => (name % 3 === 0 ? hexIdOf(name) : idOf(name));

interface Run {
  readonly rig: CatalogRig;
  readonly model: Catalog;
  readonly clock: TestClock;
}

function recordOf(step: Extract<Commit, { op: 'put' }>): PictureRecord {
  const id = nameOf(step.n);
  const created_at = new Date(START + step.minute * 60_000).toISOString();
  return pictureOf(ALICE, step.n, { id, thumb: `thumb/${id}.webp`, kind: step.kind, created_at, ...step.as });
}

function mutationOf(step: Commit): Mutation {
  const at = { kind: step.kind, id: nameOf(step.n) };
  if (step.op === 'put') return { op: 'put', record: recordOf(step) };
  if (step.op === 'purge') return { op: 'purge', ...at };
  if (step.op === 'trash')
    return { op: 'trash', ...at, change: (now) => (now.status === 'active' ? trashed(now) : undefined) };
  if (step.op === 'restore')
    return { op: 'restore', ...at, change: (now) => (now.status === 'trash' ? restored(now) : undefined) };
  return { op: 'edit', ...at, change: (now) => ({ ...now, ...step.as }) };
}

async function outcomeOf(catalog: Catalog, mutation: Mutation): Promise<string> {
  try {
    return (await catalog.commit(ALICE, mutation)).outcome;
  } catch (error) {
    if (!isKirokuError(error)) throw error;
    return error.code;
  }
}

function isAround(step: Step): step is Around {
  return !('n' in step);
}

async function around({ rig, clock }: Run, { op }: Around): Promise<void> {
  if (op === 'wait') clock.advance(1000);
  if (op === 'compact') await rig.raiseFloor?.(ALICE);
  if (op === 'reopen') await rig.reopen?.();
  if (op === 'rebuild') await rig.rebuild?.(ALICE);
  if (op === 'lose') await rig.loseManifest?.(ALICE);
}

async function apply(run: Run, step: Step): Promise<void> {
  const { rig, model } = run;
  if (isAround(step)) return around(run, step);
  if (step.op === 'outside') return changeOutside(run, step);
  if (step.op === 'put') await rig.place?.(recordOf(step));
  expect(await outcomeOf(rig.catalog, mutationOf(step))).toBe(await outcomeOf(model, mutationOf(step)));
}

/** Somebody edits a sidecar, and the manifest is made again. */
async function changeOutside({ rig, model }: Run, step: Outside): Promise<void> {
  if (rig.writeSidecar === undefined || rig.rebuild === undefined) return;
  if ((await outcomeOf(model, mutationOf({ ...step, op: 'edit' }))) !== 'committed') return;
  const entry = await model.lookup(ALICE, nameOf(step.n));
  if (entry === undefined) throw new Error('edited and not there');
  await rig.writeSidecar(entry.record());
  await rig.rebuild(ALICE);
}

function calendarOf(hours: number): (time: number) => CalendarDay {
  return (time) => {
    const start = Math.floor((time + hours * HOUR) / DAY) * DAY - hours * HOUR;
    return { date: new Date(start + hours * HOUR).toISOString().slice(0, 10), start, end: start + DAY };
  };
}

/** Sequence numbers are another run's after a rebuild: the records are compared. */
function plainPage({ entries, next }: ListPage): unknown {
  return { next, entries: entries.map(({ publicJson }) => Buffer.from(publicJson).toString('utf8')) };
}

/** How many questions that was. */
async function compareLists(run: Run, first: ListQuery): Promise<number> {
  let query: ListQuery | undefined = first;
  let pages = 0;
  for (; query !== undefined && pages < 3; pages += 1) {
    const expected: ListPage = await run.model.list(query);
    const found = await run.rig.catalog.list(query);
    expect(plainPage(found)).toEqual(plainPage(expected));
    expectTotal(query, found, expected.total);
    query = expected.next === null ? undefined : { ...first, at: { after: expected.next } };
  }
  return pages;
}

/** Only a search that was not asked to count may say "at least"; and then no less than what it has shown. */
function expectTotal(
  query: ListQuery,
  { total, totalRelation, entries, next }: ListPage,
  expected: number,
): void {
  if (totalRelation === 'eq') {
    expect(total).toBe(expected);
    return;
  }
  expect(query.exactTotal).toBe(false);
  expect(query.terms?.length ?? 0).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(expected);
  expect(total).toBeGreaterThanOrEqual(entries.length + (next === null ? 0 : 1));
}

async function compare(run: Run, question: Question): Promise<number> {
  const { rig, model } = run;
  if (question.ask === 'list') return compareLists(run, question.query);
  if (question.ask === 'facets') {
    const { selection, most } = question;
    const { version: _, ...expected } = await model.facets(selection, most);
    expect(await rig.catalog.facets(selection, most)).toEqual({ ...expected, version: expect.anything() });
    return 1;
  }
  const dayOf = calendarOf(question.hours);
  const { days } = await model.timeline(question.selection, dayOf);
  expect((await rig.catalog.timeline(question.selection, dayOf)).days).toEqual(days);
  return 1;
}

/** The same; a difference names its question, as shrinking so many of them would take very long. */
async function answersAlike(run: Run, question: Question): Promise<number> {
  try {
    return await compare(run, question);
  } catch (error) {
    throw new Error(`another answer to ${inspect(question, { depth: 6 })}: ${String(error)}`, {
      cause: error,
    });
  }
}

/**
 * Random histories of records made of few words, and after each many questions made of the same words: every page,
 * facet and timeline is that of the memory catalog, which looks at every record.
 * @param least how many questions must have been asked in the end
 */
export function describeCatalogQueries(
  name: string,
  make: MakeCatalog,
  options: { readonly histories: number; readonly questions: number; readonly least: number },
): void {
  describe(`catalog ${name}, random questions`, () => {
    it('answers as the memory catalog does', async () => {
      let asked = 0;
      const steps = fc.array(step, { minLength: 10, maxLength: 60, size: 'max' });
      const questions = fc.array(questionOf(ALICE), {
        minLength: options.questions,
        maxLength: options.questions,
      });
      const property = fc.asyncProperty(steps, questions, async (history, all) => {
        const clock = createTestClock(START + 10 * DAY);
        const rig = await make(clock);
        const run: Run = { rig, model: createMemoryCatalog({ now: clock.now }), clock };
        try {
          for (const one of history) await apply(run, one);
          for (const question of all) asked += await answersAlike(run, question);
        } finally {
          await rig.done?.();
        }
      });
      await fc.assert(property, { numRuns: options.histories, endOnFailure: true });
      expect(asked).toBeGreaterThanOrEqual(options.least);
    }, 180_000);
  });
}
