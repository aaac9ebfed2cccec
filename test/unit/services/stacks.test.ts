import { describe, expect, it } from 'vitest';
import { createEntry } from '../../../src/catalog/entry.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import { variationsOf } from '../../../src/services/stacks.ts';
import { idOf } from '../../support/ids.ts';
import { sampleRecord } from '../../support/records.ts';

/** A family of pictures, newest first, each with these numbers. */
function family(...records: readonly Partial<PictureRecord>[]) {
  return records.map((record, index) =>
    createEntry(sampleRecord({ id: idOf(index + 1), seed: '1', steps: 20, cfg: 7, ...record }), index + 1),
  );
}

function variations(...records: readonly Partial<PictureRecord>[]) {
  const entries = family(...records);
  const [picture] = entries;
  if (picture === undefined) throw new Error('no picture');
  return variationsOf(picture, entries);
}

const ids = (entries: readonly { readonly id: string }[] | undefined) => entries?.map(({ id }) => id);

describe('a stack', () => {
  it('holds what differs in one number and no other', () => {
    const { stack, varying } = variations(
      {},
      { seed: '2' },
      { seed: '3', steps: 30 },
      { seed: '4' },
      { cfg: 8 },
    );
    expect(varying).toEqual([
      { name: 'seed', total: 3 },
      { name: 'cfg', total: 2 },
    ]);
    expect(stack()).toMatchObject({ varies: 'seed' });
    expect(ids(stack()?.members)).toEqual([idOf(1), idOf(2), idOf(4)]);
    expect(ids(stack('cfg')?.members)).toEqual([idOf(1), idOf(5)]);
    expect(stack('steps')).toBeUndefined();
    expect(stack('nonsense')).toBeUndefined();
  });

  it('is over the seed where that varies, whatever else has more', () => {
    const { stack, varying } = variations({}, { cfg: 8 }, { cfg: 9 }, { seed: '2' });
    expect(varying).toEqual([
      { name: 'seed', total: 2 },
      { name: 'cfg', total: 3 },
    ]);
    expect(stack()?.varies).toBe('seed');
  });

  it('is over the number with the most pictures where the seed does not vary', () => {
    const { stack } = variations({}, { steps: 30 }, { cfg: 8 }, { cfg: 9 });
    expect(stack()?.varies).toBe('cfg');
  });

  it('is none of a picture alone, or of the same numbers over again', () => {
    expect(variations({}).stack()).toBeUndefined();
    expect(variations({}, {}, {}).stack()).toBeUndefined();
  });

  it('holds those that are alike too', () => {
    expect(ids(variations({}, { seed: '2' }, {}).stack()?.members)).toEqual([idOf(1), idOf(2), idOf(3)]);
  });

  it('knows the weight of each network as a number of its own', () => {
    const loras = (ink: number, detail: number) => ({
      loras: [
        { name: 'ink', weight: ink },
        { name: 'detail', weight: detail },
      ],
    });
    const { varying, stack } = variations(loras(0.5, 1), loras(0.7, 1), loras(0.7, 0.2), loras(0.9, 1));
    expect(varying).toEqual([{ name: 'lora:ink', total: 3 }]);
    expect(ids(stack('lora:ink')?.members)).toEqual([idOf(1), idOf(2), idOf(4)]);
  });

  it('takes an unknown number as one that is like other unknown ones only', () => {
    const entries = family({}, { seed: null }, { seed: null, steps: 30 });
    const [, second] = entries;
    if (second === undefined) throw new Error('no picture');
    expect(variationsOf(second, entries).varying).toEqual([
      { name: 'seed', total: 2 },
      { name: 'steps', total: 2 },
    ]);
  });
});

describe('a grid', () => {
  const square = [
    {},
    { cfg: 10 },
    { steps: 8 },
    { steps: 8, cfg: 10 },
    { steps: 100, cfg: 7 },
    { steps: 8, cfg: 10 },
    { seed: '9', steps: 8, cfg: 7 },
  ];

  it('has the two numbers that vary as its axes, in numeric order, and the first picture of each place', () => {
    expect(variations(...square).grid()).toEqual({
      x: { name: 'steps', values: ['8', '20', '100'] },
      y: { name: 'cfg', values: ['7', '10'] },
      cells: [
        { x: 0, y: 0, id: idOf(3) },
        { x: 1, y: 0, id: idOf(1) },
        { x: 2, y: 0, id: idOf(5) },
        { x: 0, y: 1, id: idOf(4) },
        { x: 1, y: 1, id: idOf(2) },
      ],
    });
  });

  it('has the axes that are asked for', () => {
    const { grid } = variations(...square);
    expect(grid({ x: 'cfg', y: 'steps' })).toMatchObject({
      x: { name: 'cfg', values: ['7', '10'] },
      y: { name: 'steps', values: ['8', '20', '100'] },
    });
    expect(grid({ x: 'cfg', y: 'cfg' })).toBeUndefined();
    expect(grid({ x: 'seed', y: 'cfg' })).toBeUndefined();
    expect(grid({ x: 'seed', y: 'nonsense' })).toBeUndefined();
  });

  it('is none where one number varies alone', () => {
    expect(variations({}, { seed: '2' }, { seed: '3' }).grid()).toBeUndefined();
  });

  it('sorts seeds as the whole numbers they are, past what a float tells apart', () => {
    const seeds = ['18446744073709551615', '18446744073709551614', '9', '10'];
    const grid = variations(
      ...seeds.map((seed) => ({ seed })),
      { seed: '10', cfg: 9 },
      { seed: '9', cfg: 9 },
    ).grid();
    // the last two differ from the first in both numbers
    expect(grid?.x).toEqual({
      name: 'seed',
      values: ['9', '10', '18446744073709551614', '18446744073709551615'],
    });
  });

  it('leaves out places of unknown numbers', () => {
    const grid = variations({}, { seed: '2' }, { cfg: 8 }, { seed: null }, { seed: null, cfg: 9 }).grid();
    expect(grid?.x.values).toEqual(['1', '2']);
    expect(grid?.y.values).toEqual(['7', '8', '9']);
    expect(grid?.cells).toHaveLength(3);
  });
});
