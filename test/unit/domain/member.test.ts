import fc from 'fast-check';
import { expect, it } from 'vitest';
import { memberOf } from '../../../src/domain/member.ts';
import { isGuest, isOwner } from '../../../src/domain/owner.ts';

it.each(['anna', 'anna-lee_2', '0', 'x'.repeat(64)])('%s is an owner as it is', (name) => {
  expect(memberOf(name)).toBe(name);
});

it.each([
  'Anna',
  'anna@example.org',
  'x'.repeat(65),
  `anon-${'0'.repeat(32)}`,
  `u-${'0'.repeat(32)}`,
  '../x',
  '안나',
  'anna lee',
])('%s is one by its digest', (name) => {
  expect(memberOf(name)).toMatch(/^u-[0-9a-f]{32}$/);
});

// half surrogates are all one in UTF-8: two such names would share a library
it.each(['', ' anna', 'anna ', 'an\nna', 'an\u0000na', 'x'.repeat(513), 'Anna\ud800', '\udc00'])(
  '%j is nobody',
  (name) => {
    expect(memberOf(name)).toBeUndefined();
  },
);

it('gives two names never the same owner, and no name a guest’s, nor another one’s digest', () => {
  const names = fc.oneof(
    fc.string(),
    fc.constantFrom('anna', 'Anna', 'ANNA', 'anna@x', `anon-${'1'.repeat(32)}`),
  );
  fc.assert(
    fc.property(names, names, (a, b) => {
      const [first, second] = [memberOf(a), memberOf(b)];
      if (first === undefined || second === undefined) return;
      expect(isOwner(first) && !isGuest(first)).toBe(true);
      expect(first === second).toBe(a === b);
      if (first !== a) expect(memberOf(first)).not.toBe(first);
    }),
  );
});
