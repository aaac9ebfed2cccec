import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReach, FIRST_LOOK_MS, NEXT_LOOK_MS } from '../../../../web/src/api/reach.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function made() {
  let isThere = true;
  const said: (number | undefined)[] = [];
  const ask = vi.fn(async () => {
    if (!isThere) throw new Error('nobody');
  });
  const reach = createReach({ ask, now: () => 1_000 });
  reach.subscribe(() => said.push(reach.goneSince));
  return {
    reach,
    ask,
    said,
    turn(on: boolean) {
      isThere = on;
    },
  };
}

describe('createReach', () => {
  it('says nothing of what is over in a moment', async () => {
    const { reach, said, ask, turn } = made();
    turn(false);
    reach.suspect();
    await vi.advanceTimersByTimeAsync(FIRST_LOOK_MS - 1);
    turn(true);
    await vi.advanceTimersByTimeAsync(10 * NEXT_LOOK_MS);
    expect(said).toEqual([]);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('asks nothing when the stream itself is back first', async () => {
    const { reach, said, ask } = made();
    reach.suspect();
    reach.works();
    await vi.advanceTimersByTimeAsync(10 * NEXT_LOOK_MS);
    expect(said).toEqual([]);
    expect(ask).not.toHaveBeenCalled();
  });

  it('says since when nobody answers, and goes on asking until somebody does', async () => {
    const { reach, said, ask, turn } = made();
    turn(false);
    reach.suspect();
    reach.suspect();
    await vi.advanceTimersByTimeAsync(FIRST_LOOK_MS);
    expect(said).toEqual([1_000]);
    await vi.advanceTimersByTimeAsync(2 * NEXT_LOOK_MS);
    expect(ask).toHaveBeenCalledTimes(3);
    turn(true);
    await vi.advanceTimersByTimeAsync(NEXT_LOOK_MS);
    expect(said).toEqual([1_000, undefined]);
    await vi.advanceTimersByTimeAsync(10 * NEXT_LOOK_MS);
    expect(ask).toHaveBeenCalledTimes(4);
  });

  it('looks at once when the browser has a network again, and only where something is suspected', async () => {
    const { reach, said, ask, turn } = made();
    reach.lookNow();
    expect(ask).not.toHaveBeenCalled();
    turn(false);
    reach.suspect();
    await vi.advanceTimersByTimeAsync(FIRST_LOOK_MS);
    turn(true);
    reach.lookNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(said).toEqual([1_000, undefined]);
  });

  it('an answer that comes after the connection is back counts no more', async () => {
    let refuse = (_: Error) => {};
    const ask = () => new Promise<void>((_, reject) => (refuse = reject));
    const reach = createReach({ ask, now: () => 1 });
    reach.suspect();
    await vi.advanceTimersByTimeAsync(FIRST_LOOK_MS);
    reach.works();
    refuse(new Error('late'));
    await vi.advanceTimersByTimeAsync(0);
    expect(reach.goneSince).toBeUndefined();
  });
});
