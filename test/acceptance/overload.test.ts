import { describe, expect, it } from 'vitest';
import { overload } from './overload.ts';

/** One part of `npm run proof` in the suite's size: `npm run proof -- overload --cycles …` runs more of it. */
describe('more than it can take (O6)', () => {
  const { ci } = overload.sizes;

  it('is refused with a time to come back; afterwards all is as before', { timeout: 240_000 }, async () => {
    const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`overload: seed ${seed}`);
    const { figures, breaches } = await overload.run({ cycles: ci, seed, say: console.log, busy: true });
    console.log(`overload: ${JSON.stringify(figures)}`);
    expect(breaches).toEqual([]);
  });
});
