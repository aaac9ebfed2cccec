import { UnsettledError } from '../../../src/domain/errors.ts';
import { LIBRARY_ACTS } from './acts-libraries.ts';
import { type Act, PICTURE_ACTS } from './acts-pictures.ts';
import type { World } from './world.ts';

const ACTS: { readonly [name: string]: Act } = { ...PICTURE_ACTS, ...LIBRARY_ACTS };

/** How often each is asked for, beside the others. */
export const WEIGHTS: { readonly [name in keyof (typeof PICTURE_ACTS & typeof LIBRARY_ACTS)]: number } = {
  upload: 30,
  'upload with a key': 8,
  'the same key again': 4,
  edit: 10,
  'trash or restore': 14,
  'copy to inputs': 4,
  'make a link': 5,
  'revoke a link': 3,
  'save a search': 4,
  'change or remove a search': 3,
  purge: 6,
  'give a library away': 3,
  'take in a dropped file': 5,
  'make a manifest again': 2,
};
const ALL = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);

function choose({ random }: World): string {
  let at = random() * ALL;
  for (const [name, weight] of Object.entries(WEIGHTS)) {
    at -= weight;
    if (at < 0) return name;
  }
  return 'upload';
}

/** One more act of somebody; an upload where there is nothing yet that the act could be of. */
export async function step(world: World): Promise<void> {
  const name = choose(world);
  try {
    const done = (await ACTS[name]?.(world)) ? name : 'upload';
    if (done !== name) await PICTURE_ACTS.upload(world);
    world.done.set(done, (world.done.get(done) ?? 0) + 1);
  } catch (error) {
    // it is committed: whether its caller is told so makes no difference to what must be there
    if (!(error instanceof UnsettledError)) throw error;
  }
}
