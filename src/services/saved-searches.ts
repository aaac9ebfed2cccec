import type { Catalog } from '../catalog/catalog.ts';
import { KirokuError, volumeMissing } from '../domain/errors.ts';
import type { IdSource } from '../domain/id.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { isGuest, type Owner } from '../domain/owner.ts';
import { cleanText, codePoints, withoutInvisible } from '../domain/text.ts';
import { isoOf } from '../domain/time.ts';
import type { StateStore } from '../state/state-store.ts';
import type { SavedSearch, SavedSearches } from './services.ts';

export interface SavedSearchDeps {
  readonly state: StateStore;
  readonly catalog: Catalog;
  readonly ids: IdSource;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Whether the volume is there: nothing is written beside it. */
  readonly present: () => Promise<boolean>;
}

/** An owner's. */
export const MAX_SEARCHES = 100;
const MAX_NAME = 100;
const MAX_QUERY_BYTES = 8 * 1024;

/**
 * Named searches, kept in the owner's document (`searches` of `owner.json`). Entries there that are not of our making
 * are not shown, and stay.
 */
export function createSavedSearches(deps: SavedSearchDeps): SavedSearches {
  const { state, ids, now } = deps;

  /** Changes the list durably, one change of an owner at a time; what `change` throws leaves all as it was. */
  const update = async (
    owner: Owner,
    change: (held: readonly JsonValue[]) => readonly JsonValue[],
  ): Promise<void> => {
    if (!(await deps.present())) {
      throw volumeMissing();
    }
    await state.updateOwner(owner, (current) => ({ ...current, searches: change(heldIn(current)) }));
  };

  return {
    async list(owner) {
      return heldIn(await state.readOwner(owner)).filter(isSaved);
    },

    async create(owner, asked) {
      const name = cleanName(asked.name);
      refuseLong(asked.query);
      await refuseStranger(deps, owner);
      const time = now();
      const at = isoOf(time);
      const saved: SavedSearch = {
        id: ids.next(time),
        name,
        query: asked.query,
        created_at: at,
        updated_at: at,
      };
      await update(owner, (held) => {
        if (held.length >= MAX_SEARCHES) {
          throw new KirokuError('quota_exceeded', `At most ${MAX_SEARCHES} saved searches.`);
        }
        refuseTaken(held, name);
        return [...held, { ...saved }];
      });
      return saved;
    },

    async change(owner, id, patch) {
      const name = patch.name === undefined ? undefined : cleanName(patch.name);
      if (patch.query !== undefined) refuseLong(patch.query);
      await refuseUnknown(deps, owner, id);
      let changed: SavedSearch | undefined;
      await update(owner, (held) => {
        const saved = held.filter(isSaved).find((one) => one.id === id);
        if (saved === undefined) throw unknown();
        if (name !== undefined && name !== saved.name) refuseTaken(held, name);
        const query = patch.query ?? saved.query;
        const next = { ...saved, name: name ?? saved.name, query, updated_at: isoOf(now()) };
        changed = next;
        return held.map((one) => (one === saved ? next : one));
      });
      if (changed === undefined) throw unknown();
      return changed;
    },

    async remove(owner, id) {
      await refuseUnknown(deps, owner, id);
      await update(owner, (held) => {
        if (!held.some((one) => isSaved(one) && one.id === id)) throw unknown();
        return held.filter((one) => !(isSaved(one) && one.id === id));
      });
    },
  };
}

/**
 * Gives every saved search of one owner to another, durably; how many. A name that is taken there gets a number; what
 * does not fit stays where it was. Safe to repeat: one that is there already is only removed here.
 */
export async function mergeSearches(state: StateStore, from: Owner, to: Owner): Promise<number> {
  const mine = heldIn(await state.readOwner(from)).filter(isSaved);
  if (mine.length === 0) return 0;
  const given = new Set<string>();
  await state.updateOwner(to, (current) => {
    const held = [...heldIn(current)];
    for (const search of mine) {
      const there = held.some((one) => isSaved(one) && one.id === search.id);
      if (!there && held.length >= MAX_SEARCHES) continue;
      if (!there) held.push({ ...search, name: freeName(held, search.name) });
      given.add(search.id);
    }
    return { ...current, searches: held };
  });
  await state.updateOwner(from, (current) => ({
    ...current,
    searches: heldIn(current).filter((one) => !(isSaved(one) && given.has(one.id))),
  }));
  return given.size;
}

function freeName(held: readonly JsonValue[], name: string): string {
  const isTaken = (text: string) => held.some((one) => isSaved(one) && one.name === text);
  let free = name;
  for (let number = 2; isTaken(free); number += 1) {
    free = `${[...name].slice(0, MAX_NAME - 6).join('')} (${number})`;
  }
  return free;
}

function heldIn(document: JsonObject | undefined): readonly JsonValue[] {
  const held = document?.['searches'];
  return Array.isArray(held) ? held : [];
}

/** Whether this is an entry as we write them. */
function isSaved(value: JsonValue): value is SavedSearch & JsonObject {
  if (!isJsonObject(value)) return false;
  const texts = [value['id'], value['name'], value['created_at'], value['updated_at']];
  return texts.every((text) => typeof text === 'string') && isJsonObject(value['query']);
}

function cleanName(text: string): string {
  const name = withoutInvisible(cleanText(text)).replace(/\s+/gu, ' ').trim().normalize('NFC');
  if (name === '' || codePoints(name) > MAX_NAME) throw refused('name', `of 1 to ${MAX_NAME} characters.`);
  return name;
}

function refuseLong(query: JsonObject): void {
  if (Buffer.byteLength(JSON.stringify(query)) > MAX_QUERY_BYTES) {
    throw refused('query', `at most ${MAX_QUERY_BYTES} bytes.`);
  }
}

function refuseTaken(held: readonly JsonValue[], name: string): void {
  if (held.some((one) => isSaved(one) && one.name === name)) {
    throw refused('name', 'there is a saved search of this name.');
  }
}

/**
 * A browser that has stored no picture yet gets no folder (design §5: nothing is written before the first commit), so
 * that whoever makes identities by the thousand leaves nothing behind.
 */
async function refuseStranger({ state, catalog }: SavedSearchDeps, owner: Owner): Promise<void> {
  if (!isGuest(owner) || (await catalog.version(owner)).seq > 0) return;
  if ((await state.readOwner(owner)) !== undefined) return;
  throw new KirokuError('forbidden', 'Searches are saved from the first picture on: there is none yet.');
}

/** Before the update: a document is not made for an id that is not there. */
async function refuseUnknown({ state }: SavedSearchDeps, owner: Owner, id: string): Promise<void> {
  const held = heldIn(await state.readOwner(owner));
  if (!held.some((one) => isSaved(one) && one.id === id)) throw unknown();
}

function unknown(): KirokuError {
  return new KirokuError('not_found', 'There is no such saved search.');
}

function refused(field: string, why: string): KirokuError {
  return new KirokuError('invalid_parameter', `${field}: ${why}`, { details: { field } });
}
