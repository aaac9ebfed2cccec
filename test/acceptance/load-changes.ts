import type { OwnerJournal, Picture, PictureState } from './journal.ts';
import { answerOf, callAs, fault, idle, type LoadWorld, purgeTrash } from './load-calls.ts';

/** Sends a change of some pictures and takes its answer; those whose change was cut off stay busy. */
async function change(
  world: LoadWorld,
  pictures: readonly (readonly [Picture, PictureState])[],
  what: string,
  send: () => Promise<Response | undefined>,
): Promise<boolean> {
  for (const [picture, want] of pictures) {
    picture.busy = true;
    picture.maybe = want;
  }
  const wanted = pictures.map(([{ id }, want]) => [id, want]);
  world.journal.write({ ask: what, pictures: wanted });
  const answer = await answerOf(await send());
  if (answer === undefined) return false;
  if (answer.status !== 200) fault(world, what, answer);
  else {
    world.journal.write({ told: what, ids: pictures.map(([{ id }]) => id) });
    world.journal.acknowledged += 1;
    if (answer.text?.includes('"ok":false') === true) fault(world, what, answer);
  }
  for (const [picture, want] of pictures) {
    if (answer.status === 200) picture.known = want;
    picture.maybe = undefined;
    picture.busy = false;
    picture.touched = true;
  }
  return answer.text !== undefined;
}

export async function edit(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const [picture] = idle(world, owner, 1, ({ known }) => known.status === 'active');
  if (picture === undefined) return true;
  const { random, next } = world;
  const patch = {
    ...(random() < 0.6 ? { tags: [`tag ${next()}`, '풍경'] } : {}),
    ...(random() < 0.4 ? { favorite: random() < 0.3 } : {}),
    rating: random() < 0.2 ? null : Math.floor(random() * 6),
  };
  return change(world, [[picture, { ...picture.known, ...patch }]], 'edit', () =>
    callAs(world.base, owner, `/${picture.family}/${picture.id}`, { method: 'PATCH', json: patch }),
  );
}

/** While one of these is on its way no purge begins, and the other way round: what is left must be known for certain. */
async function moving(owner: OwnerJournal, run: () => Promise<boolean>): Promise<boolean> {
  if (owner.purging) return true;
  owner.moving += 1;
  try {
    return await run();
  } finally {
    owner.moving -= 1;
  }
}

export function move(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  return moving(owner, async () => {
    const [picture] = idle(world, owner, 1);
    if (picture === undefined) return true;
    const { family, id, known } = picture;
    // now and then what is so already: both are idempotent
    const goes = world.random() < 0.1 ? known.status === 'trash' : known.status === 'active';
    const want: PictureState = { ...known, status: goes ? 'trash' : 'active' };
    const path = `/${family}/${id}/${goes ? 'delete' : 'restore'}`;
    return change(world, [[picture, want]], goes ? 'delete' : 'restore', () =>
      callAs(world.base, owner, path, { method: 'POST' }),
    );
  });
}

export function bulk(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  return moving(owner, async () => {
    const { random, next } = world;
    const chosen = idle(world, owner, 2 + Math.floor(random() * 12), ({ family }) => family === 'images');
    const tag = `bulk ${next()}`;
    const rating = Math.floor(random() * 6);
    const acts: readonly (readonly [object, (known: PictureState) => PictureState])[] = [
      [{ action: 'delete' }, (known) => ({ ...known, status: 'trash' })],
      [{ action: 'restore' }, (known) => ({ ...known, status: 'active' })],
      [{ action: 'tag', tags: [tag] }, (known) => ({ ...known, tags: [...known.tags, tag] })],
      [{ action: 'rate', rating }, (known) => ({ ...known, rating })],
    ];
    const act = acts[Math.floor(random() * acts.length)];
    if (act === undefined || chosen.length === 0) return true;
    const [body, after] = act;
    const wants = chosen.map((picture): [Picture, PictureState] => [picture, after(picture.known)]);
    const json = { ...body, ids: chosen.map(({ id }) => id) };
    return change(world, wants, `bulk ${JSON.stringify(body)}`, () =>
      callAs(world.base, owner, '/images/bulk', { method: 'POST', json }),
    );
  });
}

export async function purge(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  if (owner.purging || owner.moving > 0) return true;
  // favourites stay; what a client was cut off from is not known to lie in the trash
  const doomed = idle(world, owner, Infinity, ({ known }) => known.status === 'trash' && !known.favorite);
  if (doomed.length < 4 || [...owner.pictures.values()].some(({ maybe }) => maybe !== undefined)) return true;
  owner.purging = true;
  for (const picture of doomed) {
    picture.busy = true;
    picture.maybe = 'gone';
  }
  world.journal.write({ ask: 'purge', owner: owner.name, ids: doomed.map(({ id }) => id) });
  const answer = await purgeTrash(world.base, owner.name);
  owner.purging = false;
  if (answer === undefined) return false;
  // one purge at a time, over all owners
  const refused = answer.status === 409;
  if (!refused && answer.status !== 200) {
    // some of it may be done
    fault(world, 'purge', answer);
    return answer.text !== undefined;
  }
  for (const picture of doomed) {
    picture.maybe = undefined;
    picture.busy = false;
    if (answer.status === 200) owner.pictures.delete(picture.id);
  }
  world.journal.write({ told: 'purge', owner: owner.name, status: answer.status });
  if (!refused) world.journal.acknowledged += 1;
  return answer.text !== undefined;
}
