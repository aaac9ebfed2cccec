import { type Day, dayOf } from './day.ts';
import { KirokuError } from './errors.ts';
import { extOf, isMime, type Mime, type OriginalExt } from './format.ts';
import { isPictureId } from './id.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import type { Location } from './key.ts';
import { KINDS, type Status } from './kind.ts';
import { readSeed, readThumb, readTime } from './legacy.ts';
import {
  type Descriptive,
  type Parent,
  type PictureRecord,
  type Provenance,
  RECORD_VERSION,
} from './record.ts';
import { isAdoptedFrom, isIdem, isKnownMember } from './record-members.ts';
import { isoOf } from './time.ts';

/** Where a sidecar and its original lie. This, never the sidecar's own text, says whose picture it is. */
export interface RecordPlace extends Location {
  readonly ext: OriginalExt;
}

/** Deeper nesting than this is refused: a hostile file must not exhaust the stack of whoever writes it again. */
const MAX_DEPTH = 100;

function refuse(field: string, why: string, cause?: unknown): KirokuError {
  return new KirokuError('invalid_metadata', `${field}: ${why}`, { cause, details: { field } });
}

/**
 * A sidecar's text as JSON. Numbers that JavaScript cannot hold (seeds beyond 2^53, 1e999) come as strings of their
 * digits, so that nothing is lost. A byte order mark is skipped.
 * @throws KirokuError `invalid_metadata` when it is not JSON
 */
export function parseSidecarText(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text, exactNumber);
  } catch (error) {
    throw refuse('sidecar', 'is not JSON.', error);
  }
}

function exactNumber(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  if (!Number.isFinite(value)) return source;
  const exact = Number.isSafeInteger(value) || !/^-?\d+$/.test(source) || String(value) === source;
  return exact ? value : source;
}

/**
 * A record out of a sidecar's JSON, ours or the earlier system's. Location members come from `where`. Missing members
 * get their defaults; a wrong type in an optional member counts as missing, and the value is kept in
 * `extra.unreadable`; unknown members are kept in `extra`.
 * @param options.legacyTz IANA zone in which times without a zone are read
 * @throws KirokuError `invalid_metadata` naming the required member (`details.field`) that is missing or wrong;
 *   `tree_unreadable` when the record was written by a later version of this program
 */
export function parseRecord(
  value: unknown,
  where: RecordPlace,
  options: { readonly legacyTz: string },
): PictureRecord {
  if (!isJsonObject(value)) throw refuse('sidecar', 'is not a JSON object.');
  if (isTooDeep(value, MAX_DEPTH)) throw refuse('sidecar', 'is nested too deeply.');
  const read = createReader(value, options.legacyTz);
  const v = readVersion(value['v']);
  const created = read.time('created_at') ?? read.refused('created_at', 'is not a time.');
  const createdAt = isoOf(created);
  const mime = readMime(value['mime']);
  const status = readStatus(value['status']);
  const thumb = readThumb(value['thumb'], where.id);
  const record = {
    v,
    rev: read.optional('rev', isPositive, 1),
    mime,
    thumb,
    thumb_v: read.optional('thumb_v', isCount, thumb === null ? 0 : 1),
    favorite: read.optional('favorite', isBoolean, false),
    ...placeMembers(where, dayOf(created), mime),
    id: where.id,
    owner: where.owner,
    kind: where.kind,
    status,
    created_at: createdAt,
    updated_at: read.optionalTime('updated_at') ?? createdAt,
    trashed_at: status === 'trash' ? read.optionalTime('trashed_at') : null,
    original_filename: read.required('original_filename', isText, 'is not a text.'),
    bytes: read.required('bytes', isCount, 'is not a number of bytes.'),
    thumb_bytes: read.optional('thumb_bytes', isCount, 0),
    sha256: read.required('sha256', isSha256, 'is not a SHA-256 in hex.').toLowerCase(),
    crc32: read.optional('crc32', isCrc32OrNull, null),
    width: read.optional('width', isPositiveOrNull, null),
    height: read.optional('height', isPositiveOrNull, null),
    thumbhash: read.optional('thumbhash', isTextOrNull, null),
    tags: value['tags'] === null ? [] : read.requiredOr('tags', isTexts, 'is not a list of texts.', []),
    rating: read.optional('rating', isRatingOrNull, null),
    source: read.optional('source', isText, 'import'),
    ...read.descriptive(),
    ...thumbCrcOf(read.optional('thumb_crc32', isCrc32OrNull, null)),
    ...purgingOf(status, read.optionalTime('purging')),
    ...privateMembers(value),
  };
  return { ...record, extra: read.extra() };
}

