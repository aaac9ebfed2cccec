import type { ProofOptions, ProofResult } from '../../scripts/dev/proof-part.ts';
import { runProofless } from './access-proofless.ts';
import { createWorld, type World } from './access-world.ts';
import { runCache } from './cache.ts';
import { runCsrf } from './csrf.ts';
import { type AccessFindings, runIdor } from './idor.ts';
import { runTokens } from './tokens.ts';
import { runTraversal } from './traversal.ts';

/** From here on a run is by command, and nothing is left out. */
const THOROUGH = 50_000;

/** The kinds of attack, in an order in which none spoils another: the last ones write. */
export const ATTACKS: Readonly<
  Record<string, (world: World, options: ProofOptions) => Promise<AccessFindings>>
> = {
  proofless: runProofless,
  idor: runIdor,
  tokens: runTokens,
  csrf: (world, { cycles }) => runCsrf(world, cycles >= THOROUGH),
  cache: runCache,
  traversal: runTraversal,
};

/** Every attack on what is somebody else's, one after another on one server; `only` takes one of them. */
export async function runAccess(options: ProofOptions): Promise<ProofResult> {
  const names = Object.keys(ATTACKS).filter((name) => options.only === undefined || name === options.only);
  if (names.length === 0) throw new RangeError(`--only: one of ${Object.keys(ATTACKS).join(', ')}`);
  const world = await createWorld();
  const breaches: string[] = [];
  const figures: { name: string; value: number }[] = [];
  try {
    for (const name of names) {
      const found = await ATTACKS[name]?.(world, options);
      breaches.push(...(found?.breaches ?? []).map((breach) => `${name}: ${breach}`));
      const counts = Object.entries(found?.counts ?? {}).map(([what, value]) => ({ name: what, value }));
      figures.push(...counts);
      const told = counts.map(({ name: what, value }) => `${value.toLocaleString('en')} ${what}`).join(', ');
      options.say(`${name}: ${told}`);
    }
  } finally {
    await world.close();
  }
  return { figures, breaches };
}
