import { randomBytes } from 'node:crypto';
import { KirokuError, notFound } from '../domain/errors.ts';
import type { PictureId } from '../domain/id.ts';
import type { Op } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { compareCursor } from '../domain/page.ts';
import { FACETS, type Facet, facetValues } from '../domain/search/facets.ts';
import { isSelected } from '../domain/search/match.ts';
import { rankValues } from '../domain/search/rank.ts';
import type { Facets, Selection } from '../domain/search/selection.ts';
import type {
  CalendarDay,
  Catalog,
  Change,
  CommitResult,
  DayCount,
  Entry,
  ListPage,
  ListQuery,
  Mutation,
  Version,
} from './catalog.ts';
import { createEntry, cursorOf } from './entry.ts';
import { nextVersion } from './next-version.ts';
import { emptyUse, type OwnerUsage } from './usage.ts';

export interface MemoryCatalogOptions {
  /** ms since the epoch. */
  readonly now: () => number;
  /** 16 hex; random when absent, as after a restart. */
  readonly epoch?: string;
  /** Changes before this seq are forgotten: `changesSince` answers `reset`. 0 when absent. */
  readonly floor?: number;
}

type Put = Extract<Mutation, { op: 'put' }>;
type Edit = Extract<Mutation, { op: 'edit' | 'trash' | 'restore' }>;
type Purge = Extract<Mutation, { op: 'purge' }>;

interface Held {
  readonly entry: Entry;
  /** When it was put, ms. */
  readonly putAt: number;
}

interface Shelf {
  seq: number;
  /** ms. */
  changedAt: number;
  readonly held: Map<PictureId, Held>;
  /** The last change of every picture, purged ones too. */
  readonly last: Map<PictureId, Change>;
  /** Ends when every commit begun so far has ended. */
  lane: Promise<unknown>;
}

/**
 * The catalog as plain maps, every question answered by looking at everything. Forgets all when the process ends: for
 * tests, and the yardstick for every other driver.
 */
export function createMemoryCatalog(options: MemoryCatalogOptions): Catalog {
  const epoch = options.epoch ?? randomBytes(8).toString('hex');
  const shelves = new Map<Owner, Shelf>();
  const listeners = new Set<(change: Change) => void>();
  let closed = false;

  function entries(owner: Owner): Entry[] {
    return [...(shelves.get(owner)?.held.values() ?? [])].map((held) => held.entry);
  }

  function versionOf(owner: Owner): Version {
    return { epoch, seq: shelves.get(owner)?.seq ?? 0 };
  }

  function shelfOf(owner: Owner): Shelf {
    const shelf = shelves.get(owner) ?? {
      seq: 0,
      changedAt: 0,
      held: new Map(),
      last: new Map(),
      lane: Promise.resolve(),
    };
    shelves.set(owner, shelf);
    return shelf;
  }

  /** Counts the change and tells of it. `entry` is undefined for a purge. */
  function settle(owner: Owner, shelf: Shelf, op: Op, of: Entry, entry: Entry | undefined): CommitResult {
    shelf.seq += 1;
    shelf.changedAt = options.now();
    const change: Change = { version: versionOf(owner), op, kind: of.kind, owner, id: of.id, entry };
    shelf.last.set(of.id, change);
    for (const listener of listeners) {
      try {
        listener(change);
      } catch {
        // the change is committed: a listener's trouble is not the committer's
      }
    }
    return { outcome: 'committed', entry: of };
  }

  function put(shelf: Shelf, owner: Owner, mutation: Put): CommitResult {
    const { record, replaySince, dedupe } = mutation;
    const existing =
      (replaySince === undefined || record.idem === undefined
        ? undefined
        : findMark(shelf, record.idem, replaySince)) ??
      (dedupe === true ? findBytes(entries(owner), record.kind, record.sha256) : undefined);
    if (existing !== undefined) return { outcome: 'exists', entry: existing };
    if (record.owner !== owner) throw new KirokuError('internal', 'The record is of another owner.');
    if (shelf.held.has(record.id)) throw new KirokuError('internal', 'The id is taken.');
    const entry = createEntry(record, shelf.seq + 1);
    shelf.held.set(record.id, { entry, putAt: options.now() });
    return settle(owner, shelf, 'put', entry, entry);
  }

  function edit(shelf: Shelf, owner: Owner, mutation: Edit): CommitResult {
    const held = heldOf(shelf, mutation);
    const current = held.entry.record();
    const changed = mutation.change(current);
    if (changed === undefined) return { outcome: 'unchanged', entry: held.entry };
    const entry = createEntry(nextVersion(current, changed, options.now()), shelf.seq + 1);
    shelf.held.set(mutation.id, { ...held, entry });
    return settle(owner, shelf, mutation.op, entry, entry);
  }

  function purge(shelf: Shelf, owner: Owner, mutation: Purge): CommitResult {
    const { entry } = heldOf(shelf, mutation);
    if (mutation.stillWanted?.(entry.record()) === false) return { outcome: 'unchanged', entry };
    shelf.held.delete(mutation.id);
    return settle(owner, shelf, 'purge', entry, undefined);
  }

  function apply(shelf: Shelf, owner: Owner, mutation: Mutation): CommitResult {
    if (closed) throw new KirokuError('draining', 'The catalog is closed.');
    if (mutation.op === 'put') return put(shelf, owner, mutation);
    if (mutation.op === 'purge') return purge(shelf, owner, mutation);
    return edit(shelf, owner, mutation);
  }

  return {
    async find(owner, kind, id) {
      const entry = shelves.get(owner)?.held.get(id)?.entry;
      return entry?.kind === kind ? entry : undefined;
    },
    async lookup(owner, id) {
      return shelves.get(owner)?.held.get(id)?.entry;
    },
    async list(query) {
      return pageOf(entries(query.owner), query, versionOf(query.owner));
    },
    async facets(selection, most) {
      const matching = selected(entries(selection.owner), selection);
      return {
        total: matching.length,
        facets: facetsOf(matching, most),
        version: versionOf(selection.owner),
      };
    },
    async timeline(selection, dayOf) {
      const matching = selected(entries(selection.owner), selection);
      return { days: daysOf(matching, dayOf), version: versionOf(selection.owner) };
    },
    async usage(owner) {
      return usageOf(entries(owner), versionOf(owner), shelves.get(owner)?.changedAt ?? 0);
    },
    async version(owner) {
      return versionOf(owner);
    },
    peekVersion: versionOf,
    async findBySha256(owner, kind, sha256) {
      return findBytes(entries(owner), kind, sha256);
    },
    async findByIdem(owner, idem, since) {
      const shelf = shelves.get(owner);
      return shelf === undefined ? undefined : findMark(shelf, idem, since);
    },
    async changesSince(owner, since) {
      const { seq } = versionOf(owner);
      if (since.epoch !== epoch || since.seq > seq || since.seq < (options.floor ?? 0)) return 'reset';
      const changes = [...(shelves.get(owner)?.last.values() ?? [])];
      return changes
        .filter((change) => change.version.seq > since.seq)
        .sort((a, b) => a.version.seq - b.version.seq);
    },
    async *owners() {
      for (const [owner, shelf] of shelves) if (shelf.held.size > 0) yield owner;
    },
    commit(owner, mutation) {
      const shelf = shelfOf(owner);
      const done = shelf.lane.then(() => apply(shelf, owner, mutation));
      shelf.lane = done.catch(() => undefined);
      return done;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await Promise.all([...shelves.values()].map((shelf) => shelf.lane));
      closed = true;
    },
  };
}

