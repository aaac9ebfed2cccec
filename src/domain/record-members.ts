import type { AdoptedFrom, PictureRecord } from './record.ts';

type OrderedMember = Exclude<keyof PictureRecord, 'extra' | 'idem' | 'adopted_from'>;

/**
 * Members in the order in which a record is written. The mutable and short ones stand first, so that an index can be
 * built from the head of a line; what pictures are counted and filtered by stands together, before the long texts; the
 * two private ones are no part of this: they are always the tail.
 */
const ORDER: { readonly [name in OrderedMember]-?: true } = {
  v: true,
  rev: true,
  mime: true,
  thumb: true,
  thumb_v: true,
  favorite: true,
  day: true,
  ext: true,
  id: true,
  owner: true,
  kind: true,
  status: true,
  created_at: true,
  updated_at: true,
  trashed_at: true,
  original_filename: true,
  bytes: true,
  thumb_bytes: true,
  sha256: true,
  crc32: true,
  width: true,
  height: true,
  thumbhash: true,
  rating: true,
  source: true,
  tags: true,
  workflow_id: true,
  aspect_ratio: true,
  model: true,
  loras: true,
  generator: true,
  sampler: true,
  scheduler: true,
  steps: true,
  cfg: true,
  seed: true,
  prompt: true,
  negative_prompt: true,
  job_id: true,
  parents: true,
  from: true,
  thumb_crc32: true,
  purging: true,
};

function isOrderedMember(name: string): name is OrderedMember {
  return Object.hasOwn(ORDER, name);
}

/** Names of the public members we know, in writing order. */
export const PUBLIC_MEMBERS: readonly OrderedMember[] = Object.keys(ORDER).filter(isOrderedMember);

/** True for every member with a meaning of its own; all others belong into `extra`. */
export function isKnownMember(name: string): boolean {
  return isOrderedMember(name) || name === 'idem' || name === 'adopted_from';
}

/** An idempotency mark: 16 lower-case hex. */
export function isIdem(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}

/** True when `value` is a whole `AdoptedFrom` whose numbers survive JSON. */
export function isAdoptedFrom(value: unknown): value is AdoptedFrom {
  if (typeof value !== 'object' || value === null) return false;
  const { name, inode, size, mtime }: { name?: unknown; inode?: unknown; size?: unknown; mtime?: unknown } =
    value;
  return (
    typeof name === 'string' &&
    typeof inode === 'string' &&
    /^\d{1,20}$/.test(inode) &&
    typeof size === 'number' &&
    Number.isSafeInteger(size) &&
    size >= 0 &&
    typeof mtime === 'number' &&
    Number.isFinite(mtime)
  );
}
