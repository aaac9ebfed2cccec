import { createHash } from 'node:crypto';
import type { Entry } from '../../../src/catalog/catalog.ts';
import type { PictureId } from '../../../src/domain/id.ts';
import { KINDS, STATUSES } from '../../../src/domain/kind.ts';
import type { Owner } from '../../../src/domain/owner.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import type { SavedSearch } from '../../../src/services/services.ts';
import type { Share } from '../../../src/services/shares.ts';
import type { Machine } from './engine.ts';
import type { Fact, Told } from './journal.ts';

export const SHARE = 'share';
export const SEARCH = 'search';

export function pictureFact(entry: Entry): Fact {
  const { owner, kind, id, day, status } = entry;
  const record = entry.record();
  const { sha256, tags, favorite, rating } = record;
  const at = { kind, id, day, status, purging: record.purging !== undefined };
  return {
    ...{ key: `picture ${id}`, owner, trait: sha256, at },
    text: `${kind} ${status} ${tags.join()} ${favorite} ${rating} ${sha256} ${lastingOf(record)}`,
  };
}

/** Over everything of a record that no act here changes: what was told of it once stays so. */
function lastingOf(record: PictureRecord): string {
  const { created_at, original_filename, mime, ext, bytes, width, height, prompt, seed, source } = record;
  const { thumb, thumb_bytes, thumb_crc32, crc32, idem } = record;
  const upload = [created_at, original_filename, mime, ext, bytes, width, height, prompt, seed, source, idem];
  return createHash('sha1')
    .update(JSON.stringify([...upload, thumb, thumb_bytes, thumb_crc32, crc32]))
    .digest('hex');
}

export function shareFact({ sid, owner, ids, revoked, name }: Share): Fact {
  return { key: `share ${sid}`, owner, trait: SHARE, text: `${ids.join()} ${revoked} ${name}` };
}

export function searchFact(owner: Owner, { id, query, name }: SavedSearch): Fact {
  return { key: `search ${id}`, owner, trait: SEARCH, text: `${name} ${JSON.stringify(query)}` };
}

/** What is there, by the questions that users ask. */
export interface Seen {
  readonly facts: ReadonlyMap<string, Fact>;
  /** Names of the dropped files that pictures were made of. */
  readonly adopted: readonly string[];
}

export interface Look extends Seen {
  readonly pictures: ReadonlyMap<PictureId, Entry>;
}

export async function lookAtAll({ engine, shares, searches }: Machine): Promise<Look> {
  const pictures = new Map<PictureId, Entry>();
  const facts = new Map<string, Fact>();
  const adopted: string[] = [];
  const take = (fact: Fact) => facts.set(fact.key, fact);
  for await (const owner of engine.catalog.owners()) {
    for (const entry of await picturesOf(engine.catalog, owner)) {
      if (pictures.has(entry.id)) throw new Error(`${entry.id} is listed twice`);
      pictures.set(entry.id, entry);
      take(pictureFact(entry));
      const { adopted_from: from } = entry.record();
      if (from !== undefined) adopted.push(from.name);
    }
    for (const { share } of await shares.list(owner)) take(shareFact(share));
    for (const search of await searches.list(owner)) take(searchFact(owner, search));
  }
  return { pictures, facts, adopted };
}

async function picturesOf(catalog: Machine['engine']['catalog'], owner: Owner): Promise<Entry[]> {
  const all: Entry[] = [];
  for (const kind of KINDS) {
    for (const status of STATUSES) {
      // exact: an owner that comes late is waited for, whatever the clock on the wall says
      const exact = { exactTotal: true, at: { page: 1 } } as const;
      const page = await catalog.list({ owner, kind, status, order: 'newest', size: 200, ...exact });
      if (page.total !== page.entries.length)
        throw new Error(`total ${page.total} of ${page.entries.length}`);
      all.push(...page.entries);
    }
  }
  return all;
}

/** Every way in which what is there differs from what may be there. */
export function differences({ facts, adopted }: Seen, told: Told): string[] {
  const faults: string[] = [];
  const coming = [...told.coming];
  for (const fact of told.known.values()) faults.push(...differenceOf(fact, facts.get(fact.key), told));
  for (const [key, fact] of facts) {
    if (told.gone.has(key)) faults.push(`came back: ${key} ${fact.text}`);
    else if (!told.known.has(key) && !takeOne(coming, fact.trait))
      faults.push(`invented: ${key} ${fact.text}`);
  }
  faults.push(...halfGiven(facts, told), ...wronglyAdopted(adopted, told));
  return faults;
}

/** What is being made comes once. */
function takeOne(coming: string[], trait: string): boolean {
  const at = coming.indexOf(trait);
  if (at >= 0) coming.splice(at, 1);
  return at >= 0;
}

function differenceOf(known: Fact, found: Fact | undefined, { asked, giving }: Told): string[] {
  const next = asked.get(known.key);
  if (found === undefined) return next === 'gone' ? [] : [`lost: ${known.key} ${known.text}`];
  const texts = [known.text, ...(next === undefined || next === 'gone' ? [] : [next.text])];
  if (!texts.includes(found.text)) return [`changed: ${known.key} ${known.text} to ${found.text}`];
  const given = giving?.from === known.owner && giving.to === found.owner;
  return found.owner === known.owner || given ? [] : [`${known.key} of ${known.owner} is ${found.owner}'s`];
}

/** What was begun of a transfer is brought to its end, or was never begun. */
function halfGiven(facts: Seen['facts'], { known, giving }: Told): string[] {
  const owners = new Set<string>();
  for (const { key, owner } of known.values()) {
    const now = facts.get(key)?.owner;
    if (owner === giving?.from && now !== undefined) owners.add(now);
  }
  return owners.size > 1 ? [`half of a library was given away: ${[...owners].join()}`] : [];
}

function wronglyAdopted(adopted: readonly string[], { dropped }: Told): string[] {
  const twice = adopted.filter((name, at) => adopted.indexOf(name) !== at);
  const never = [...dropped].filter((name) => !adopted.includes(name));
  return [
    ...twice.map((name) => `taken in twice: ${name}`),
    ...never.map((name) => `never taken in: ${name}`),
  ];
}
