// Filters, facets and timelines of one owner of a million pictures, in process: each against passes over one typed array
// of that length, in the same run. `--pictures N` and `--rounds N` for less or more.
import { parseArgs } from 'node:util';
import type { CalendarDay } from '../../src/catalog/catalog.ts';
import { emptyFacts } from '../../src/catalog/manifest/columns.ts';
import { countFacets } from '../../src/catalog/manifest/facet-counts.ts';
import { wordsOf } from '../../src/catalog/manifest/ids.ts';
import { OwnerIndex } from '../../src/catalog/manifest/owner-index.ts';
import { pickRows } from '../../src/catalog/manifest/pick-rows.ts';
import { countSelected, selectRows } from '../../src/catalog/manifest/selected-rows.ts';
import { countDays } from '../../src/catalog/manifest/timeline.ts';
import { KINDS, STATUSES } from '../../src/domain/kind.ts';
import { facetValues } from '../../src/domain/search/facets.ts';
import { parseSearch } from '../../src/domain/search/query.ts';
import type { Selection } from '../../src/domain/search/selection.ts';
import { seededRandom } from '../../test/support/pictures.ts';
import { type Figure, median, report } from './bench-report.ts';
import { makePictures } from './seed-pictures.ts';
import { ownerName, recordsOf } from './seed-records.ts';

const DAY_MS = 86_400_000;
const UNTIL = Date.UTC(2026, 10, 1);
const DAYS = 1_000;
const MOST = 50;
const PAGE = 50;

const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '15' } },
});
const pictures = Number(values.pictures);
const rounds = Number(values.rounds);
const random = seededRandom(1);
const owner = ownerName(0, random);
const ALL: Selection = { owner, kind: 'generated', status: 'active' };

async function makeIndex(): Promise<OwnerIndex> {
  const index = new OwnerIndex({ epoch: 'be'.repeat(8), floor: 0, seq: pictures });
  const words = new Uint32Array(4);
  const history = { owner, count: pictures, days: DAYS, until: UNTIL };
  let seq = 0;
  for (const { record, time } of recordsOf(history, await makePictures(4, 1), random)) {
    const facets = facetValues(record);
    index.put(words, {
      ...emptyFacts(),
      form: wordsOf(record.id, words),
      offset: seq * 1_000,
      length: 900,
      createdAt: time,
      seq: ++seq,
      kind: KINDS.indexOf(record.kind),
      status: STATUSES.indexOf(record.status),
      favorite: record.favorite,
      trait: index.facets.traitOf(facets, record.favorite),
    });
  }
  index.finish();
  return index;
}

/** ms of one run. */
function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** One pass over a typed array: what a filter without an index cannot do without. */
function passOver(codes: Uint32Array, wanted: number): number {
  let found = 0;
  for (let i = 0; i < codes.length; i++) if (codes[i] === wanted) found += 1;
  return found;
}

interface Case {
  readonly name: string;
  /** How many conditions it has: as many passes are what it is measured against, at least one. */
  readonly filters: number;
  readonly selection: Omit<Selection, 'owner' | 'kind' | 'status'>;
}

function dates(date: string): { from: number; to: number } {
  const from = Date.parse(`${date}T00:00:00Z`);
  return { from, to: from + DAY_MS };
}

