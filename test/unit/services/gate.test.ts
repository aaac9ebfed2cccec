import { describe, expect, it } from 'vitest';
import { createGate } from '../../../src/services/gate.ts';
import { failureOf } from '../../support/services.ts';

describe('the gate', () => {
  it('lets a bounded number in, in the order they came, and refuses past the queue', async () => {
    const gate = createGate({ active: 2, waiting: 2, retryAfter: 3 });
    const order: number[] = [];
    const enter = async (name: number) => {
      const leave = await gate.enter();
      order.push(name);
      return leave;
    };
    const first = await enter(1);
    const second = await enter(2);
    const third = enter(3);
    const fourth = enter(4);
    expect(await failureOf(gate.enter())).toMatchObject({ code: 'overloaded', details: { retryAfter: 3 } });
    first();
    first();
    (await third)();
    expect(order).toEqual([1, 2, 3]);
    const leave = await fourth;
    second();
    leave();
    expect(order).toEqual([1, 2, 3, 4]);
    const again = await Promise.all([gate.enter(), gate.enter()]);
    for (const out of again) out();
  });

  it('forgets those who go away while they wait', async () => {
    const gate = createGate({ active: 1, waiting: 1, retryAfter: 1 });
    const leave = await gate.enter();
    const gone = new AbortController();
    const waiting = failureOf(gate.enter(gone.signal));
    gone.abort();
    expect(await waiting).toMatchObject({ code: 'aborted' });
    const next = gate.enter();
    leave();
    (await next)();
    expect(await failureOf(gate.enter(gone.signal))).toMatchObject({ code: 'aborted' });
    (await gate.enter())();
  });
});
