import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../web/src/api/types.ts';
import { createRange } from '../../../../web/src/grid/range.ts';
import { createPicks } from '../../../../web/src/picks/create-picks.ts';
import { dayOfPictures } from './pictures.ts';

const ALL = dayOfPictures('2026-03-02', 6);

/** A list of six that comes in pages of two, each when it is asked for. */
function made() {
  const picks = createPicks((time) => time.slice(0, 10));
  const waiting: (() => void)[] = [];
  const errors: unknown[] = [];
  let isBroken = false;
  const list = {
    picks,
    chunks: [],
    indexAt: () => 0,
    peek: (index: number): Item | undefined => ALL[index],
    async *pictures(from: number, to: number) {
      for (let index = from; index < to; index += 2) {
        await new Promise<void>((resolve) => waiting.push(resolve));
        if (isBroken) throw new Error('no answer');
        yield ALL.slice(index, Math.min(to, index + 2));
      }
    },
  };
  const page = async () => {
    waiting.shift()?.();
    // the next page is asked for some turns later
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return {
    picks,
    errors,
    page,
    range: createRange(list, (error) => errors.push(error)),
    fail() {
      isBroken = true;
    },
  };
}

describe('createRange', () => {
  it('tells how many are to come until all of them are picked', async () => {
    const { picks, range, page } = made();
    range.pick(4, 1);
    expect(picks.expected).toBe(4);
    await page();
    expect([picks.count, picks.expected]).toEqual([2, 4]);
    await page();
    expect([picks.count, picks.expected]).toEqual([4, undefined]);
  });

  it('picks no more of it once what was picked is cleared', async () => {
    const { picks, range, page } = made();
    range.pick(0, 5);
    await page();
    picks.clear();
    await page();
    await page();
    expect([picks.count, picks.expected]).toEqual([0, undefined]);
  });

  it('gives way to the next range, whose count is told', async () => {
    const { picks, range, page } = made();
    range.pick(0, 5);
    range.pick(0, 1);
    await page();
    expect([picks.count, picks.expected]).toEqual([0, 2]);
    await page();
    expect([picks.count, picks.expected]).toEqual([2, undefined]);
  });

  it('says what could not be read, and expects nothing more', async () => {
    const { picks, range, page, errors, fail } = made();
    range.pick(0, 5);
    await page();
    fail();
    await page();
    expect([errors.length, picks.count, picks.expected]).toEqual([1, 2, undefined]);
  });
});
