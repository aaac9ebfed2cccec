import fc from 'fast-check';
import { KINDS } from '../../src/domain/kind.ts';
import { QUOTA_POLICIES } from '../../src/domain/quota.ts';
import type { BulkAction } from '../../src/services/services.ts';

/** Different pictures that uploads choose from. */
export const PICTURES = 4;

/** Whom a step is about: the member, whoever is the guest now, or one that has become the member. */
const who = fc.constantFrom('member', 'guest', 'guest', 'former');
/** Which of the pictures that the owner has, modulo how many there are. */
const which = fc.nat(40);
const kind = fc.constantFrom('generated', 'generated', ...KINDS);
const tags = fc.array(fc.constantFrom('a', 'b', 'ü'), { maxLength: 2 });
const rating = fc.constantFrom(null, 1, 5);
const limit = (max: number) => fc.option(fc.integer({ min: 1, max }));

const action: fc.Arbitrary<BulkAction> = fc.oneof(
  fc.record({ action: fc.constantFrom('delete', 'restore', 'favorite', 'unfavorite') }),
  fc.record({ action: fc.constantFrom('tag', 'untag'), tags }),
  fc.record({ action: fc.constant('rate'), rating }),
);

const upload = fc.record({
  op: fc.constant('upload'),
  who,
  kind,
  picture: fc.nat(PICTURES - 1),
  daysAgo: fc.constantFrom(0, 0, 0, 1, 3),
  favorite: fc.constantFrom(false, false, true),
  dedupe: fc.constantFrom(false, false, true),
});
const single = fc.record({ op: fc.constantFrom('trash', 'trash', 'restore'), who, which });
const edit = fc.record({ op: fc.constant('edit'), who, which, tags, favorite: fc.boolean(), rating });
const bulk = fc.record({
  op: fc.constant('bulk'),
  who,
  some: fc.uniqueArray(which, { minLength: 1, maxLength: 6 }),
  action,
});
const wait = fc.record({ op: fc.constant('wait'), hours: fc.constantFrom(1, 30, 24 * 8, 24 * 31) });
const purge = fc.record({
  op: fc.constant('purge'),
  who: fc.option(who),
  olderThanDays: fc.option(fc.constantFrom(1, 10)),
});
const quota = fc.record({
  op: fc.constant('quota'),
  who,
  maxBytes: limit(3_000),
  maxCount: limit(8),
  trashMaxBytes: limit(2_000),
  policy: fc.constantFrom(...QUOTA_POLICIES),
});
const transfer = fc.record({ op: fc.constant('transfer') });
const restart = fc.record({ op: fc.constant('restart'), killed: fc.boolean() });
const reindex = fc.record({
  op: fc.constant('reindex'),
  depth: fc.constantFrom('changes', 'names', 'sidecars'),
});
const unknown = fc.record({ op: fc.constant('unknown'), who });

const step = fc.oneof(
  { weight: 9, arbitrary: upload },
  { weight: 7, arbitrary: single },
  { weight: 3, arbitrary: edit },
  { weight: 4, arbitrary: bulk },
  { weight: 3, arbitrary: wait },
  { weight: 3, arbitrary: purge },
  { weight: 2, arbitrary: quota },
  { weight: 1, arbitrary: transfer },
  { weight: 2, arbitrary: restart },
  { weight: 1, arbitrary: reindex },
  { weight: 1, arbitrary: unknown },
);
export const history = fc.record({
  snapshots: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }),
});

type StepOf<T> = T extends fc.Arbitrary<infer S> ? S : never;
export type Step = StepOf<typeof step>;
