import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createGather } from '../../../../web/src/live/gather.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('hands on together what came within the moment, in its order', () => {
  const handOn = vi.fn();
  const gather = createGather<number>(handOn, 20);
  for (let at = 0; at < 3; at += 1) gather.add(at);
  expect(handOn).not.toHaveBeenCalled();
  vi.advanceTimersByTime(20);
  gather.add(3);
  vi.advanceTimersByTime(20);
  expect(handOn.mock.calls).toEqual([[[0, 1, 2]], [[3]]]);
});

it('waits a moment from the first, not from the last: a stream of changes is shown as it comes', () => {
  const handOn = vi.fn();
  const gather = createGather<number>(handOn, 20);
  for (let at = 0; at < 10; at += 1) {
    gather.add(at);
    vi.advanceTimersByTime(10);
  }
  expect(handOn).toHaveBeenCalledTimes(5);
});

it('hands on at once what is held when it is asked to, and nothing twice', () => {
  const handOn = vi.fn();
  const gather = createGather<string>(handOn, 20);
  gather.flush();
  gather.add('a');
  gather.flush();
  vi.advanceTimersByTime(100);
  expect(handOn.mock.calls).toEqual([[['a']]]);
});
