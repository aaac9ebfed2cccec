import { isErrno, isKirokuError } from '../../domain/errors.ts';
import type { AdoptedFrom } from '../../domain/record.ts';
import { completeness } from '../../media/complete.ts';
import { parentOf } from '../../storage/path.ts';
import type { FileStat, StorageFile } from '../../storage/storage.ts';
import type { Received } from '../services.ts';
import { adoptedFiles, adoptionKey } from './dropped-adopted.ts';
import { createdAtOf, decodeAt } from './reconcile-adopt.ts';
import { chunksOf, identityOf, isRefusal, readAtOf, sameFile, withFile } from './reconcile-bytes.ts';
import { type Fate, NOTHING, waitFor } from './reconcile-fate.ts';
import { isYoung, statOf } from './reconcile-guards.ts';
import type { FolderMemory } from './reconcile-memory.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

/** Without an end marker only quiet tells that a writer is done, ms. */
const QUIET = 2_000;
/** A picture whose end is missing is reported after this long without a change, ms. */
const ABANDONED = 600_000;
/** Names that writers use until they rename: left to them for a while, ms. */
const RENAME_DUE = 60_000;
const TEMPORARY = /^\.|~$|\.(?:tmp|temp|part|partial|crdownload|download|swp|filepart)$/i;
/** Looks at a half-written file: soon at first, ever more rarely. */
const SOONEST = 400;
const LATEST = 30_000;
const MAX_ATTEMPTS = 3;

export interface DroppedFile {
  readonly place: DayPlace;
  readonly folder: string;
  readonly name: string;
}

/**
 * A regular file in a day folder whose name is not ours (docs/architecture.md, "Files that others write"): copied through ordinary ingest once it is whole,
 * and its name removed after the commit only if it is still the very file that was copied.
 *
 * @throws KirokuError of the machine (`disk_full`, `io_error`, `overloaded`, …): the file stays for a later look
 */
export async function takeDropped(
  context: LookContext,
  memory: FolderMemory,
  file: DroppedFile,
  signal: AbortSignal | undefined,
): Promise<Fate> {
  const path = `${file.folder}/${file.name}`;
  const stat = await statOf(context.storage, path);
  if (stat?.type !== 'file') return vanished(context, file, stat === undefined);
  if (memory.refused.get(file.name) === identityOf(stat)) return NOTHING;
  const from: AdoptedFrom = { name: file.name, inode: stat.inode, size: stat.size, mtime: stat.mtime };
  const adopted = await adoptedFiles(context, memory, file.place);
  if (adopted.has(adoptionKey(from))) {
    await removeIfSame(context, path, stat);
    return NOTHING;
  }
  const now = context.storage.now();
  if (TEMPORARY.test(file.name) && isYoung(now, stat.mtime, RENAME_DUE)) {
    return waitFor(RENAME_DUE - (now - stat.mtime) + 100);
  }
  if (stat.size > context.maxBytes[file.place.kind]) return refuse(context, memory, file, stat, 'too large');
  try {
    return await withFile(context.storage, path, async (open) => {
      const wait = await notYet(context, memory, file, stat, open);
      return wait ?? (await adopt(context, adopted, file, { stat, from, open, signal }));
    });
  } catch (error) {
    // It may be committed all the same (`UnsettledError`): the next look asks the records again.
    memory.adopted = undefined;
    return failed(context, memory, file, stat, error);
  }
}

/** A name that is listed but cannot be looked up is not valid UTF-8: we cannot open it. */
async function vanished(context: LookContext, file: DroppedFile, gone: boolean): Promise<Fate> {
  if (gone && file.name.includes('\ufffd')) {
    await context.findings.report({
      finding: 'foreign_entry',
      action: 'left',
      path: `${file.folder}/${file.name}`,
      detail: { why: 'the name is not UTF-8' },
    });
  }
  return NOTHING;
}

/** Undefined when the file is whole. */
async function notYet(
  context: LookContext,
  memory: FolderMemory,
  file: DroppedFile,
  stat: FileStat,
  open: StorageFile,
): Promise<Fate | undefined> {
  const now = context.storage.now();
  const found = await completeness(readAtOf(open), stat.size);
  if (found?.state === 'complete') return undefined;
  const age = Math.max(0, now - stat.mtime);
  if (found === undefined) {
    if (isYoung(now, stat.mtime, QUIET)) return waitFor(QUIET - age + 50);
    return refuse(context, memory, file, stat, stat.size === 0 ? 'empty' : 'not a picture');
  }
  if (isYoung(now, stat.mtime, ABANDONED)) return waitFor(Math.min(LATEST, Math.max(SOONEST, age / 2)));
  return refuse(context, memory, file, stat, 'its end is missing');
}

