import { expect, it } from 'vitest';
import part from '../../scripts/dev/proof/hostile.ts';
import { runHostile } from './hostile.ts';

const CYCLES = part.sizes.ci;

it(`${CYCLES} hostile files: each refused for what it is or kept bit for bit, in bounded memory`, {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`hostile: seed ${seed}`);
  // how long a busy machine takes decides nothing here; the command holds every answer to five seconds
  const { breaches, figures } = await runHostile({
    cycles: CYCLES,
    seed,
    say: console.log,
    patienceMs: 60_000,
  });
  expect(breaches, `seed ${seed}`).toEqual([]);
  expect(Number(figures.find(({ name }) => name === 'refused')?.value)).toBeGreaterThan(CYCLES / 3);
});
