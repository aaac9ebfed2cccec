import { CALM } from './calls.ts';
import type { OwnerJournal } from './journal.ts';
import type { LoadWorld } from './load-calls.ts';
import { bulk, edit, move, purge } from './load-changes.ts';
import { endShare, savedSearch, share } from './load-links.ts';
import { list, search, usage, zip } from './load-reads.ts';
import { dedupe, upload } from './load-uploads.ts';

/** Mixed load: what many clients do at once, each with one call on its way, and what they write into the journal. */

/** The environment under which the load may run as fast as it can. */
export const LOAD_ENV = CALM;

/** Returns false when the server is gone. */
type Operation = (world: LoadWorld, owner: OwnerJournal) => Promise<boolean>;

/** Each with how often of all it is chosen, from 0 to 1. */
export type Mix = readonly (readonly [number, Operation])[];

/** One random operation; of what is left over one uploads. Returns false when the server is gone. */
export async function step(world: LoadWorld): Promise<boolean> {
  return stepOf(world, OPERATIONS, upload);
}

/** One random operation of the mix, or `rest`, for a random owner. Returns false when the server is gone. */
export async function stepOf(world: LoadWorld, mix: Mix, rest: Operation): Promise<boolean> {
  const { journal, random } = world;
  const owner = journal.owners[Math.floor(random() * journal.owners.length)];
  if (owner === undefined) throw new RangeError('nobody to act for');
  let choice = random();
  for (const [weight, operation] of mix) {
    choice -= weight;
    if (choice < 0) return operation(world, owner);
  }
  return rest(world, owner);
}

const OPERATIONS: Mix = [
  [0.34, upload],
  [0.04, dedupe],
  [0.12, edit],
  [0.16, move],
  [0.06, bulk],
  [0.05, list],
  [0.04, search],
  [0.03, zip],
  [0.03, share],
  [0.02, endShare],
  [0.04, savedSearch],
  [0.02, usage],
  [0.03, purge],
];
