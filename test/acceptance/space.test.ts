import { describe, expect, it } from 'vitest';
import { skipNote } from '../support/tools.ts';
import { space } from './space-proof.ts';
import { canMount } from './space-volume.ts';

const mounts = canMount();

/** One part of `npm run proof` in the suite's size. */
describe('a volume that ends', () => {
  const title = mounts
    ? 'is refused rightly, and works again by itself'
    : skipNote('mounting in a user namespace');

  it.skipIf(!mounts)(title, { timeout: 300_000 }, async () => {
    const { breaches } = await space.run({ cycles: space.sizes.ci, seed: 1, say: console.log });
    expect(breaches).toEqual([]);
  });
});
