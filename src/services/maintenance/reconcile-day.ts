import { isKirokuError } from '../../domain/errors.ts';
import type { OriginalExt } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import { dayFolder, originalKey, sidecarKey } from '../../domain/key.ts';
import { takeDropped } from './dropped-file.ts';
import { adoptInPlace, stranded } from './reconcile-adopt.ts';
import { sidecarAlone } from './reconcile-alone.ts';
import { eachLimited } from './reconcile-batch.ts';
import { createTally, type Fate, NOTHING, type Tally, waitFor } from './reconcile-fate.ts';
import { statOf } from './reconcile-guards.ts';
import { type Known, knownFrom, knownOf, knownOfDay } from './reconcile-known.ts';
import { type Listing, listFolder, listNames, type OnDisk } from './reconcile-listing.ts';
import type { FolderMemory } from './reconcile-memory.ts';
import { checkLength, dropMissing } from './reconcile-original.ts';
import { compareSidecar, dateTrash, restoreFromSidecar, rewriteMissing } from './reconcile-sidecar.ts';
import type { DayOptions, DayPlace, LookContext, ReconcileReport } from './reconcile-types.ts';
import { createNamesVerifier, createVerifier, type Verifier } from './reconcile-verify.ts';

const NONE: ReadonlySet<PictureId> = new Set();
/** Things looked at side by side: stats and reads; and copies, each of which decodes. */
const LOOKS = 8;
const COPIES = 3;
/** A sidecar whose time lies this little before the last look is read again: clocks of file systems are coarse, ms. */
const SLACK = 2_000;
/** After a failure of the machine, ms. */
const RECOVERY = 5_000;

interface Look {
  readonly context: LookContext;
  readonly memory: FolderMemory;
  readonly place: DayPlace;
  readonly options: DayOptions;
  readonly listing: Listing;
  readonly known: ReadonlyMap<PictureId, Known>;
  /** Pictures that are as they should be. */
  readonly fine: ReadonlySet<PictureId>;
  /** Sidecars older than this were read by an earlier look; undefined reads all. */
  readonly readBefore: number | undefined;
}

export interface DayOutcome {
  readonly report: ReconcileReport;
  /** Every name in the folder belongs to a picture that was proved to be as the catalog has it, and none is missing. */
  readonly agrees: boolean;
  /** There is no such folder, and the catalog knows of nothing in it. */
  readonly gone: boolean;
}

/** One look at one day folder, or at some names of it. @throws when the catalog cannot answer */
export async function lookAtDay(
  context: LookContext,
  memory: FolderMemory,
  place: DayPlace,
  options: DayOptions,
): Promise<DayOutcome> {
  const started = context.storage.now();
  const tally = createTally();
  tally.folder();
  const { names } = options;
  const listing = await listingOf(context, place, names);
  if (listing === undefined) return { report: tally.report(), agrees: false, gone: false };
  const verifier = verifierFor(context, listing, options);
  const known =
    names === undefined
      ? await knownOfDay(context, place, listing, verifier)
      : await knownOf(context, place, listing);
  const fine = (await verifier?.finish()) ?? NONE;
  const thorough = options.full === true || names !== undefined || memory.lookedAt === undefined;
  const readBefore = thorough ? undefined : (memory.lookedAt ?? 0) - SLACK;
  const look: Look = { context, memory, place, options, listing, known, fine, readBefore };
  await lookAtPictures(look, tally);
  await lookAtDropped(look, tally);
  await reportForeign(look);
  if (names === undefined && options.signal?.aborted !== true) {
    if (options.namesOnly !== true) memory.lookedAt = started;
    forgetGone(memory, listing);
  }
  return {
    report: tally.report(),
    agrees: names === undefined && isAllFine(look),
    gone: listing.missing && known.size === 0,
  };
}

function verifierFor(
  context: LookContext,
  { folder }: Listing,
  { full, namesOnly, names }: DayOptions,
): Verifier | undefined {
  if (names !== undefined) return undefined;
  if (namesOnly === true) return createNamesVerifier();
  return full === true ? createVerifier(context, folder) : undefined;
}

function isAllFine({ listing, known, fine }: Look): boolean {
  const { pictures, dropped, foreign, missing } = listing;
  if (missing || dropped.length + foreign.length > 0) return false;
  return fine.size === known.size && fine.size === pictures.size;
}

/**
 * Undefined for a folder that cannot be read, or that is reached through a link: it is reported, nothing in it is taken
 * for lost, and above all nothing outside the tree is taken for dropped.
 */
async function listingOf(
  context: LookContext,
  place: DayPlace,
  names: ReadonlySet<string> | undefined,
): Promise<Listing | undefined> {
  const { storage } = context;
  try {
    const link = await linkOnTheWay(context, place);
    if (link !== undefined) {
      await context.findings.report({
        finding: 'foreign_entry',
        action: 'left',
        path: link,
        detail: { type: 'link' },
      });
      return undefined;
    }
    return await (names === undefined ? listFolder(storage, place) : listNames(storage, place, names));
  } catch (error) {
    const path = dayFolder(place.owner, place.kind, place.day);
    context.log.warn({ err: error, path }, 'a day folder cannot be read');
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    await context.findings.report({ finding: 'folder_unreadable', action: 'left', path, detail: { why } });
    return undefined;
  }
}

