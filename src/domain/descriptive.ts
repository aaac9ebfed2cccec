import { KirokuError } from './errors.ts';
import { isPictureId } from './id.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { KINDS } from './kind.ts';
import type { Descriptive, Parent, Provenance } from './record.ts';
import { cleanTags } from './tags.ts';
import { cleanText } from './text.ts';
import { parseTime } from './time.ts';

/** What a caller said about a picture, checked and cleaned. */
export interface ParsedMeta {
  readonly meta: Descriptive;
  /** ms since the epoch. */
  readonly createdAt?: number;
  readonly tags?: readonly string[];
  readonly favorite?: boolean;
  readonly rating?: number | null;
}

const MAX_PROMPT_BYTES = 64 * 1024;
const MAX_TEXT_BYTES = 1024;
const MAX_ROLE_BYTES = 64;
const MAX_LIST = 64;
const MAX_LORAS_BYTES = 16 * 1024;
const MAX_LORA_DEPTH = 4;
const MAX_STEPS = 1_000_000;
const MAX_SEED = 2n ** 64n - 1n;
const RATIO = /^[0-9]{1,5}(?:\.[0-9]{1,4})?:[0-9]{1,5}(?:\.[0-9]{1,4})?$/;

function refuse(field: string, why: string): KirokuError {
  return new KirokuError('invalid_metadata', `${field}: ${why}`, { details: { field } });
}

function text(field: string, value: unknown, maxBytes: number): string {
  if (typeof value !== 'string') throw refuse(field, 'must be a text.');
  const clean = cleanText(value);
  if (Buffer.byteLength(clean) > maxBytes) throw refuse(field, `longer than ${maxBytes} bytes.`);
  return clean;
}

function number(field: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(field, 'must be a number.');
  return value;
}

function integer(field: string, value: unknown, min: number, max: number): number {
  const checked = number(field, value);
  if (!Number.isInteger(checked) || checked < min || checked > max) {
    throw refuse(field, `must be a whole number from ${min} to ${max}.`);
  }
  return checked;
}

/** Seeds go to 2^64 − 1, past what a JSON number carries exactly: they are kept as decimal texts. */
function seed(value: unknown): string {
  const range = () => refuse('seed', 'must be a whole number from 0 to 2^64 - 1; above 2^53 - 1 as a text.');
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) throw range();
    return String(value);
  }
  if (typeof value !== 'string' || !/^[0-9]{1,20}$/.test(value)) throw range();
  const exact = BigInt(value);
  if (exact > MAX_SEED) throw range();
  return exact.toString();
}

function ratio(value: unknown): string {
  if (
    typeof value !== 'string' ||
    !RATIO.test(value) ||
    value.split(':').some((side) => Number(side) === 0)
  ) {
    throw refuse('aspect_ratio', 'must be W:H, as in 3:2.');
  }
  return value;
}

function list(field: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse(field, 'must be a list.');
  if (value.length > MAX_LIST) throw refuse(field, `more than ${MAX_LIST}.`);
  return value;
}

/** A deep copy with clean texts. `fromEntries` defines members, so a `__proto__` stays a plain member. */
function json(field: string, value: unknown, depth: number): JsonValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return number(field, value);
  if (typeof value === 'string') return cleanText(value);
  if (depth === 0) throw refuse(field, `nested deeper than ${MAX_LORA_DEPTH}.`);
  if (Array.isArray(value)) return value.map((item: unknown) => json(field, item, depth - 1));
  if (!isJsonObject(value)) throw refuse(field, 'must be JSON.');
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [cleanText(name), json(field, item, depth - 1)]),
  );
}

function loras(value: unknown): JsonObject[] {
  const cleaned = list('loras', value).map((item) => {
    const lora = json('loras', item, MAX_LORA_DEPTH);
    if (!isJsonObject(lora)) throw refuse('loras', 'must be a list of objects.');
    return lora;
  });
  if (Buffer.byteLength(JSON.stringify(cleaned)) > MAX_LORAS_BYTES) {
    throw refuse('loras', `longer than ${MAX_LORAS_BYTES} bytes.`);
  }
  return cleaned;
}

