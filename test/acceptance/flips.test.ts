import { describe, expect, it } from 'vitest';
import part from '../../scripts/dev/proof/flips.ts';
import { type Flip, runFlips } from './flips.ts';
import { judgeFlips } from './flips-judge.ts';
import type { Role } from './flips-tree.ts';

const CYCLES = part.sizes.ci;

it(`${CYCLES} of ${CYCLES} flipped bits are found and named by kiroku verify, and nothing else is`, {
  timeout: 180_000,
}, async () => {
  const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`flips: seed ${seed}`);
  const { breaches, figures } = await runFlips({ cycles: CYCLES, seed, say: console.log });
  expect(breaches).toEqual([]);
  expect(figures[0]).toEqual({ name: 'flips found', value: CYCLES });
});

/** The judge itself: what it lets pass, the proof would not see. */
describe('what was told against what was flipped', () => {
  const flip = (role: Role, at = 0): Flip => {
    const before = Buffer.from('head\nfirst\nlast\n');
    const named = { owner: 'u-a', kind: 'generated', id: '1' };
    return { path: 'p', role, at, bit: 0, before, after: before, ...named };
  };
  const picture = { user_id: 'u-a', kind: 'generated', id: '1' };
  const told = (damage: string, more: object = {}) => ({ damage, ...picture, ...more });

  it('another damage, picture, kind or owner is no explanation', () => {
    const right = told('original_changed');
    expect(judgeFlips([flip('original')], [right])).toEqual({ missed: [], unexplained: [] });
    for (const wrong of [
      told('thumbnail_broken'),
      told('original_changed', { id: '2' }),
      told('original_changed', { kind: 'input' }),
      told('original_changed', { user_id: 'u-b' }),
    ]) {
      expect(judgeFlips([flip('original')], [wrong])).toMatchObject({
        missed: [{ role: 'original' }],
        unexplained: [wrong],
      });
    }
  });

  it.each([
    [2, 0, true],
    [2, 5, false],
    [7, 5, true],
    [10, 5, true],
    [7, 11, false],
    [12, 11, true],
  ])('a flip at byte %i of a manifest, told as the line at %i: %s', (at, byte, holds) => {
    const line = { damage: 'manifest_line', user_id: 'u-a', byte };
    expect(judgeFlips([flip('manifest', at)], [line]).missed).toHaveLength(holds ? 0 : 1);
  });
});
