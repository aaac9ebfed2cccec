import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { filesIn } from './calls.ts';
import {
  FAMILIES,
  type Family,
  type Journal,
  type OwnerJournal,
  type Picture,
  sameState,
  stateOf,
} from './journal.ts';
import { callAs } from './load-calls.ts';
import { pictureFrom } from './load-uploads.ts';
import { sha256 } from './png.ts';
import type { Item } from './rig.ts';

/** Holds a server that nobody else talks to against what clients were told, and settles what they were not told. */

export interface CompareOptions {
  readonly base: string;
  /** The tree itself, to see that nothing half lies in it. */
  readonly outputs: string;
  readonly random: () => number;
  /** Compare the bytes of every picture and open every link, and not only what was touched since and some others. */
  readonly everyByte: boolean;
}

/** Beside the touched ones. */
const SAMPLE = 20;

/** Every difference, in words. */
export async function compare(journal: Journal, options: CompareOptions): Promise<string[]> {
  const faults = journal.faults.splice(0);
  const listed = new Set<string>();
  const files = await filesIn(join(options.outputs, 'users'));
  const there = new Set(files);
  for (const owner of journal.owners) {
    const found = await listsOf(options.base, owner, faults);
    settlePictures(owner, found, faults);
    // before any byte is asked for: a thumbnail that is missing would be made again then
    faults.push(...missingFiles(found, there));
    await compareBytes(owner, found, options, faults);
    await compareUsage(owner, found, options.base, faults);
    await compareShares(owner, options, faults);
    await compareSearches(owner, options.base, faults);
    for (const id of found.keys()) listed.add(id);
  }
  faults.push(...(await leftovers(options.outputs, listed)));
  faults.push(...(await leftStaged(options.outputs)).map((name) => `left staged: ${name}`));
  return faults.map((fault) => fault.slice(0, 600));
}

interface Found {
  readonly item: Item;
  readonly family: Family;
}

