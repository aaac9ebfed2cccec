import type { BlobStore } from '../blobs/blob-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { fromErrno, isErrno, KirokuError, notFound } from '../domain/errors.ts';
import type { PictureId } from '../domain/id.ts';
import type { JsonObject } from '../domain/json.ts';
import { originalKey } from '../domain/key.ts';
import type { Kind } from '../domain/kind.ts';
import type { Log } from '../domain/log.ts';
import { isOwner, type Owner } from '../domain/owner.ts';
import type { StateStore } from '../state/state-store.ts';
import { writeAll } from '../storage/durable.ts';
import type { Storage } from '../storage/storage.ts';
import { aborted } from './gate.ts';
import { readBlob } from './read-blob.ts';

/** Inputs that lie in ComfyUI's input folder for a job, and their end. */
export interface Placements {
  /**
   * Copies the input into ComfyUI's folder under a name of its own, which is written down first. The same input for the
   * same job is placed once.
   * @throws KirokuError `not_found`, `not_configured`, `disk_full`, `io_error`
   */
  place(owner: Owner, id: PictureId, job: string): Promise<{ readonly name: string }>;
  /** Removes what was placed for this job. Idempotent. */
  done(job: string): Promise<{ readonly released: number }>;
  /** Removes what was placed longer ago than the age; what cannot be removed now is tried again. */
  cleanUp(signal: AbortSignal): Promise<{ readonly removed: number; readonly left: number }>;
  /** A job that has not ended uses it, for whoever had it when it was placed: ids outlast a transfer. */
  isInUse(kind: Kind, id: PictureId): Promise<boolean>;
}

export interface PlacementsDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly log: Log;
  /** ComfyUI's input folder; undefined when none is configured. */
  readonly folder: Storage | undefined;
  readonly maxAgeMs: number;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
}

/** What the file was when we had written it; undefined while, or if, that is not known. */
interface Identity {
  readonly inode: string;
  readonly size: number;
  readonly mtime: number;
}

interface Placed {
  readonly name: string;
  readonly owner: Owner;
  readonly id: string;
  readonly job: string;
  readonly at: number;
  identity: Identity | undefined;
}

/** One that is on its way into the folder. */
interface Placing {
  readonly job: string;
  readonly placed: Promise<{ readonly name: string }>;
}

/** Ours alone: nobody else's file has such a name. */
const NAME = /^kiroku_[0-9a-z]{26,32}_[0-9a-f]{16}\.[a-z]{3,4}$/;
const MAX_JOB = 200;
/** ComfyUI may run as another user. */
const PERMISSIONS = 0o644;