function parent(value: unknown): Parent {
  if (!isJsonObject(value)) throw refuse('parents', 'must be a list of {kind, id, role}.');
  const unknown = Object.keys(value).find((name) => name !== 'kind' && name !== 'id' && name !== 'role');
  if (unknown !== undefined) throw refuse('parents', 'an entry has members other than kind, id, role.');
  const kind = KINDS.find((known) => known === value['kind']);
  if (kind === undefined) throw refuse('parents', `kind must be one of ${KINDS.join(', ')}.`);
  const id = value['id'];
  if (typeof id !== 'string' || !isPictureId(id)) throw refuse('parents', 'id is not the id of a picture.');
  return { kind, id, role: text('parents', value['role'] ?? '', MAX_ROLE_BYTES) };
}

const PROVENANCES: readonly Provenance[] = ['job', 'embedded', 'graph', 'user'];

function provenance(value: unknown): { [field: string]: Provenance } {
  if (!isJsonObject(value)) throw refuse('from', 'must be an object.');
  return Object.fromEntries(
    Object.entries(value).map(([name, source]) => {
      const known = PROVENANCES.find((one) => one === source);
      if (!Object.hasOwn(MEMBERS, name)) throw refuse('from', 'names a field that does not exist.');
      if (known === undefined) throw refuse('from', `a source must be one of ${PROVENANCES.join(', ')}.`);
      return [name, known];
    }),
  );
}

type Check<T> = (value: unknown) => T;

const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value) =>
    value === null ? null : check(value);

const short = (field: string): Check<string | null> => orNull((value) => text(field, value, MAX_TEXT_BYTES));
const prompt = (field: string): Check<string | null> =>
  orNull((value) => text(field, value, MAX_PROMPT_BYTES));

type Members = Required<Descriptive>;
type MutableDescriptive = { -readonly [field in keyof Members]?: Members[field] };

/** Every descriptive member and its check. */
const MEMBERS: { readonly [field in keyof Members]: Check<Members[field]> } = {
  workflow_id: short('workflow_id'),
  aspect_ratio: orNull(ratio),
  seed: orNull(seed),
  prompt: prompt('prompt'),
  negative_prompt: prompt('negative_prompt'),
  model: short('model'),
  loras,
  sampler: short('sampler'),
  scheduler: short('scheduler'),
  steps: orNull((value) => integer('steps', value, 0, MAX_STEPS)),
  cfg: orNull((value) => number('cfg', value)),
  generator: short('generator'),
  job_id: short('job_id'),
  parents: (value) => list('parents', value).map(parent),
  from: provenance,
};

function setMember<F extends keyof Members>(meta: MutableDescriptive, field: F, given: unknown): void {
  meta[field] = MEMBERS[field](given);
}

function isMember(name: string): name is keyof Descriptive {
  return Object.hasOwn(MEMBERS, name);
}

function tags(value: unknown): string[] {
  const given = Array.isArray(value) ? value : [];
  const texts = given.filter((tag): tag is string => typeof tag === 'string');
  if (!Array.isArray(value) || texts.length !== given.length)
    throw refuse('tags', 'must be a list of texts.');
  return cleanTags(texts);
}

function favorite(value: unknown): boolean {
  if (typeof value !== 'boolean') throw refuse('favorite', 'must be true or false.');
  return value;
}

/**
 * Checks what a caller says about a picture. The members of `Descriptive`, and beside them `created_at` (ISO 8601
 * with a zone), `tags`, `favorite` and `rating`; any other is refused.
 * @param value parsed JSON, from anybody
 * @throws KirokuError `invalid_metadata`, with the name of the member in `details.field`
 */
export function parseDescriptive(value: unknown): ParsedMeta {
  if (!isJsonObject(value)) throw refuse('meta', 'must be a JSON object.');
  const meta: MutableDescriptive = {};
  const beside: { createdAt?: number; tags?: string[]; favorite?: boolean; rating?: number | null } = {};
  for (const [name, given] of Object.entries(value)) {
    if (isMember(name)) setMember(meta, name, given);
    else if (name === 'created_at') beside.createdAt = createdAt(given);
    else if (name === 'tags') beside.tags = tags(given);
    else if (name === 'favorite') beside.favorite = favorite(given);
    else if (name === 'rating') beside.rating = given === null ? null : integer('rating', given, 0, 5);
    else throw refuse(cleanText(name).slice(0, 64), 'is not a member of meta.');
  }
  return { meta, ...beside };
}

function createdAt(value: unknown): number {
  const time = typeof value === 'string' ? parseTime(value) : undefined;
  if (time === undefined) throw refuse('created_at', 'must be a time of ISO 8601 with a zone, from 1970 on.');
  return time;
}
