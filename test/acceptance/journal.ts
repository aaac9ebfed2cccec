import { sha256, tinyPng } from './png.ts';
import type { Item, ServiceClient } from './rig.ts';

/** What a client was told about one picture; `maybe` holds an operation whose answer never came. */
export interface Told {
  readonly sha256: string;
  state: PictureState;
  maybe: PictureState | undefined;
}

export interface PictureState {
  readonly status: 'active' | 'trash';
  readonly tags: readonly string[];
}

export interface Journal {
  readonly pictures: Map<string, Told>;
  /** Hashes of uploads whose answer never came: whole or absent, both are right. */
  readonly unanswered: Set<string>;
  acknowledged: number;
}

export function createJournal(): Journal {
  return { pictures: new Map(), unanswered: new Set(), acknowledged: 0 };
}

/** One random acknowledged (or cut off) operation. Returns false when the server is gone. */
export async function step(
  client: ServiceClient,
  journal: Journal,
  random: () => number,
  next: () => number,
): Promise<boolean> {
  const ids = [...journal.pictures.keys()];
  const choice = random();
  const id = ids[Math.floor(random() * ids.length)];
  if (id === undefined || choice < 0.5) return upload(client, journal, next());
  const told = journal.pictures.get(id);
  // One open question at a time: an unanswered operation is settled by the next comparison.
  if (told === undefined || told.maybe !== undefined) return true;
  if (choice < 0.7) {
    return change(journal, told, { ...told.state, tags: [`t${next()}`] }, (want) =>
      client.patch(id, { tags: want.tags }),
    );
  }
  const status = told.state.status === 'active' ? 'trash' : 'active';
  return change(journal, told, { ...told.state, status }, () =>
    status === 'trash' ? client.trash(id) : client.restore(id),
  );
}

async function upload(client: ServiceClient, journal: Journal, seed: number): Promise<boolean> {
  const file = tinyPng(seed);
  const hash = sha256(file);
  journal.unanswered.add(hash);
  const answer = await client.upload(file, { prompt: `picture ${seed}` }).catch(() => undefined);
  const body = await answer?.json().catch(() => undefined);
  if (answer === undefined || body === undefined) return false;
  if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${JSON.stringify(body)}`);
  const item = body as Item;
  journal.unanswered.delete(hash);
  journal.pictures.set(item.id, { sha256: hash, state: { status: 'active', tags: [] }, maybe: undefined });
  journal.acknowledged += 1;
  return true;
}

async function change(
  journal: Journal,
  told: Told,
  want: PictureState,
  send: (want: PictureState) => Promise<Response>,
): Promise<boolean> {
  told.maybe = want;
  const answer = await send(want).catch(() => undefined);
  const body = await answer?.text().catch(() => undefined);
  if (answer === undefined || body === undefined) return false;
  if (answer.status !== 200) throw new Error(`change: ${answer.status} ${body}`);
  told.state = want;
  told.maybe = undefined;
  journal.acknowledged += 1;
  return true;
}

function sameState(a: PictureState, b: PictureState): boolean {
  return a.status === b.status && JSON.stringify(a.tags) === JSON.stringify(b.tags);
}

/**
 * Compares the server with what clients were told, bytes included, and takes what an unanswered operation turned
 * out to be. Returns every difference in words.
 */
export async function compare(client: ServiceClient, journal: Journal): Promise<string[]> {
  const faults: string[] = [];
  const listed = new Map<string, Item>();
  for (const status of ['active', 'trash'] as const) {
    for (const item of await client.all(status)) {
      if (listed.has(item.id)) faults.push(`${item.id} is listed twice`);
      listed.set(item.id, item);
    }
  }
  for (const [id, told] of journal.pictures) {
    const item = listed.get(id);
    if (item === undefined) faults.push(`${id} was acknowledged and is gone`);
    else faults.push(...settle(id, told, item));
  }
  for (const [id, item] of listed) {
    const told = journal.pictures.get(id);
    const hash = String(item.meta['sha256']);
    if (told === undefined && !journal.unanswered.delete(hash)) {
      faults.push(`${id} was never sent`);
      continue;
    }
    const bytes = await client.bytes(item.url).catch((error: unknown) => String(error));
    if (typeof bytes === 'string') faults.push(`${id}: original ${bytes}`);
    else if (sha256(bytes) !== (told?.sha256 ?? hash)) faults.push(`${id}: the original's bytes differ`);
    if (told === undefined) adopt(journal, id, item, hash);
  }
  // What did not arrive stays absent: an upload cut off by the kill must not appear later.
  journal.unanswered.clear();
  return faults;
}

function settle(id: string, told: Told, item: Item): string[] {
  const found = stateOf(item);
  if (told.maybe !== undefined && sameState(found, told.maybe)) told.state = told.maybe;
  told.maybe = undefined;
  if (sameState(found, told.state)) return [];
  return [`${id} should be ${JSON.stringify(told.state)} and is ${JSON.stringify(found)}`];
}

function adopt(journal: Journal, id: string, item: Item, hash: string): void {
  journal.pictures.set(id, { sha256: hash, state: stateOf(item), maybe: undefined });
}

function stateOf(item: Item): PictureState {
  const tags = item.meta['tags'];
  return {
    status: item.meta['status'] === 'trash' ? 'trash' : 'active',
    tags: Array.isArray(tags) ? tags.map(String) : [],
  };
}
