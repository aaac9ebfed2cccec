import fc from 'fast-check';
import { expect, it } from 'vitest';
import { emptyFacts } from '../../../../src/catalog/manifest/columns.ts';
import { wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { OwnerIndex } from '../../../../src/catalog/manifest/owner-index.ts';
import { KINDS, STATUSES } from '../../../../src/domain/kind.ts';
import { idOf } from '../../../support/ids.ts';

const step = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  kind: fc.integer({ min: 0, max: 2 }),
  status: fc.integer({ min: 0, max: 1 }),
  bytes: fc.constantFrom(0, 1, 70_000, 0xffff_ffff),
  thumbBytes: fc.constantFrom(0, 255, 65_536, 0xff_ffff),
  gone: fc.boolean(),
});

it('are the sums of what is there, whatever came, changed and went', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(30), (steps, loaded) => {
      const index = new OwnerIndex({ epoch: '0'.repeat(16), floor: 0, seq: 0 });
      const there = new Map<number, (typeof steps)[number]>();
      const words = new Uint32Array(4);
      for (const [i, one] of steps.entries()) {
        if (i === loaded) index.finish();
        const form = wordsOf(idOf(one.n), words);
        // a picture's kind never changes
        const kind = there.get(one.n)?.kind ?? one.kind;
        if (one.gone) {
          const [kindName = 'generated', status = 'active'] = [KINDS[kind], STATUSES[one.status]];
          index.purge(words, form, { seq: i, id: idOf(one.n), time: i, kind: kindName, status });
          there.delete(one.n);
        } else {
          const { bytes, thumbBytes, status } = one;
          index.put(words, {
            ...emptyFacts(),
            form,
            kind,
            status,
            bytes,
            thumbBytes,
            seq: i,
            createdAt: one.n,
          });
          there.set(one.n, { ...one, kind });
        }
      }
      if (loaded >= steps.length) index.finish();
      for (const [status, name] of STATUSES.entries()) {
        const use = index.totals.of(status);
        for (const [kind, kindName] of KINDS.entries()) {
          const own = [...there.values()].filter((one) => one.status === status && one.kind === kind);
          expect(use[kindName], `${kindName} ${name}`).toEqual({
            count: own.length,
            bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
            thumbBytes: own.reduce((sum, { thumbBytes }) => sum + thumbBytes, 0),
          });
        }
      }
    }),
  );
});