function thumbCrcOf(crc: string | null): { thumb_crc32?: string } {
  return crc === null ? {} : { thumb_crc32: crc };
}

/** Only what lies in the trash can be on its way out. */
function purgingOf(status: Status, time: string | null): { purging?: string } {
  return status === 'trash' && time !== null ? { purging: time } : {};
}

function isTooDeep(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner: JsonValue) => isTooDeep(inner, levels - 1));
}

function readVersion(value: unknown): number {
  if (value === undefined) return RECORD_VERSION;
  if (!isPositive(value)) throw refuse('v', 'is not a version.');
  if (value <= RECORD_VERSION) return value;
  throw new KirokuError('tree_unreadable', 'A record was written by a later version of this program.', {
    details: { field: 'v', found: value, known: RECORD_VERSION },
  });
}

function readMime(value: unknown): Mime {
  // what some libraries call JPEG
  if (value === 'image/jpg') return 'image/jpeg';
  if (typeof value !== 'string' || !isMime(value)) throw refuse('mime', 'is not a type we keep.');
  return value;
}

function readStatus(value: unknown): Status {
  if (value !== 'active' && value !== 'trash') throw refuse('status', 'is neither active nor trash.');
  return value;
}

/** `day` and `ext` stand in a record only where they cannot be told from the rest. */
function placeMembers(where: RecordPlace, day: Day, mime: Mime): { day?: Day; ext?: OriginalExt } {
  return {
    ...(where.day === day ? {} : { day: where.day }),
    ...(where.ext === extOf(mime) ? {} : { ext: where.ext }),
  };
}

/** Private members out of their grammar are dropped: what we cannot read must not become public as `extra`. */
function privateMembers(value: JsonObject): Pick<PictureRecord, 'idem' | 'adopted_from'> {
  const { idem, adopted_from: adopted } = value;
  return {
    ...(isAdoptedFrom(adopted)
      ? {
          adopted_from: {
            name: adopted.name,
            inode: adopted.inode,
            size: adopted.size,
            mtime: adopted.mtime,
          },
        }
      : {}),
    ...(isIdem(idem) ? { idem } : {}),
  };
}

type Guard<T> = (value: unknown) => value is T;

const isText = (value: unknown): value is string => typeof value === 'string';
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isPositive = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;
const isSha256 = (value: unknown): value is string => isText(value) && /^[0-9a-f]{64}$/i.test(value);
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isPositiveOrNull = (value: unknown): value is number | null => value === null || isPositive(value);
const isCrc32OrNull = (value: unknown): value is string | null =>
  value === null || (isText(value) && /^[0-9a-f]{8}$/.test(value));
const isRatingOrNull = (value: unknown): value is number | null =>
  value === null || (isCount(value) && value <= 5);

/** Reads one value; undefined means that it cannot be read. */
type Read<T> = (value: JsonValue) => T | undefined;
type Members = Required<Descriptive>;
type MutableDescriptive = { -readonly [field in keyof Members]?: Members[field] };

/** Numbers were texts, and structures were pasted, often enough in older files: as text nothing of them is lost. */
const text: Read<string | null> = (value) => {
  if (value === null || typeof value === 'string') return value;
  return JSON.stringify(value);
};
const number: Read<number | null> = (value) => {
  if (typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,9})?$/.test(value)) return Number(value);
  return value === null || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined;
};
const loras: Read<readonly JsonObject[]> = (value) =>
  Array.isArray(value) && value.every(isJsonObject) ? value : undefined;

