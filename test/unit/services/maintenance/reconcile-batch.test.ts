import { describe, expect, it } from 'vitest';
import { eachLimited } from '../../../../src/services/maintenance/reconcile-batch.ts';

const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

describe('a bounded batch', () => {
  it('acts on everything once, never on more than the limit at a time', async () => {
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    await eachLimited(Array.from({ length: 500 }, (_, n) => n).values(), 7, undefined, async (n) => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      seen.push(n);
      running -= 1;
    });
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(most).toBe(7);
  });

  it('starts nothing more after a failure, and waits for what was under way', async () => {
    let ended = 0;
    const act = async (n: number) => {
      await turn();
      if (n === 3) throw new Error('bad');
      await turn();
      ended += 1;
    };
    await expect(
      eachLimited(
        Array.from({ length: 100 }, (_, n) => n),
        4,
        undefined,
        act,
      ),
    ).rejects.toThrow('bad');
    expect(ended).toBe(3);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    let count = 0;
    await eachLimited(Array.from({ length: 100 }), 1, stop.signal, async () => {
      count += 1;
      if (count === 5) stop.abort();
    });
    expect(count).toBe(5);
  });
});
