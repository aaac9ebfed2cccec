import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inSteps } from '../../../../web/src/actions/in-steps.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `id-${index}`);
const allGood = async (some: readonly string[]) => some.map((id) => ({ id, ok: true }));

describe('in steps', () => {
  it('sends everything once, in order, none too many at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(500), fc.integer({ min: 1, max: 120 }), async (count, step) => {
        const calls: (readonly string[])[] = [];
        const told: number[] = [];
        const send = (some: readonly string[]) => {
          calls.push(some);
          return allGood(some);
        };
        const { done, refused } = await inSteps(ids(count), step, send, { onProgress: (n) => told.push(n) });
        expect(calls.flat()).toEqual(ids(count));
        expect(calls.every(({ length }) => length <= step)).toBe(true);
        expect([...done]).toEqual(ids(count));
        expect(refused).toBe(0);
        expect(told.at(-1) ?? 0).toBe(count);
      }),
    );
  });

  it('tells what was refused from what was done', async () => {
    const send = async (some: readonly string[]) => some.map((id) => ({ id, ok: !id.endsWith('3') }));
    const { done, refused } = await inSteps(ids(20), 6, send);
    expect(refused).toBe(2);
    expect(done.size).toBe(18);
    expect(done.has('id-13')).toBe(false);
  });

  it('begins no further step once it is stopped, and what was done is done', async () => {
    const stopping = new AbortController();
    const send = (some: readonly string[]) => {
      if (some.includes('id-10')) stopping.abort();
      return allGood(some);
    };
    const { done, error } = await inSteps(ids(50), 10, send, { signal: stopping.signal });
    expect([...done]).toEqual(ids(20));
    expect(error).toBeUndefined();
  });

  it('keeps what was done before a step failed, and says why', async () => {
    const problem = new Error('full');
    const send = (some: readonly string[]) => {
      if (some.includes('id-20')) throw problem;
      return allGood(some);
    };
    const { done, error } = await inSteps(ids(50), 10, send);
    expect([...done]).toEqual(ids(20));
    expect(error).toBe(problem);
  });
});