interface Copying {
  readonly stat: FileStat;
  readonly from: AdoptedFrom;
  readonly open: StorageFile;
  readonly signal: AbortSignal | undefined;
}

async function adopt(
  context: LookContext,
  adopted: Map<string, string>,
  file: DroppedFile,
  copying: Copying,
): Promise<Fate> {
  const { stat, from, open, signal } = copying;
  const path = `${file.folder}/${file.name}`;
  const { place } = file;
  const finding = { finding: 'file_adopted', action: 'adopted', path } as const;
  if (context.trial) {
    await decodeAt(context, path);
    context.findings.note(finding);
    return { adopted: 1 };
  }
  const received = await context.ingest.receive(chunksOf(open), {
    maxBytes: context.maxBytes[place.kind],
    filename: file.name,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    if (!(await unchanged(context, path, open, stat, received))) return waitFor(SOONEST);
    const { entry } = await context.ingest.commit(received, {
      owner: place.owner,
      kind: place.kind,
      filename: file.name,
      meta: {},
      createdAt: createdAtOf(from.mtime, place),
      source: 'watch',
      adoptedFrom: from,
    });
    adopted.set(adoptionKey(from), entry.id);
    context.findings.note(finding);
    const { owner, kind } = place;
    context.log.info({ owner, kind, id: entry.id }, 'a dropped file was taken in');
  } finally {
    await received.discard();
  }
  await removeIfSame(context, path, stat);
  return { adopted: 1 };
}

/** The copy is of one state of the file: not written to while it was read. */
async function unchanged(
  context: LookContext,
  path: string,
  open: StorageFile,
  stat: FileStat,
  received: Received,
): Promise<boolean> {
  if (received.bytes !== stat.size || !sameFile(await open.stat(), stat)) return false;
  const named = await statOf(context.storage, path);
  return named === undefined || sameFile(named, stat);
}

/**
 * Durable when it resolves. A name that comes back after a power cut before that is recognized by its record's
 * `adopted_from`; later the record may have been given away or purged, and the file would be taken in once more.
 */
async function removeIfSame(context: LookContext, path: string, stat: FileStat): Promise<void> {
  if (context.trial) return;
  const now = await statOf(context.storage, path);
  if (now === undefined || !sameFile(now, stat)) return;
  try {
    await context.storage.unlink(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  await context.folders.sync(parentOf(path));
}

async function failed(
  context: LookContext,
  memory: FolderMemory,
  file: DroppedFile,
  stat: FileStat,
  error: unknown,
): Promise<Fate> {
  if (isErrno(error, 'ENOENT')) return NOTHING;
  if (isErrno(error, 'EACCES', 'EPERM', 'ELOOP', 'EINVAL')) {
    // Not remembered: permissions change without a trace in size and time.
    return tell(context, file, stat, 'it cannot be opened');
  }
  if (isRefusal(error)) {
    return refuse(context, memory, file, stat, isKirokuError(error) ? error.code : 'refused');
  }
  if (!isKirokuError(error, 'decoder_failed')) throw error;
  // The decoder may have died for reasons of its own; a file that kills it every time is given up.
  const key = `${identityOf(stat)} ${file.name}`;
  const attempts = (memory.attempts.get(key) ?? 0) + 1;
  memory.attempts.set(key, attempts);
  if (attempts < MAX_ATTEMPTS) return waitFor(SOONEST * 2 ** attempts);
  memory.attempts.delete(key);
  return refuse(context, memory, file, stat, 'decoder_failed');
}

/** Left alone until it changes; told of once. */
async function refuse(
  context: LookContext,
  memory: FolderMemory,
  file: DroppedFile,
  stat: FileStat,
  why: string,
): Promise<Fate> {
  memory.refused.set(file.name, identityOf(stat));
  return tell(context, file, stat, why);
}

async function tell(context: LookContext, file: DroppedFile, stat: FileStat, why: string): Promise<Fate> {
  await context.findings.report({
    finding: why === 'its end is missing' ? 'file_partial' : 'file_refused',
    action: 'left',
    path: `${file.folder}/${file.name}`,
    identity: identityOf(stat),
    detail: { why },
  });
  return NOTHING;
}