async function json<T>(base: string, owner: OwnerJournal, path: string): Promise<T> {
  const answer = await callAs(base, owner, path);
  if (answer === undefined) throw new Error(`${path}: no answer`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** Every item of every family and status, page by page. */
async function listsOf(base: string, owner: OwnerJournal, faults: string[]): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  for (const family of FAMILIES) {
    for (const status of ['active', 'trash']) {
      let seen = 0;
      let cursor = '';
      for (;;) {
        const path = `/${family}?status=${status}&size=200${cursor}`;
        const body = await json<{ items: Item[]; total: number; next_cursor: string | null }>(
          base,
          owner,
          path,
        );
        for (const item of body.items) {
          if (found.has(item.id)) faults.push(`${item.id} is listed twice`);
          if (item.meta['status'] !== status) faults.push(`${item.id} is in the list of ${status}`);
          found.set(item.id, { item, family });
        }
        seen += body.items.length;
        if (body.next_cursor === null) {
          if (body.total !== seen) faults.push(`${path}: total ${body.total}, listed ${seen}`);
          break;
        }
        cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
      }
    }
  }
  return found;
}

function settlePictures(owner: OwnerJournal, found: ReadonlyMap<string, Found>, faults: string[]): void {
  for (const [id, picture] of owner.pictures) {
    const there = found.get(id);
    if (there === undefined) {
      if (picture.maybe !== 'gone') faults.push(`${id} was acknowledged and is gone`);
      owner.pictures.delete(id);
    } else faults.push(...settle(picture, there));
  }
  for (const [id, { item, family }] of found) {
    if (owner.pictures.has(id)) continue;
    const hash = String(item.meta['sha256']);
    const sent = owner.unanswered.get(hash);
    if (sent === undefined) faults.push(`${id} is listed, and was never sent or is purged`);
    else owner.pictures.set(id, pictureFrom(item, { ...sent, family }, hash));
  }
  const there = new Set([...owner.pictures.values()].map((picture) => picture.sha256));
  for (const [hash, { acknowledged, seed }] of owner.unanswered) {
    if (acknowledged && !there.has(hash)) faults.push(`seed ${seed} was acknowledged and is gone`);
  }
}

function settle(picture: Picture, { item, family }: Found): string[] {
  const { id, known, maybe } = picture;
  const now = stateOf(item.meta);
  const faults: string[] = [];
  // a purge that was cut off: the record says so, and the next run ends it
  const isGoing = maybe === 'gone' && item.meta['purging'] !== undefined;
  if (maybe !== undefined && maybe !== 'gone' && sameState(now, maybe)) picture.known = maybe;
  else if (!sameState(now, known)) {
    faults.push(`${id} should be ${JSON.stringify(known)} and is ${JSON.stringify(now)}`);
  }
  if (item.meta['purging'] !== undefined && !isGoing) faults.push(`${id} is being purged by nobody`);
  picture.touched ||= maybe !== undefined;
  picture.maybe = isGoing ? 'gone' : undefined;
  picture.busy = isGoing;
  const same =
    item.created_at === picture.created_at &&
    item.url === picture.url &&
    family === picture.family &&
    item.meta['sha256'] === picture.sha256 &&
    (item.meta['prompt'] ?? null) === picture.prompt;
  if (!same) faults.push(`${id} is another one: ${JSON.stringify(item)}`);
  return faults;
}

async function compareBytes(
  owner: OwnerJournal,
  found: ReadonlyMap<string, Found>,
  { base, random, everyByte }: CompareOptions,
  faults: string[],
): Promise<void> {
  const share = SAMPLE / Math.max(1, owner.pictures.size);
  for (const picture of owner.pictures.values()) {
    const there = found.get(picture.id);
    if (there === undefined || picture.maybe === 'gone') continue;
    if (!everyByte && !picture.touched && random() > share) continue;
    picture.touched = false;
    const original = await bytesAt(base, owner, picture.url);
    if (original === undefined || sha256(original) !== picture.sha256) {
      faults.push(`${picture.id}: the original is ${original === undefined ? 'not there' : 'another'}`);
    }
    const thumb = await bytesAt(base, owner, there.item.thumb_url);
    if (thumb?.toString('latin1', 8, 12) !== 'WEBP') faults.push(`${picture.id}: no thumbnail`);
    else if (thumb.length !== there.item.meta['thumb_bytes']) faults.push(`${picture.id}: another thumbnail`);
  }
}

async function bytesAt(base: string, owner: OwnerJournal, path: string): Promise<Buffer | undefined> {
  const answer = await callAs(base, owner, path);
  if (answer === undefined) throw new Error(`${path}: no answer`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.status === 200 ? bytes : undefined;
}

async function compareUsage(
  owner: OwnerJournal,
  found: ReadonlyMap<string, Found>,
  base: string,
  faults: string[],
): Promise<void> {
  interface Sum {
    count: number;
    bytes: number;
  }
  const told = await json<Sum & { trash: Sum; reserved: Sum }>(base, owner, '/usage');
  const sum = (status: string) => {
    const items = [...found.values()].filter(({ item }) => item.meta['status'] === status);
    return `${items.length} of ${items.reduce((bytes, { item }) => bytes + Number(item.meta['bytes']), 0)} bytes`;
  };
  for (const [status, { count, bytes }] of [
    ['active', told],
    ['trash', told.trash],
  ] as const) {
    const words = `${count} of ${bytes} bytes`;
    if (words !== sum(status))
      faults.push(`${owner.name}: usage says ${words} ${status}, there are ${sum(status)}`);
  }
  if (told.reserved.count !== 0) faults.push(`${owner.name}: ${told.reserved.count} reserved for nobody`);
}

async function compareShares(
  owner: OwnerJournal,
  { base, random, everyByte }: CompareOptions,
  faults: string[],
): Promise<void> {
  interface Link {
    readonly sid: string;
    readonly url: string;
    readonly name: string;
    readonly ids: readonly string[];
  }
  const { shares } = await json<{ shares: Link[] }>(base, owner, '/shares');
  const listed = new Set(shares.map(({ sid }) => sid));
  for (const { sid, url, ids, name } of shares) {
    if (owner.shares.has(sid)) continue;
    if (!owner.maybeNamed.has(name)) faults.push(`link ${sid} was never made`);
    owner.shares.set(sid, { url, ids, state: 'open', maybeEnded: false, busy: false });
  }
  for (const [sid, link] of owner.shares) {
    if (!listed.has(sid)) faults.push(`link ${sid} was acknowledged and is gone`);
    if (!everyByte && !link.maybeEnded && random() > 5 / owner.shares.size) continue;
    const answer = await fetch(base + link.url, { headers: { accept: 'application/json' } });
    const text = await answer.text();
    if (link.maybeEnded && answer.status === 410) link.state = 'ended';
    link.maybeEnded = false;
    link.busy = false;
    const right =
      link.state === 'ended'
        ? answer.status === 410
        : answer.status === 200 && showsRight(owner, link.ids, text);
    if (!right) faults.push(`link ${sid} (${link.state}) answers ${answer.status} ${text}`);
  }
}

function showsRight(owner: OwnerJournal, ids: readonly string[], text: string): boolean {
  const page: { items: { id: string }[] } = JSON.parse(text);
  const shown = page.items.map(({ id }) => id).sort();
  const wanted = ids.filter((id) => owner.pictures.get(id)?.known.status === 'active').sort();
  return shown.join() === wanted.join();
}

async function compareSearches(owner: OwnerJournal, base: string, faults: string[]): Promise<void> {
  const { searches } = await json<{ searches: { id: string; name: string }[] }>(base, owner, '/searches');
  const listed = new Map(searches.map(({ id, name }) => [id, name]));
  for (const [id, name] of listed) {
    if (owner.searches.has(id)) continue;
    if (!owner.maybeNamed.has(name)) faults.push(`search ${id} was never saved, or was forgotten`);
    owner.searches.set(id, { name, maybeGone: false, busy: false });
  }
  for (const [id, saved] of owner.searches) {
    if (listed.get(id) === saved.name) {
      saved.maybeGone = false;
      saved.busy = false;
    } else {
      if (!saved.maybeGone) faults.push(`search ${id} was acknowledged and is gone`);
      owner.searches.delete(id);
    }
  }
  owner.maybeNamed.clear();
}

const USERS = /^\/outputs\/users\//;
/** What may lie in an owner's folder beside its pictures. */
const OWN_FILES = /^[^/]+\/(?:manifest\.jsonl|owner\.json)$/;
const PICTURE_FILE =
  /^[^/]+\/(?:inputs\/)?\d{4}\/\d\d\/\d\d\/(?:thumb\/([0-9a-z]{26})\.webp|([0-9a-z]{26})\.(?:png|json))$/;

/** What a start takes away behind its first answers is gone by then, ms. The deadline says that something stays, and nothing else. */
const TIDY_WITHIN_MS = 30_000;

/** Whatever stays in the tree of a picture that is not listed, and what is none of ours. */
async function leftovers(outputs: string, listed: ReadonlySet<string>): Promise<string[]> {
  const until = performance.now() + TIDY_WITHIN_MS;
  for (;;) {
    const left = (await filesIn(join(outputs, 'users'))).filter((path) => {
      const [, thumb, file] = PICTURE_FILE.exec(path) ?? [];
      return !OWN_FILES.test(path) && !listed.has(thumb ?? file ?? '');
    });
    if (left.length === 0 || performance.now() > until) return left.map((path) => `left behind: ${path}`);
    await delay(50);
  }
}

/** Original, thumbnail and record of every listed picture but those whose purge was cut off. */
function missingFiles(found: ReadonlyMap<string, Found>, there: ReadonlySet<string>): string[] {
  return [...found.values()]
    .filter(({ item }) => item.meta['purging'] === undefined)
    .flatMap(({ item }) => {
      const [original, thumb] = [item.url, item.thumb_url].map((url) =>
        url.replace(USERS, '').replace(/\?.*$/, ''),
      );
      return [original, thumb, original?.replace(/\.\w+$/, '.json')];
    })
    .filter((path) => path === undefined || !there.has(path))
    .map((path) => `no such file: ${path}`);
}

/** What the server itself is writing now and then gets its name in a moment; what was left stays. */
async function leftStaged(outputs: string): Promise<string[]> {
  let staged = await readdir(join(outputs, '.kiroku/staging'));
  for (let looks = 0; staged.length > 0 && looks < 100; looks += 1) {
    await delay(50);
    const now = await readdir(join(outputs, '.kiroku/staging'));
    staged = staged.filter((name) => now.includes(name));
  }
  return staged;
}
