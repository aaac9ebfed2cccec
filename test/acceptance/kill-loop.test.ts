import { describe, expect, it } from 'vitest';
import { killLoop } from './kill-loop-proof.ts';

/** One part of `npm run proof` in the suite's size: `npm run proof -- kills --seed …` runs more of it. */
describe('kill -9 under load', () => {
  const { ci } = killLoop.sizes;

  it(`loses and changes nothing acknowledged in ${ci} cycles`, { timeout: 900_000 }, async () => {
    const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`kill loop: seed ${seed}`);
    const { figures, breaches } = await killLoop.run({ cycles: ci, seed, say: console.log });
    console.log(`kill loop: ${JSON.stringify(figures)}`);
    expect(breaches).toEqual([]);
    expect(figures.find(({ name }) => name === 'acknowledged operations')?.value).toBeGreaterThan(4 * ci);
  });
});
