import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalog, ListPage, ListQuery } from '../../../../../src/catalog/catalog.ts';
import {
  createManifestCatalog,
  type ManifestCatalog,
} from '../../../../../src/catalog/manifest/manifest-catalog.ts';
import { createMemoryCatalog } from '../../../../../src/catalog/memory-catalog.ts';
import { silentLog } from '../../../../../src/domain/log.ts';
import type { PictureRecord } from '../../../../../src/domain/record.ts';
import { parseSearch } from '../../../../../src/domain/search/query.ts';
import { createFolderSync } from '../../../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../../src/storage/storage.ts';
import {
  ALICE,
  change,
  pictureOf,
  query,
  restored,
  START,
  trashed,
} from '../../../../contract/catalog-rig.ts';
import { idOf } from '../../../../support/ids.ts';

function openCatalog(storage: Storage): ManifestCatalog {
  return createManifestCatalog({
    storage,
    folders: createFolderSync(storage),
    log: silentLog,
    recentSize: 3,
    indexMaxBytes: 1 << 20,
    legacyTz: 'UTC',
    compaction: { leastLog: 4_000 },
  });
}

const WORDS = [
  'cat',
  '고양이',
  '지붕 위',
  '屋根の猫',
  'ａｂｃ',
  'Straße',
  '👨‍👩‍👧',
  '(cat:1.2)',
  '<lora:ink-v2:0.8>',
  'a',
  'ß',
  '\u0000x',
  'ﬁne',
  'ΣΑΣ',
];
const word = fc.constantFrom(...WORDS);
const prompt = fc.oneof(
  fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);

const recordPart: fc.Arbitrary<Partial<PictureRecord>> = fc.record({
  prompt,
  negative_prompt: fc.oneof(fc.constant(null), prompt),
  tags: fc.uniqueArray(fc.constantFrom('cat', '고양이', 'b c'), { maxLength: 2 }),
  steps: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 40 })),
  cfg: fc.oneof(fc.constant(null), fc.constantFrom(7.5, 1, 1e-7)),
  seed: fc.constantFrom('1', '11', '18446744073709551615'),
  sampler: fc.constantFrom(null, 'Euler a', 'euler', 'DPM++ 2M'),
  rating: fc.constantFrom(null, 1, 5),
  favorite: fc.boolean(),
  model: fc.constantFrom(null, 'sdxl.safetensors', '水墨'),
});

type Step =
  | { readonly op: 'put'; readonly n: number; readonly minute: number; readonly part: Partial<PictureRecord> }
  | { readonly op: 'edit'; readonly n: number; readonly part: Partial<PictureRecord> }
  | { readonly op: 'trash' | 'restore' | 'purge'; readonly n: number }
  | { readonly op: 'compact' | 'reopen' | 'ask' };

const n = fc.integer({ min: 1, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ op: fc.constant('put' as const), n, minute: fc.nat(8), part: recordPart }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('edit' as const), n, part: recordPart }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constantFrom('trash' as const, 'restore' as const, 'purge' as const), n }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom('compact' as const, 'reopen' as const, 'ask' as const) }),
  },
);

const term = fc.oneof(
  word,
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
  fc.constantFrom(
    '-cat',
    '-고양이',
    '"지붕 위"',
    'steps:>20',
    '-steps:<=20',
    'cfg:1',
    'seed:1',
    'seed:11',
    '-seed:1',
  ),
  fc.constantFrom(
    'sampler:euler',
    'negative:cat',
    '-negative:a',
    'size:1024x768',
    'width:>2000',
    'rating:5',
    'tag:cat',
    '-model:sdxl',
  ),
);

const search = fc.array(term, { minLength: 1, maxLength: 3 }).map((terms) => {
  try {
    return parseSearch(terms.join(' '), () => undefined);
  } catch {
    return [];
  }
});

const question: fc.Arbitrary<ListQuery> = fc
  .record({
    terms: search,
    order: fc.constantFrom('newest' as const, 'oldest' as const),
    status: fc.constantFrom('active' as const, 'active' as const, 'trash' as const),
    size: fc.constantFrom(1, 2, 5),
    at: fc.oneof(
      fc.integer({ min: 1, max: 4 }).map((page) => ({ page })),
      fc.record({
        after: fc.record({ time: fc.nat(8).map((minute) => START + minute * 60_000), id: n.map(idOf) }),
      }),
    ),
    exactTotal: fc.boolean(),
    favorite: fc.option(fc.boolean(), { nil: undefined, freq: 4 }),
    from: fc.option(
      fc.nat(8).map((minute) => START + minute * 60_000),
      { nil: undefined, freq: 4 },
    ),
  })
  .map(({ favorite, from, ...rest }) =>
    query({
      ...rest,
      ...(favorite === undefined ? {} : { favorite }),
      ...(from === undefined ? {} : { from }),
    }),
  );

async function apply(catalog: Catalog, step: Step): Promise<void> {
  if (!('n' in step)) return;
  const record = pictureOf(ALICE, step.n, {
    ...('minute' in step ? { created_at: new Date(START + step.minute * 60_000).toISOString() } : {}),
    ...('part' in step ? step.part : {}),
  });
  const mutation = () => {
    if (step.op === 'put') return { op: 'put', record } as const;
    if (step.op === 'edit') return change(record, (now) => ({ ...now, ...step.part }));
    if (step.op === 'trash')
      return change(record, (now) => (now.status === 'trash' ? undefined : trashed(now)), 'trash');
    if (step.op === 'restore')
      return change(record, (now) => (now.status === 'trash' ? restored(now) : undefined), 'restore');
    return { op: 'purge', kind: record.kind, id: record.id } as const;
  };
  await catalog.commit(ALICE, mutation()).catch(() => undefined);
}

function told({ entries, next, total, totalRelation }: ListPage, expected: ListPage) {
  return {
    ids: entries.map(({ id }) => id),
    next,
    total: totalRelation === 'eq' ? total : expected.total,
    isEnough: total <= expected.total && total >= entries.length + (next === null ? 0 : 1),
  };
}

describe('a search of the manifest catalog', () => {
  it('answers as looking at every record does, over random histories', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 50, size: 'max' }),
        fc.array(question, { minLength: 8, maxLength: 12, size: 'max' }),
        async (steps, questions) => {
          const storage = createMemoryStorage({ now: () => START });
          const model = createMemoryCatalog({ now: () => START });
          let catalog = openCatalog(storage);
          const ask = async () => {
            for (const one of questions) {
              const expected = await model.list(one);
              const page = await catalog.list(one);
              expect(told(page, expected)).toEqual(told(expected, expected));
              if (one.exactTotal === true) expect(page.totalRelation).toBe('eq');
            }
          };
          for (const one of steps) {
            if (one.op === 'ask') await ask();
            if (one.op === 'compact') await catalog.compact(ALICE);
            if (one.op === 'reopen') {
              await catalog.close();
              catalog = openCatalog(storage);
            }
            await apply(catalog, one);
            await apply(model, one);
          }
          await ask();
          await catalog.close();
          expect(storage.openHandles()).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});
