import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/catalog/catalog.ts';
import { createEventBus } from '../../../src/events/bus.ts';
import { ANNA, BERT, pictureId } from '../../support/services.ts';

const change = (owner: typeof ANNA, seq: number): Change => ({
  version: { epoch: '0'.repeat(16), seq },
  op: 'purge',
  kind: 'generated',
  owner,
  id: pictureId('0'.repeat(32)),
  entry: undefined,
});

describe('the event bus', () => {
  it('tells every listener of an owner, in order, and nobody else', () => {
    const bus = createEventBus();
    const heard: string[] = [];
    const stop = bus.subscribe(ANNA, ({ version }) => heard.push(`a${version.seq}`));
    bus.subscribe(ANNA, ({ version }) => heard.push(`b${version.seq}`));
    bus.subscribe(BERT, ({ version }) => heard.push(`c${version.seq}`));
    bus.publish(change(ANNA, 1));
    stop();
    stop();
    bus.publish(change(ANNA, 2));
    expect(heard).toEqual(['a1', 'b1', 'b2']);
    expect(bus.listeners).toBe(2);
  });

  it('goes on when a listener throws', () => {
    const errors: unknown[] = [];
    const bus = createEventBus((error) => errors.push(error));
    const heard: number[] = [];
    bus.subscribe(ANNA, () => {
      throw new Error('listener');
    });
    bus.subscribe(ANNA, ({ version }) => heard.push(version.seq));
    bus.publish(change(ANNA, 1));
    expect(heard).toEqual([1]);
    expect(errors).toHaveLength(1);
  });
});
