import { describe, expect, it } from 'vitest';
import { crashStates, HERE, proveCrashStates } from './crash-proof.ts';
import { checkHistory, KILL } from './crash-states.ts';
import { WEIGHTS } from './history.ts';

const SEED = Number(process.env['KIROKU_SEED'] ?? 20_261_121);

/** One part of `npm run proof` in the suite's size: `npm run proof -- crash --seed …` runs more of it. */
describe('crash simulator', () => {
  it(`recovers ${crashStates.sizes.ci} crash states`, { timeout: 1_800_000 }, async () => {
    const { figures, breaches } = await proveCrashStates([HERE], {
      cycles: crashStates.sizes.ci,
      seed: SEED,
      say: console.log,
    });
    console.log(`crash simulator, seed ${SEED}: ${JSON.stringify(figures)}`);
    expect(breaches).toEqual([]);
    const [states, , , acknowledged] = figures.map(({ value }) => Number(value));
    expect(states).toBeGreaterThanOrEqual(crashStates.sizes.ci);
    expect(acknowledged).toBeGreaterThan(2 * crashStates.sizes.ci);
    // an act that always finds nothing to do would be tried in name only
    const changes = String(figures.find(({ name }) => name === 'changes')?.value);
    for (const name of [...Object.keys(WEIGHTS), KILL]) expect(changes).toMatch(new RegExp(` × ${name}[,)]`));
  });

  it('does the same for the same seed', async () => {
    const once = await checkHistory(1002);
    expect(once.states).toBeGreaterThan(10);
    expect(await checkHistory(1002)).toEqual(once);
  });
});