/** The most frequent value of each facet, so that as much as possible has to be counted. */
function casesOf(index: OwnerIndex): Case[] {
  const { facets: all } = countFacets(index, selectRows(index, ALL), 2);
  const value = (facet: 'model' | 'lora' | 'ratio' | 'workflow' | 'tag') => ({
    facet,
    value: all[facet].values[0]?.value ?? '',
  });
  const terms = (text: string) => parseSearch(text, dates);
  return [
    { name: 'favourites', filters: 1, selection: { favorite: true } },
    { name: 'not favourite', filters: 1, selection: { favorite: false } },
    { name: 'a model', filters: 1, selection: { facets: [value('model')] } },
    { name: 'a tag', filters: 1, selection: { facets: [value('tag')] } },
    { name: 'not a tag (term)', filters: 1, selection: { terms: terms('-tag:draft') } },
    { name: 'half of the time', filters: 1, selection: { from: UNTIL - (DAYS / 2) * DAY_MS } },
    {
      name: 'a model and a tag',
      filters: 2,
      selection: { facets: [value('model'), value('tag')] },
    },
    {
      name: 'a LoRA, a ratio, a model by part, no tag draft',
      filters: 4,
      selection: { facets: [value('lora'), value('ratio')], terms: terms('model:a -tag:draft') },
    },
    {
      name: 'favourite, dates, workflow, not a ratio, a tag',
      filters: 5,
      selection: {
        favorite: true,
        facets: [value('workflow'), value('tag')],
        terms: terms('after:2024-06-01 -ratio:"9:16"'),
      },
    },
  ];
}

interface Measured {
  readonly page: number;
  readonly facets: number;
  readonly deep: number;
  readonly timeline: number;
  readonly found: number;
}

/** What a request does of it, each from the beginning: nothing is remembered between them. */
function measure(index: OwnerIndex, selection: Selection): Measured {
  const found = countSelected(selectRows(index, selection));
  const pageAt = (page: number) =>
    timed(() => {
      const selected = selectRows(index, selection);
      return pickRows(selected, countSelected(selected), { order: 'newest', size: PAGE, at: { page } });
    });
  return {
    found,
    page: pageAt(1),
    deep: pageAt(Math.ceil(found / PAGE / 2)),
    facets: timed(() => countFacets(index, selectRows(index, selection), MOST)),
    timeline: timed(() => countDays(index.columns, selectRows(index, selection), calendarDay)),
  };
}

function calendarDay(time: number): CalendarDay {
  const start = Math.floor(time / DAY_MS) * DAY_MS;
  return { date: String(start), start, end: start + DAY_MS };
}

process.stdout.write(`making an index of ${pictures} pictures …\n`);
const index = await makeIndex();
const codes = Uint32Array.from({ length: pictures }, (_, row) => index.columns.traits.get(row));
const cases = casesOf(index);
/** A server answers many; the first rounds are the compiler's. */
const WARM = 40;
for (let round = 0; round < WARM; round += 1) {
  for (const { selection } of cases) measure(index, { ...ALL, ...selection });
  passOver(codes, round);
}
const passes: number[] = [];
const measured = new Map<Case, Measured[]>(cases.map((one) => [one, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [one, times] of measured) {
    passes.push(timed(() => passOver(codes, round)));
    times.push(measure(index, { ...ALL, ...one.selection }));
  }
}
const pass = median(passes);
const figures: Figure[] = [{ name: 'one pass over one typed array', value: pass, unit: 'ms' }];
for (const [{ name, filters }, times] of measured) {
  const found = times[0]?.found ?? 0;
  const figure = (what: string, of: (one: Measured) => number): Figure => {
    const ms = median(times.map(of));
    return {
      name: `${name}: ${what}`,
      value: ms / (pass * filters),
      unit: 'x',
      atMost: 2,
      note: `${ms.toFixed(2)} ms against ${filters} ${filters === 1 ? 'pass' : 'passes'}, ${found} found`,
    };
  };
  figures.push(figure('first page of 50 and total', (one) => one.page));
  figures.push(figure('page in the middle', (one) => one.deep));
  figures.push(figure('all facets', (one) => one.facets));
  const { atMost: _, ...timeline } = figure('timeline', (one) => one.timeline);
  figures.push(timeline);
}
figures.push({
  name: 'facet dictionaries a picture',
  value: index.facets.bytes / pictures,
  unit: 'bytes',
  note: `${index.facets.looks.size} looks, ${index.facets.tags.size} tag sets, ${index.facets.traits.size} traits`,
});
figures.push({
  name: 'index a picture, beside its weight',
  value: (index.bytes - index.columns.weightBytes) / pictures,
  unit: 'bytes',
  atMost: 60,
  note: `weights, for quotas: ${(index.columns.weightBytes / pictures).toFixed(1)} more`,
});
report(figures);
