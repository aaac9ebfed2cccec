import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import part from '../../scripts/dev/proof/access.ts';
import { hasTool, skipNote } from '../support/tools.ts';
import { ATTACKS } from './access-proof.ts';
import { createWorld, type World } from './access-world.ts';

const cycles = part.sizes.ci;
const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);

describe('what is somebody else’s', () => {
  let world: World;
  beforeAll(async () => {
    console.log(`access: seed ${seed}`);
    world = await createWorld();
  }, 60_000);
  afterAll(() => world.close());

  const prove = async (name: string, figure: string, fewest: number) => {
    const found = await ATTACKS[name]?.(world, { cycles, seed, say: console.log });
    expect(found?.breaches, `seed ${seed}`).toEqual([]);
    expect(found?.counts[figure]).toBeGreaterThanOrEqual(fewest);
  };
  const options = { timeout: 180_000 };

  it('is not for those whose proof is none, with any operation', options, () =>
    prove('proofless', 'operations × proofs that are none', 1_500),
  );

  it('gets the answer of what never was, wherever it is named', options, async () => {
    await prove('idor', 'foreign values in other places', 3_000);
  });

  it('is not opened by what is nearly a proof', options, () => prove('tokens', 'forged proofs', 3_000));

  it('is not changed by other sites: the whole table', options, () =>
    prove('csrf', 'of them refused', 2_000),
  );

  it.skipIf(!hasTool('nginx'))(
    hasTool('nginx') ? 'is not kept for others by a cache' : skipNote('nginx'),
    options,
    () => prove('cache', 'of them answered from its cache', 2),
  );

  it('is not reached by texts that lead elsewhere', options, () =>
    prove('traversal', 'of them answered', cycles * 0.9),
  );
});