/** The first name from the owner's folder down to the day's that is there and is no folder. */
async function linkOnTheWay(context: LookContext, place: DayPlace): Promise<string | undefined> {
  const names = dayFolder(place.owner, place.kind, place.day).split('/');
  for (let depth = 2; depth <= names.length; depth += 1) {
    const path = names.slice(0, depth).join('/');
    const stat = await statOf(context.storage, path);
    if (stat === undefined) return undefined;
    if (stat.type !== 'folder') return path;
  }
  return undefined;
}

async function lookAtPictures(look: Look, tally: Tally): Promise<void> {
  const { context, place, known, listing, options } = look;
  const nothing: OnDisk = { sidecar: false, originals: [] };
  const ids = new Set([...known.keys(), ...listing.pictures.keys()]);
  for (const id of look.fine) ids.delete(id);
  await eachLimited(ids, LOOKS, options.signal, async (id) => {
    const onDisk = listing.pictures.get(id) ?? nothing;
    const path = sidecarKey({ ...place, id });
    const lookAtOne = async (): Promise<Fate> => {
      let record = known.get(id);
      if (record === undefined) {
        // Made after the list was read, or a day that is not the one of `created_at`.
        const entry = await context.catalog.lookup(place.owner, id);
        if (entry !== undefined && (entry.kind !== place.kind || entry.day !== place.day)) {
          return strays(look, id, onDisk.originals);
        }
        if (entry !== undefined) record = knownFrom(entry);
      }
      return record === undefined ? lookAtUnknown(look, id, onDisk) : lookAtKnown(look, id, record, onDisk);
    };
    await guarded(context, tally, path, () => unlessMoved(context, path, lookAtOne));
  });
}

/** What lies here under an id will be taken in by nobody, whereas a dropped file goes to whom its owner was moved to. */
async function unlessMoved(context: LookContext, path: string, act: () => Promise<Fate>): Promise<Fate> {
  try {
    return await act();
  } catch (error) {
    if (!isKirokuError(error, 'owner_moved')) throw error;
    return stranded(context, path);
  }
}

async function lookAtKnown(look: Look, id: PictureId, known: Known, onDisk: OnDisk): Promise<Fate> {
  const { context, place, options, readBefore } = look;
  if (!onDisk.originals.includes(known.ext)) return dropMissing(context, place, id);
  const others = onDisk.originals.filter((ext) => ext !== known.ext);
  if (others.length > 0) await strays(look, id, others);
  if (!onDisk.sidecar) return rewriteMissing(context, place, id);
  if (known.undated) return dateTrash(context, place, id);
  if (options.full === true || options.names !== undefined) {
    const entry = await context.catalog.find(place.owner, place.kind, id);
    if (entry !== undefined) await checkLength(context, place, entry);
  }
  if (readBefore !== undefined) {
    const stat = await statOf(context.storage, sidecarKey({ ...place, id }));
    if (stat !== undefined && stat.mtime < readBefore) return NOTHING;
  }
  return compareSidecar(context, place, id, known.ext);
}

async function lookAtUnknown(look: Look, id: PictureId, onDisk: OnDisk): Promise<Fate> {
  const { context, place, memory } = look;
  const ext = onDisk.originals[0];
  if (ext === undefined) return onDisk.sidecar ? sidecarAlone(context, place, id) : NOTHING;
  if (!onDisk.sidecar) return adoptInPlace(context, memory, place, id, ext);
  const stat = await statOf(context.storage, originalKey({ ...place, id }, ext));
  return stat?.type === 'file' ? restoreFromSidecar(context, place, id, ext, stat.size) : NOTHING;
}

async function strays(look: Look, id: PictureId, exts: readonly OriginalExt[]): Promise<Fate> {
  for (const ext of exts) {
    const path = originalKey({ ...look.place, id }, ext);
    await look.context.findings.report({ finding: 'original_stray', action: 'left', path });
  }
  return NOTHING;
}

/** The machine's own failures (a full disk, say) end this look's copies: the rest would meet the same. */
async function lookAtDropped(look: Look, tally: Tally): Promise<void> {
  const { context, memory, place, listing, options } = look;
  const { folder } = listing;
  let halted = false;
  await eachLimited(listing.dropped, COPIES, options.signal, async (name) => {
    if (halted) return;
    await guarded(
      context,
      tally,
      `${folder}/${name}`,
      () => takeDropped(context, memory, { place, folder, name }, options.signal),
      (error) => {
        halted = isKirokuError(error) && error.code !== 'overloaded';
      },
    );
  });
}

/** One bad file must not keep the others from their due. */
async function guarded(
  context: LookContext,
  tally: Tally,
  path: string,
  act: () => Promise<Fate>,
  onError?: (error: unknown) => void,
): Promise<void> {
  try {
    tally.add(await act());
  } catch (error) {
    onError?.(error);
    context.log.warn({ err: error, path: path.slice(0, 300) }, 'reconcile could not deal with a file');
    tally.add(waitFor(RECOVERY));
  }
}

async function reportForeign(look: Look): Promise<void> {
  const { context, listing } = look;
  for (const entry of listing.foreign) {
    const path = `${listing.folder}/${entry.name}`;
    const detail = { type: entry.type };
    await context.findings.report({ finding: 'foreign_entry', action: 'left', path, detail });
  }
}

function forgetGone(memory: FolderMemory, listing: Listing): void {
  if (memory.refused.size === 0) return;
  const there = new Set(listing.dropped);
  for (const [id, onDisk] of listing.pictures) for (const ext of onDisk.originals) there.add(`${id}.${ext}`);
  for (const name of memory.refused.keys()) if (!there.has(name)) memory.refused.delete(name);
}
