import type { Version } from '../../catalog/catalog.ts';
import { dayOf, isDay } from '../../domain/day.ts';
import { dayFolder } from '../../domain/key.ts';
import { KINDS } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { DigestRead, FolderDigest } from '../../storage/bulk.ts';
import { bulkOf } from '../../storage/bulk-single.ts';
import { breathe } from './reconcile-batch.ts';
import type { DayOutcome } from './reconcile-day.ts';
import type { Tally } from './reconcile-fate.ts';
import { ownName } from './reconcile-listing.ts';
import { catalogDays, diskDays } from './reconcile-places.ts';
import { loadSeen, NOTHING_SEEN, type SeenDays, saveSeen } from './reconcile-seen.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/** Folders whose digests are asked for at once. */
const FOLDERS = 16;
/** A digest proves nothing when a file's time lies this little before it: the next change could leave the same time, ms. */
const SETTLED = 5_000;
/** After more changes everything is looked at: each of them would have to be held in memory. */
const MOST_CHANGES = 20_000;

export interface PassDeps {
  readonly context: LookContext;
  readonly signal: AbortSignal;
  /** `files`: names, sizes, times. `names`: names only. */
  readonly of: 'names' | 'files';
  /** Believe nothing of what an earlier pass saw. */
  readonly afresh: boolean;
  /** Told how many folders were looked at so far. */
  readonly progress?: ((folders: number) => void) | undefined;
  /** Looks at one day folder, at its files or its names as `of` says. */
  lookAt(place: DayPlace): Promise<DayOutcome>;
}

/**
 * One owner's day folders, all of them: those on disk and those the catalog knows of. A folder is passed over when it holds
 * exactly what it held when an earlier pass found disk and catalog in agreement, and the catalog has not changed there
 * since; every other one is looked at. Proved by `test/integration/reconcile-pass.test.ts`.
 * @throws KirokuError when the catalog cannot answer, or the owner's own folder cannot be listed
 */
export async function passOver(deps: PassDeps, owner: Owner, tally: Tally): Promise<void> {
  const { context, signal } = deps;
  const seen = deps.afresh ? NOTHING_SEEN : await loadSeen(context, owner);
  const version = await context.catalog.version(owner);
  const pass = new Pass(deps, owner, tally, await changesOf(context, owner, seen, version));
  const places = await placesOnDisk(context, owner);
  await pass.lookAtFolders(places);
  if (signal.aborted) return;
  await pass.lookForTheRest(new Set(places.map(keyOf)));
  if (signal.aborted) return;
  const next = pass.seen(version);
  if (!context.trial && !isSame(seen, next)) await saveSeen(context, owner, next);
}

/** What is to be taken into account beside the folders themselves. */
interface Changes {
  readonly seen: SeenDays;
  /** Keys of the folders in which the catalog changed something since. */
  readonly folders: ReadonlySet<string>;
  /** Pictures the catalog forgot since, wherever they lay. */
  readonly purged: ReadonlySet<string>;
  /** A changed picture lies in another day's folder than its time says. */
  readonly strays: boolean;
}

async function changesOf(context: LookContext, owner: Owner, seen: SeenDays, now: Version): Promise<Changes> {
  const folders = new Set<string>();
  const purged = new Set<string>();
  let strays = seen.strays;
  if (seen.version === undefined) return { seen, folders, purged, strays };
  const many = now.seq - seen.version.seq > MOST_CHANGES;
  const changes = many ? 'reset' : await context.catalog.changesSince(owner, seen.version);
  if (changes === 'reset') return { seen: NOTHING_SEEN, folders, purged, strays };
  for (const { id, kind, entry } of changes) {
    if (entry === undefined) purged.add(id);
    else {
      folders.add(keyOf({ owner, kind, day: entry.day }));
      strays ||= entry.day !== dayOf(entry.createdAt);
    }
  }
  return { seen, folders, purged, strays };
}

async function placesOnDisk(context: LookContext, owner: Owner): Promise<DayPlace[]> {
  const places: DayPlace[] = [];
  for (const kind of KINDS) {
    for (const day of (await diskDays(context, owner, kind)).sort()) places.push({ owner, kind, day });
  }
  return places;
}

/** One pass over one owner. */
class Pass {
  private readonly deps: PassDeps;
  private readonly owner: Owner;
  private readonly tally: Tally;
  private readonly changes: Changes;
  private readonly days = new Map<string, string>();
  private strays: boolean;
  /** Some folder was not what it had been. */
  private different = false;

  constructor(deps: PassDeps, owner: Owner, tally: Tally, changes: Changes) {
    this.deps = deps;
    this.owner = owner;
    this.tally = tally;
    this.changes = changes;
    this.strays = changes.strays;
  }

  seen(version: Version): SeenDays {
    return { version, strays: this.strays, days: this.days };
  }

