import { filePart, multipart } from './calls.ts';
import { FRESH, type OwnerJournal, type Picture, stateOf, type Unanswered } from './journal.ts';
import { answerOf, callAs, fault, idle, type LoadWorld } from './load-calls.ts';
import { sha256, tinyPng } from './png.ts';
import type { Item } from './rig.ts';

export async function upload(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const { random, next } = world;
  const seed = next();
  const family = random() < 0.8 ? 'images' : 'inputs';
  const prompt = family === 'images' ? `word${seed} on a hill` : null;
  const key = family === 'images' && random() < 0.5 ? `job-${seed}` : undefined;
  return sendUpload(world, owner, { family, seed, prompt, key, acknowledged: false }, 201);
}

/** Sends a picture; with a key also for the second time. @param wanted the status that this must have */
export async function sendUpload(
  world: LoadWorld,
  owner: OwnerJournal,
  sent: Unanswered,
  wanted: 200 | 201,
): Promise<boolean> {
  const { base, journal, random } = world;
  const { family, seed, prompt, key } = sent;
  const file = pictureOf(seed);
  const hash = sha256(file);
  owner.unanswered.set(hash, sent);
  journal.write({ ask: 'upload', owner: owner.name, family, seed, hash, key });
  const meta = prompt === null ? [] : [{ name: 'meta', body: JSON.stringify({ prompt }) }];
  const { body, type } = multipart([...meta, filePart(file)]);
  const response = await callAs(base, owner, family === 'images' ? '/images' : '/inputs/upload', {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...(key === undefined ? {} : { 'idempotency-key': key }) },
    asService: family === 'images',
  });
  const answer = await answerOf(response);
  if (answer === undefined) return false;
  if (answer.status !== wanted) {
    fault(world, `upload of seed ${seed} (wanted ${wanted})`, answer);
    // what was refused is not there
    owner.unanswered.delete(hash);
    return true;
  }
  if (answer.text === undefined) {
    owner.unanswered.set(hash, { ...sent, acknowledged: true });
    return false;
  }
  const item: Item = JSON.parse(answer.text);
  journal.write({ told: 'upload', id: item.id, hash });
  journal.acknowledged += 1;
  owner.unanswered.delete(hash);
  const known = owner.pictures.get(item.id);
  if (known !== undefined) {
    if (wanted === 201) fault(world, `${item.id} was given twice`, answer);
    return true;
  }
  const picture = pictureFrom(item, sent, hash);
  picture.busy = true;
  owner.pictures.set(item.id, picture);
  const alive = random() < 0.3 ? await isInNextList(world, owner, picture) : true;
  picture.busy = false;
  return alive;
}

export function pictureOf(seed: number): Uint8Array<ArrayBuffer> {
  return tinyPng(seed, 8 + (seed % 40));
}

export function pictureFrom(
  item: Item,
  { family, seed, prompt }: Pick<Unanswered, 'family' | 'seed' | 'prompt'>,
  hash: string,
): Picture {
  return {
    id: item.id,
    family,
    seed,
    sha256: hash,
    created_at: item.created_at,
    prompt,
    url: item.url,
    known: { ...FRESH, ...stateOf(item.meta) },
    maybe: undefined,
    busy: false,
    touched: true,
  };
}

async function isInNextList(world: LoadWorld, owner: OwnerJournal, picture: Picture): Promise<boolean> {
  const answer = await answerOf(await callAs(world.base, owner, `/${picture.family}?size=100`));
  if (answer?.text === undefined) return false;
  if (answer.status !== 200) fault(world, 'list after an upload', answer);
  else if (!answer.text.includes(`"id":"${picture.id}"`)) {
    world.journal.faults.push(`${picture.id} was acknowledged and is not in the next list`);
  }
  return true;
}

export async function dedupe(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const [picture] = idle(
    world,
    owner,
    1,
    ({ family, known }) => family === 'images' && known.status === 'active',
  );
  if (picture === undefined) return true;
  picture.busy = true;
  const { body, type } = multipart([filePart(pictureOf(picture.seed))]);
  const init = { method: 'POST', body, headers: { 'content-type': type }, asService: true };
  const answer = await answerOf(await callAs(world.base, owner, '/images?dedupe=1', init));
  picture.busy = false;
  if (answer?.text === undefined) return false;
  if (answer.status !== 200 || !answer.text.includes(picture.id))
    fault(world, `dedupe of ${picture.id}`, answer);
  return true;
}