function heldOf(shelf: Shelf, mutation: Edit | Purge): Held {
  const held = shelf.held.get(mutation.id);
  if (held === undefined || held.entry.kind !== mutation.kind) throw notFound();
  return held;
}

function newestFirst(a: Entry, b: Entry): number {
  return compareCursor(cursorOf(b), cursorOf(a));
}

function findBytes(entries: readonly Entry[], kind: Entry['kind'], sha256: string): Entry | undefined {
  return entries
    .filter((entry) => entry.kind === kind && entry.status === 'active' && entry.record().sha256 === sha256)
    .sort(newestFirst)[0];
}

/** The newest by time of its put, where several bear the mark because the older ones' window was over. */
function findMark(shelf: Shelf, idem: string, since: number): Entry | undefined {
  return [...shelf.held.values()]
    .filter((held) => held.entry.record().idem === idem && held.putAt >= since)
    .at(-1)?.entry;
}

/** Every question about a selection, answered by looking at every record (`isSelected`). */
function selected(all: readonly Entry[], selection: Selection): Entry[] {
  return all
    .filter((entry) => entry.kind === selection.kind && entry.status === selection.status)
    .filter((entry) => isSelected(entry.record(), selection))
    .sort(newestFirst);
}

function pageOf(all: readonly Entry[], query: ListQuery, version: Version): ListPage {
  const { order, size, at } = query;
  const matching = selected(all, query);
  if (order === 'oldest') matching.reverse();
  const sign = order === 'oldest' ? 1 : -1;
  const rest =
    'page' in at
      ? matching.slice((at.page - 1) * size)
      : matching.filter((entry) => sign * compareCursor(cursorOf(entry), at.after) > 0);
  const entries = rest.slice(0, size);
  const last = entries.at(-1);
  const next = last === undefined || rest.length === entries.length ? null : cursorOf(last);
  return { entries, total: matching.length, totalRelation: 'eq', next, version };
}

function facetsOf(entries: readonly Entry[], most: number): Facets {
  const counts = new Map(FACETS.map((facet) => [facet, new Map<string, number>()]));
  for (const entry of entries) {
    const values = facetValues(entry.record());
    for (const [facet, of] of counts) {
      for (const value of values[facet]) of.set(value, (of.get(value) ?? 0) + 1);
    }
  }
  const ranked = (facet: Facet) => rankValues(counts.get(facet) ?? new Map<string, number>(), most);
  return {
    tag: ranked('tag'),
    workflow: ranked('workflow'),
    model: ranked('model'),
    lora: ranked('lora'),
    ratio: ranked('ratio'),
    generator: ranked('generator'),
  };
}

function usageOf(entries: readonly Entry[], version: Version, lastActivity: number): OwnerUsage {
  const usage = { version, lastActivity, active: emptyUse(), trash: emptyUse() };
  for (const entry of entries) {
    const { bytes, thumb_bytes: thumbBytes } = entry.record();
    const use = usage[entry.status];
    const before = use[entry.kind];
    use[entry.kind] = {
      count: before.count + 1,
      bytes: before.bytes + bytes,
      thumbBytes: before.thumbBytes + thumbBytes,
    };
  }
  return usage;
}

function daysOf(entries: readonly Entry[], dayOf: (time: number) => CalendarDay): DayCount[] {
  const counts = new Map<string, number>();
  for (const { createdAt } of [...entries].reverse()) {
    const { date } = dayOf(createdAt);
    counts.set(date, (counts.get(date) ?? 0) + 1);
  }
  return [...counts].map(([date, count]) => ({ date, count }));
}
