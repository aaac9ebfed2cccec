import { describe, expect, it } from 'vitest';
import { createPicks } from '../../../../web/src/picks/create-picks.ts';
import { dayOfPictures } from '../grid/pictures.ts';

const [a, b, c] = dayOfPictures('2026-03-02', 3);
const [d] = dayOfPictures('2026-03-01', 1);

describe('what is picked', () => {
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('too few');
  const make = () => createPicks((time) => time.slice(0, 10));

  it('is kept in order, and counted by day', () => {
    const picks = make();
    picks.set([a, d], true);
    picks.toggle(b);
    picks.set([a, c], true);
    expect(picks.all().map(({ id }) => id)).toEqual([a.id, d.id, b.id, c.id]);
    expect([picks.countOf('2026-03-02'), picks.countOf('2026-03-01')]).toEqual([3, 1]);
    picks.toggle(a);
    expect([picks.count, picks.countOf('2026-03-02'), picks.has(a.id)]).toEqual([3, 2, false]);
  });

  it('tells what changed, and nothing else', () => {
    const picks = make();
    let told = 0;
    picks.subscribe(() => {
      told += 1;
    });
    picks.set([a, b], true);
    picks.set([a, b], true);
    picks.set([c], false);
    expect(told).toBe(1);
    picks.clear();
    picks.clear();
    expect(told).toBe(2);
  });

  it('knows how many are to come, until they are there or nothing is picked any more', () => {
    const picks = make();
    let told = 0;
    picks.subscribe(() => {
      told += 1;
    });
    picks.expect(700);
    picks.expect(700);
    expect([picks.expected, told]).toEqual([700, 1]);
    picks.expect(undefined);
    expect(picks.expected).toBeUndefined();
    picks.expect(700);
    picks.clear();
    expect(picks.expected).toBeUndefined();
  });

  it('can be begun without a picture', () => {
    const picks = make();
    picks.turn(true);
    expect([picks.isOn, picks.count]).toEqual([true, 0]);
    picks.clear();
    expect(picks.isOn).toBe(false);
  });

  it('holds no recipes', () => {
    const picks = make();
    picks.set([{ ...a, meta: { ...a.meta, prompt: 'long' } }], true);
    expect(Object.keys(picks.all()[0]?.meta ?? {})).toEqual(['favorite', 'rating', 'tags']);
  });
});