const parents: Read<readonly Parent[]> = (value) => {
  if (!Array.isArray(value)) return undefined;
  const read = value.map(parent).filter((one) => one !== undefined);
  return read.length === value.length ? read : undefined;
};

function parent(value: unknown): Parent | undefined {
  if (!isJsonObject(value)) return undefined;
  const { id, role } = value;
  const kind = KINDS.find((known) => known === value['kind']);
  if (kind === undefined || typeof id !== 'string' || !isPictureId(id) || typeof role !== 'string')
    return undefined;
  return { kind, id, role };
}

const PROVENANCES: readonly Provenance[] = ['job', 'embedded', 'graph', 'user'];

const from: Read<{ readonly [field: string]: Provenance }> = (value) => {
  if (!isJsonObject(value)) return undefined;
  const read: [string, Provenance][] = [];
  for (const [field, source] of Object.entries(value)) {
    const known = PROVENANCES.find((one) => one === source);
    if (known === undefined) return undefined;
    read.push([field, known]);
  }
  return Object.fromEntries(read);
};

const DESCRIPTIVE: { readonly [field in keyof Members]: Read<Members[field]> } = {
  workflow_id: text,
  aspect_ratio: text,
  seed: readSeed,
  prompt: text,
  negative_prompt: text,
  model: text,
  loras,
  sampler: text,
  scheduler: text,
  steps: number,
  cfg: number,
  generator: text,
  job_id: text,
  parents,
  from,
};

function isDescriptive(name: string): name is keyof Members {
  return Object.hasOwn(DESCRIPTIVE, name);
}

/** Reads members one by one and remembers those that could not be read. */
function createReader(value: JsonObject, legacyTz: string) {
  const unreadable: { [name: string]: JsonValue } = {};

  function optional<T>(name: string, guard: Guard<T>, otherwise: T): T {
    const given = value[name];
    if (given === undefined) return otherwise;
    if (guard(given)) return given;
    if (given !== null) unreadable[name] = given;
    return otherwise;
  }

  function refused(name: string, why: string): never {
    throw refuse(name, value[name] === undefined ? 'is missing.' : why);
  }

  function required<T>(name: string, guard: Guard<T>, why: string): T {
    const given: unknown = value[name];
    return guard(given) ? given : refused(name, why);
  }

  function time(name: string): number | undefined {
    const given = value[name];
    return typeof given === 'string' ? readTime(given, legacyTz) : undefined;
  }

  function setDescriptive<F extends keyof Members>(
    target: MutableDescriptive,
    field: F,
    given: JsonValue,
  ): void {
    const read = DESCRIPTIVE[field](given);
    if (read !== undefined) target[field] = read;
    else if (given !== null) unreadable[field] = given;
  }

  return {
    optional,
    refused,
    required,
    time,
    requiredOr<T>(name: string, guard: Guard<T>, why: string, otherwise: T): T {
      return value[name] === undefined ? otherwise : required(name, guard, why);
    },
    optionalTime(name: string): string | null {
      const given = value[name];
      const at = time(name);
      if (at !== undefined) return isoOf(at);
      if (given !== undefined && given !== null) unreadable[name] = given;
      return null;
    },
    descriptive(): Descriptive {
      const target: MutableDescriptive = {};
      for (const [name, given] of Object.entries(value))
        if (isDescriptive(name)) setDescriptive(target, name, given);
      return target;
    },
    /** To be called last. `user_id` is the earlier name of `owner`. */
    extra(): JsonObject {
      const unknown = Object.entries(value).filter(([name]) => !isKnownMember(name) && name !== 'user_id');
      if (Object.keys(unreadable).length === 0) return Object.fromEntries(unknown);
      const before = value['unreadable'];
      const kept = isJsonObject(before) ? before : before === undefined ? {} : { unreadable: before };
      return Object.fromEntries([...unknown, ['unreadable', { ...kept, ...unreadable }]]);
    },
  };
}
