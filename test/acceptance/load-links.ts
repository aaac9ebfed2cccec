import type { OwnerJournal, Picture } from './journal.ts';
import { answerOf, callAs, fault, idle, type LoadWorld } from './load-calls.ts';

export async function share(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const fits = ({ family, known }: Picture) => family === 'images' && known.status === 'active';
  const chosen = idle(world, owner, 3, fits);
  if (chosen.length === 0) return true;
  for (const picture of chosen) picture.busy = true;
  const name = `share ${world.next()}`;
  const ids = chosen.map(({ id }) => id);
  owner.maybeNamed.add(name);
  world.journal.write({ ask: 'share', name, ids });
  const json = { ids, name, expires_in: 86_400 };
  const answer = await answerOf(await callAs(world.base, owner, '/shares', { method: 'POST', json }));
  for (const picture of chosen) picture.busy = false;
  if (answer?.text === undefined) return false;
  owner.maybeNamed.delete(name);
  if (answer.status !== 201) fault(world, 'share', answer);
  else {
    const made: { sid: string; url: string } = JSON.parse(answer.text);
    world.journal.write({ told: 'share', sid: made.sid });
    world.journal.acknowledged += 1;
    owner.shares.set(made.sid, { url: made.url, ids, state: 'open', maybeEnded: false, busy: false });
  }
  return true;
}

export async function endShare(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const found = [...owner.shares].find(([, link]) => link.state === 'open' && !link.busy);
  if (found === undefined) return true;
  const [sid, link] = found;
  link.busy = true;
  link.maybeEnded = true;
  world.journal.write({ ask: 'end share', sid });
  const answer = await answerOf(await callAs(world.base, owner, `/shares/${sid}`, { method: 'DELETE' }));
  if (answer === undefined) return false;
  link.maybeEnded = false;
  link.busy = false;
  if (answer.status !== 200) fault(world, `end of share ${sid}`, answer);
  else {
    link.state = 'ended';
    world.journal.write({ told: 'end share', sid });
    world.journal.acknowledged += 1;
  }
  return answer.text !== undefined;
}

export async function savedSearch(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  if (owner.pictures.size === 0) return true;
  const free = [...owner.searches].filter(([, saved]) => !saved.busy);
  if (free.length < 20) return saveSearch(world, owner);
  const [sid, saved] = free[0] ?? [];
  if (sid === undefined || saved === undefined) return true;
  saved.busy = true;
  saved.maybeGone = true;
  world.journal.write({ ask: 'forget search', sid });
  const answer = await answerOf(await callAs(world.base, owner, `/searches/${sid}`, { method: 'DELETE' }));
  if (answer === undefined) return false;
  if (answer.status !== 200) fault(world, `forgetting search ${sid}`, answer);
  else {
    owner.searches.delete(sid);
    world.journal.acknowledged += 1;
  }
  return answer.text !== undefined;
}

async function saveSearch(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const name = `search ${world.next()}`;
  owner.maybeNamed.add(name);
  world.journal.write({ ask: 'search', name });
  const json = { name, query: { q: 'hill', order: 'oldest' } };
  const answer = await answerOf(await callAs(world.base, owner, '/searches', { method: 'POST', json }));
  if (answer?.text === undefined) return false;
  owner.maybeNamed.delete(name);
  if (answer.status !== 201) fault(world, 'saving a search', answer);
  else {
    const { id }: { id: string } = JSON.parse(answer.text);
    world.journal.acknowledged += 1;
    owner.searches.set(id, { name, maybeGone: false, busy: false });
  }
  return true;
}