/** The journal `placements` is the truth: a name is in it before the file is, and until after the file is gone. */
export function createPlacements(deps: PlacementsDeps): Placements {
  const { catalog, blobs, state, log, now, random, maxAgeMs } = deps;
  let loading: Promise<Map<string, Placed>> | undefined;
  const all = () =>
    (loading ??= load(state).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  const folderOf = (): Storage => {
    if (deps.folder !== undefined) return deps.folder;
    throw new KirokuError('not_configured', 'COMFY_INPUT_DIR is not set: nothing can be placed.');
  };
  const placing = new Map<string, Placing>();

  const copy = async (folder: Storage, key: string, bytes: number, name: string): Promise<Identity> => {
    const file = await folder.open(name, 'create', PERMISSIONS);
    try {
      let position = 0;
      for await (const chunk of readBlob(blobs, key, 0, bytes - 1)) {
        await writeAll(file, chunk, position);
        position += chunk.byteLength;
      }
      await file.sync();
      const { inode, size, mtime } = await file.stat();
      return { inode, size, mtime };
    } finally {
      await file.close();
    }
  };

  const placeNew = async (owner: Owner, id: PictureId, job: string): Promise<{ readonly name: string }> => {
    const folder = folderOf();
    const entry = await catalog.find(owner, 'input', id);
    if (entry === undefined || entry.status !== 'active') throw notFound();
    const name = `kiroku_${id}_${Buffer.from(random(8)).toString('hex')}.${entry.ext}`;
    const placed: Placed = { name, owner, id, job, at: now(), identity: undefined };
    await state.append('placements', { op: 'place', name, owner, id, job, at: placed.at });
    (await all()).set(name, placed);
    try {
      placed.identity = await copy(folder, originalKey(entry, entry.ext), entry.record().bytes, name);
      await state.append('placements', { op: 'placed', name, ...placed.identity });
      return { name };
    } catch (error) {
      await remove(placed).catch(() => undefined);
      throw fromErrno(error);
    }
  };

  /** True when it is gone, and written down so. Never somebody else's file: name, inode, size and time must be ours. */
  const remove = async (placed: Placed): Promise<boolean> => {
    const folder = folderOf();
    try {
      const stat = await folder.stat(placed.name);
      const { identity } = placed;
      const isOurs =
        stat.type === 'file' &&
        NAME.test(placed.name) &&
        (identity === undefined ||
          (stat.inode === identity.inode && stat.size === identity.size && stat.mtime === identity.mtime));
      if (isOurs) await folder.unlink(placed.name);
      else
        log.warn({ name: placed.name }, 'a placed input is not the file it was: left alone, and forgotten');
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) {
        log.warn({ name: placed.name, err: error }, 'a placed input could not be removed now');
        return false;
      }
    }
    await state.append('placements', { op: 'gone', name: placed.name });
    (await all()).delete(placed.name);
    return true;
  };

  return {
    async place(owner, id, job) {
      if (job === '' || job.length > MAX_JOB) {
        throw new KirokuError('invalid_parameter', `job_id: from 1 to ${MAX_JOB} characters.`, {
          details: { field: 'job_id' },
        });
      }
      const key = `${owner}/${id}/${job}`;
      const running = placing.get(key);
      if (running !== undefined) return running.placed;
      const known = [...(await all()).values()].find(
        (one) => one.id === id && one.job === job && one.identity !== undefined,
      );
      // placed for whoever had it then, which may have been another name of his
      const isTheirs = known?.owner === owner || (await catalog.find(owner, 'input', id)) !== undefined;
      if (known !== undefined && isTheirs) return { name: known.name };
      const begun = placing.get(key);
      if (begun !== undefined) return begun.placed;
      const placed = placeNew(owner, id, job).finally(() => placing.delete(key));
      placing.set(key, { job, placed });
      return placed;
    },

    async done(job) {
      // a file that is made only after its name was forgotten would lie there for ever
      const ours = [...placing.values()].filter((one) => one.job === job);
      await Promise.allSettled(ours.map(({ placed }) => placed));
      let released = 0;
      for (const placed of [...(await all()).values()]) {
        if (placed.job === job && (await remove(placed))) released += 1;
      }
      return { released };
    },

    async cleanUp(signal) {
      let removed = 0;
      let left = 0;
      if (deps.folder === undefined) return { removed, left };
      for (const placed of [...(await all()).values()]) {
        if (signal.aborted) throw aborted(signal);
        if (now() - placed.at < maxAgeMs) continue;
        if (await remove(placed)) removed += 1;
        else left += 1;
      }
      return { removed, left };
    },

    async isInUse(kind, id) {
      if (kind !== 'input') return false;
      const placed = [...(await all()).values()];
      return placed.some((one) => one.id === id && now() - one.at < maxAgeMs);
    },
  };
}

async function load(state: StateStore): Promise<Map<string, Placed>> {
  const all = new Map<string, Placed>();
  for await (const line of state.readJournal('placements')) {
    const { op, name } = line;
    if (typeof name !== 'string') continue;
    if (op === 'place') {
      const placed = placedOf(name, line);
      if (placed !== undefined) all.set(name, placed);
    } else if (op === 'gone') all.delete(name);
    else if (op === 'placed') {
      const placed = all.get(name);
      if (placed !== undefined) placed.identity = identityOf(line);
    }
  }
  return all;
}

/** Undefined for an entry of another form: a later version's, say. */
function placedOf(name: string, { owner, id, job, at }: JsonObject): Placed | undefined {
  if (!NAME.test(name) || typeof owner !== 'string' || !isOwner(owner)) return undefined;
  if (typeof id !== 'string' || typeof job !== 'string' || typeof at !== 'number') return undefined;
  return { name, owner, id, job, at, identity: undefined };
}

function identityOf({ inode, size, mtime }: JsonObject): Identity | undefined {
  return typeof inode === 'string' && typeof size === 'number' && typeof mtime === 'number'
    ? { inode, size, mtime }
    : undefined;
}
