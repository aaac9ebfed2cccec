import { describe, expect, it } from 'vitest';
import { LoadGate } from '../../../../src/catalog/manifest/load-gate.ts';

const SMALL = 1_000;
const LARGE = 1_000_000_000;

describe('loads at a time', () => {
  it('are few, in the order in which they came, whatever becomes of them', async () => {
    const gate = new LoadGate();
    const begun: number[] = [];
    const ends = Array.from({ length: 9 }, () => Promise.withResolvers<void>());
    const works = ends.map(({ promise }, n) =>
      gate.run(SMALL, () => {
        begun.push(n);
        return promise;
      }),
    );
    const results = Promise.allSettled(works);
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]?.reject(new Error('broken'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    for (const end of ends) end.resolve();
    const states = (await results).map(({ status }) => status);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(states.filter((status) => status === 'rejected')).toHaveLength(1);
  });

  it('of small owners never wait for large ones', async () => {
    const gate = new LoadGate();
    const end = Promise.withResolvers<void>();
    const large = Array.from({ length: 5 }, () => gate.run(LARGE, () => end.promise));
    expect(await gate.run(SMALL, async () => 'done')).toBe('done');
    end.resolve();
    await Promise.all(large);
  });
});
