import { crc32 } from 'node:zlib';
import type { OwnerJournal, Picture } from './journal.ts';
import { answerOf, callAs, fault, idle, type LoadWorld } from './load-calls.ts';
import { pictureOf } from './load-uploads.ts';

export async function list(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const page = 1 + Math.floor(world.random() * 4);
  const answer = await answerOf(await callAs(world.base, owner, `/images?page=${page}&size=24`));
  if (answer?.text === undefined) return false;
  if (answer.status !== 200) fault(world, `page ${page}`, answer);
  return true;
}

export async function search(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const fits = ({ prompt, known }: Picture) => prompt !== null && known.status === 'active';
  const [picture] = idle(world, owner, 1, fits);
  if (picture === undefined) return true;
  picture.busy = true;
  // words are found by their beginnings too: only the phrase is this picture's alone
  const query = encodeURIComponent(`"word${picture.seed} on"`);
  const answer = await answerOf(await callAs(world.base, owner, `/images?q=${query}`));
  picture.busy = false;
  if (answer?.text === undefined) return false;
  const found = answer.status === 200 && answer.text.includes(`"id":"${picture.id}"`);
  if (!found) fault(world, `search for word${picture.seed} of ${picture.id}`, answer);
  return true;
}

export async function zip(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const fits = ({ family, known }: Picture) => family === 'images' && known.status === 'active';
  const chosen = idle(world, owner, 4, fits);
  if (chosen.length === 0) return true;
  for (const picture of chosen) picture.busy = true;
  const json = { ids: chosen.map(({ id }) => id) };
  const response = await callAs(world.base, owner, '/images/zip', { method: 'POST', json });
  const bytes = await response?.arrayBuffer().catch(() => undefined);
  for (const picture of chosen) picture.busy = false;
  if (response === undefined || bytes === undefined) return false;
  const archive = Buffer.from(bytes);
  // stored, so every original stands in it as it is; its checksum stands in front of it
  const isWhole = chosen.every(({ seed }) => {
    const file = Buffer.from(pictureOf(seed));
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(file));
    return archive.includes(file) && archive.includes(sum);
  });
  if (response.status === 200 && isWhole) return true;
  const text = archive.toString('latin1', 0, 300);
  fault(world, `ZIP of ${json.ids.join(', ')}`, { status: response.status, text });
  return true;
}

export async function usage(world: LoadWorld, owner: OwnerJournal): Promise<boolean> {
  const answer = await answerOf(await callAs(world.base, owner, '/usage'));
  if (answer?.text === undefined) return false;
  if (answer.status !== 200) fault(world, 'usage', answer);
  return true;
}
