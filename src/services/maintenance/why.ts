import type { Catalog, Entry } from '../../catalog/catalog.ts';
import { isErrno } from '../../domain/errors.ts';
import { THUMB_EXTS } from '../../domain/format.ts';
import type { PictureId } from '../../domain/id.ts';
import type { JsonObject } from '../../domain/json.ts';
import { manifestKey, originalKey, sidecarKey, thumbKey } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import { purgeAt, type Retention } from '../../domain/retention.ts';
import { isoOf } from '../../domain/time.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Damage, Verify } from './verify.ts';

export interface WhyFile {
  readonly role: 'original' | 'sidecar' | 'thumbnail';
  readonly key: string;
  /** Undefined when it is not there. */
  readonly bytes: number | undefined;
  /** ms since the epoch. */
  readonly modified: number | undefined;
}

/** Everything that is known about one picture. */
export interface WhyReport {
  readonly owner: Owner;
  readonly entry: Entry;
  /** The catalog's version of the owner in which it was changed last. */
  readonly version: { readonly epoch: string; readonly seq: number };
  /** Where in the owner's manifest that change stands, in bytes; undefined where there is no such line. */
  readonly offset: number | undefined;
  readonly files: readonly WhyFile[];
  readonly damage: readonly Damage[];
  /** ms since the epoch; null when no purge is due. */
  readonly purgeAt: number | null;
  /** Another picture was made from it. */
  readonly referenced: boolean;
  /** A running job of ComfyUI uses it. */
  readonly inUse: boolean;
  /** Which scheduled job touches it next, and why. */
  readonly next: string;
}

export interface Why {
  /** Undefined when no owner has it. @throws KirokuError as the catalog and the storage */
  ask(id: PictureId, owner: Owner | undefined): Promise<WhyReport | undefined>;
}

export interface WhyDeps {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly verify: Verify;
  readonly retention: Retention;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly isReferenced: (owner: Owner, id: PictureId) => Promise<boolean>;
  readonly isInUse: (owner: Owner, kind: Entry['kind'], id: PictureId) => Promise<boolean>;
}

/** Answers "why is this picture as it is?". */
export function createWhy(deps: WhyDeps): Why {
  const { catalog } = deps;

  async function find(id: PictureId, owner: Owner | undefined): Promise<Entry | undefined> {
    if (owner !== undefined) return catalog.lookup(owner, id);
    for await (const one of catalog.owners()) {
      const entry = await catalog.lookup(one, id);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  return {
    async ask(id, owner) {
      const entry = await find(id, owner);
      if (entry === undefined) return undefined;
      const { epoch } = await catalog.version(entry.owner);
      const due = purgeAt(entry.record(), deps.retention);
      const inUse = await deps.isInUse(entry.owner, entry.kind, id);
      return {
        owner: entry.owner,
        entry,
        version: { epoch, seq: entry.seq },
        offset: await offsetOf(deps.storage, entry),
        files: await filesOf(deps.storage, entry),
        damage: await deps.verify.one(entry),
        purgeAt: due,
        referenced: await deps.isReferenced(entry.owner, id),
        inUse,
        next: nextTouch(entry, due, inUse, deps.now()),
      };
    },
  };
}

function nextTouch(entry: Entry, due: number | null, inUse: boolean, now: number): string {
  const record = entry.record();
  if (record.purging !== undefined) return `purge-trash finishes what it began at ${record.purging}`;
  if (due === null) {
    return entry.status === 'active'
      ? 'none: it is active'
      : 'none: the retention policy keeps it until a person removes it';
  }
  if (inUse) return 'purge-trash leaves it until the running job that uses it is done';
  return due <= now
    ? 'purge-trash removes it at its next run'
    : `purge-trash removes it at its first run after ${isoOf(due)}`;
}

async function filesOf(storage: Storage, entry: Entry): Promise<WhyFile[]> {
  const keys: [WhyFile['role'], string][] = [
    ['original', originalKey(entry, entry.ext)],
    ['sidecar', sidecarKey(entry)],
    ...THUMB_EXTS.map((ext): [WhyFile['role'], string] => ['thumbnail', thumbKey(entry, ext)]),
  ];
  const files: WhyFile[] = [];
  for (const [role, key] of keys) {
    const stat = await statIfThere(storage, key);
    const expected = role !== 'thumbnail' || (entry.thumb !== null && key === thumbKey(entry, entry.thumb));
    if (stat !== undefined || expected) files.push({ role, key, bytes: stat?.size, modified: stat?.mtime });
  }
  return files;
}

async function statIfThere(storage: Storage, path: string) {
  try {
    return await storage.stat(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

const CHUNK = 1 << 20;

/** Reads the manifest up to the line: nobody asks often, and an index of offsets is not for everybody to see. */
async function offsetOf(storage: Storage, { owner, seq }: Entry): Promise<number | undefined> {
  const wanted = Buffer.from(`\n{"s":${seq},`);
  const file = await storage.open(manifestKey(owner), 'read').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const chunk = Buffer.alloc(CHUNK);
    for (let position = 0; ; ) {
      const got = await file.read(chunk, 0, CHUNK, position);
      const at = chunk.subarray(0, got).indexOf(wanted);
      if (at !== -1) return position + at + 1;
      if (got < wanted.length) return undefined;
      position += got - wanted.length + 1;
    }
  } finally {
    await file.close();
  }
}

/** The report as JSON, for the wire and for `--json`. */
export function whyJson({
  owner,
  entry,
  version,
  offset,
  files,
  damage,
  referenced,
  inUse,
  next,
  ...rest
}: WhyReport): JsonObject {
  const record: unknown = JSON.parse(Buffer.from(entry.publicJson).toString('utf8'));
  return {
    user_id: owner,
    kind: entry.kind,
    id: entry.id,
    status: entry.status,
    epoch: version.epoch,
    seq: version.seq,
    offset: offset ?? null,
    files: files.map(({ role, key, bytes, modified }) => ({
      role,
      key,
      bytes: bytes ?? null,
      modified: modified === undefined ? null : isoOf(modified),
    })),
    damage: [...damage],
    purge_at: rest.purgeAt === null ? null : isoOf(rest.purgeAt),
    referenced,
    in_use: inUse,
    next,
    // our own bytes: an object by the record's codec
    record: record as JsonObject,
  };
}