  async lookAtFolders(places: readonly DayPlace[]): Promise<void> {
    let next = this.digests(places.slice(0, FOLDERS));
    for (let from = 0; from < places.length; from += FOLDERS) {
      if (this.deps.signal.aborted) break;
      const { at, reads } = await next;
      next = this.digests(places.slice(from + FOLDERS, from + 2 * FOLDERS));
      await this.lookAtGroup(places.slice(from, from + FOLDERS), reads, at);
    }
    await next;
  }

  /** Never rejects: the answer may be awaited by nobody. A folder without a digest is looked at. */
  private async digests(places: readonly DayPlace[]): Promise<{ at: number; reads: readonly DigestRead[] }> {
    const { context, of } = this.deps;
    const at = context.storage.now();
    if (places.length === 0) return { at, reads: [] };
    try {
      const options = { of, without: 'thumb' };
      return { at, reads: await bulkOf(context.storage).digestFolders(places.map(pathOf), options) };
    } catch (error) {
      context.log.warn({ err: error }, 'day folders could not be compared with what they were');
      return { at, reads: [] };
    }
  }

  private async lookAtGroup(
    places: readonly DayPlace[],
    reads: readonly DigestRead[],
    at: number,
  ): Promise<void> {
    const doubtful = await this.withPurged(places);
    for (const [index, place] of places.entries()) {
      if (this.deps.signal.aborted) return;
      const read = reads[index];
      const digest = read === undefined || 'error' in read ? undefined : read;
      const key = keyOf(place);
      if (digest !== undefined && !doubtful.has(key) && this.isUnchanged(key, digest)) {
        this.days.set(key, this.changes.seen.days.get(key) ?? '');
        this.tally.folder();
      } else {
        await this.look(key, place, digest, at);
      }
    }
    this.deps.progress?.(this.tally.report().folders);
    await breathe();
  }

  private isUnchanged(key: string, { names, files }: FolderDigest): boolean {
    const before = this.changes.seen.days.get(key) ?? '';
    if (before === '' || this.changes.folders.has(key)) return false;
    return this.deps.of === 'names' ? before.startsWith(names) : before === names + files;
  }

  /** A picture that the catalog forgot while its files stayed is one to be looked at, and no digest tells of it. */
  private async withPurged(places: readonly DayPlace[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const { purged } = this.changes;
    if (purged.size === 0) return found;
    const reads = await bulkOf(this.deps.context.storage).readFolders(places.map(pathOf));
    for (const [index, place] of places.entries()) {
      const read = reads[index];
      if (read === undefined || 'error' in read) continue;
      if (read.names.some((name) => purged.has(ownName(name)?.id ?? ''))) found.add(keyOf(place));
    }
    return found;
  }

  /** True when there is nothing, neither on disk nor in the catalog. */
  private async look(
    key: string,
    place: DayPlace,
    digest: FolderDigest | undefined,
    at: number,
  ): Promise<boolean> {
    this.different = true;
    const { report, agrees, gone } = await this.deps.lookAt(place);
    this.tally.addReport(report);
    if (!agrees || digest === undefined) this.days.set(key, '');
    else if (this.deps.of === 'names') this.days.set(key, digest.names);
    else this.days.set(key, digest.newest > at - SETTLED ? '' : digest.names + digest.files);
    await breathe();
    return gone;
  }

  /** Folders that are gone, and pictures that no folder on disk would ask for. */
  async lookForTheRest(places: ReadonlySet<string>): Promise<void> {
    const { seen, folders } = this.changes;
    const expected = new Set([...seen.days.keys(), ...folders]);
    // with nothing to go by, and where a picture may be gone from a folder that would not ask for it
    if (seen.version === undefined || (this.strays && this.different)) await this.expectAll(expected);
    for (const key of [...expected].sort()) {
      const place = places.has(key) ? undefined : placeOf(this.owner, key);
      if (this.deps.signal.aborted) return;
      if (place === undefined) continue;
      // one that could not be looked into may still hide a loss; of one that is gone the catalog tells what changes later
      if (await this.look(key, place, undefined, 0)) this.days.delete(key);
    }
  }

  private async expectAll(expected: Set<string>): Promise<void> {
    for (const kind of KINDS) {
      const known = await catalogDays(this.deps.context, this.owner, kind);
      for (const day of known.days) expected.add(keyOf({ owner: this.owner, kind, day }));
      this.strays ||= known.strays;
    }
  }
}

function keyOf({ kind, day }: DayPlace): string {
  return `${kind}/${day}`;
}

function placeOf(owner: Owner, key: string): DayPlace | undefined {
  const kind = KINDS.find((known) => key.startsWith(`${known}/`));
  const day = key.slice((kind ?? '').length + 1);
  return kind !== undefined && isDay(day) ? { owner, kind, day } : undefined;
}

function pathOf({ owner, kind, day }: DayPlace): string {
  return dayFolder(owner, kind, day);
}

function isSame(before: SeenDays, next: SeenDays): boolean {
  const same =
    before.version?.epoch === next.version?.epoch &&
    before.version?.seq === next.version?.seq &&
    before.strays === next.strays &&
    before.days.size === next.days.size;
  return same && [...next.days].every(([path, digest]) => before.days.get(path) === digest);
}
