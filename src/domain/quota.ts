import { isJsonObject, type JsonValue } from './json.ts';

/**
 * What happens when an owner has reached a limit. `block`: nothing more is taken. `warn`: up to a tenth more is.
 * `trash_oldest`: the oldest generated pictures that are no favourites go to the trash.
 */
export const QUOTA_POLICIES = ['block', 'warn', 'trash_oldest'] as const;
export type QuotaPolicy = (typeof QUOTA_POLICIES)[number];

/** How much one owner may have. Null is no limit. */
export interface QuotaLimits {
  /** Originals and thumbnails of active pictures of every kind. */
  readonly maxBytes: number | null;
  /** Active pictures of every kind. */
  readonly maxCount: number | null;
  /** Originals and thumbnails in the trash. */
  readonly trashMaxBytes: number | null;
  readonly policy: QuotaPolicy;
}

/** Originals and thumbnails together, and pictures. */
export interface Amount {
  readonly bytes: number;
  readonly count: number;
}

/** `warn`: nine tenths are used, or more; `full`: not even one more picture would be taken. */
export type QuotaState = 'ok' | 'warn' | 'full';

/** Whether anything limits active pictures. */
export function isLimited({ maxBytes, maxCount }: QuotaLimits): boolean {
  return maxBytes !== null || maxCount !== null;
}

/** Whether pictures of `more` are taken by an owner that has `used`. For `trash_oldest`: without making room. */
export function fits(used: Amount, more: Amount, limits: QuotaLimits): boolean {
  const { bytes, count } = missing(used, more, limits);
  return bytes === 0 && count === 0;
}

/** By how much `more` is too much. */
export function missing(used: Amount, more: Amount, limits: QuotaLimits): Amount {
  return {
    bytes: over(used.bytes + more.bytes, ceiling(limits.maxBytes, limits)),
    count: over(used.count + more.count, ceiling(limits.maxCount, limits)),
  };
}

export function quotaState(used: Amount, limits: QuotaLimits): QuotaState {
  if (limits.policy !== 'trash_oldest' && !fits(used, { bytes: 1, count: 1 }, limits)) return 'full';
  const near = (now: number, max: number | null) => max !== null && now >= max * 0.9;
  return near(used.bytes, limits.maxBytes) || near(used.count, limits.maxCount) ? 'warn' : 'ok';
}

/**
 * The limits of one owner: the server's, but for what `quota` of `owner.json` says instead, member by member
 * (`max_bytes`, `max_count`, `trash_max_bytes`: a number, 0 or null for no limit; `policy`). What is not understood
 * counts as not said.
 */
export function limitsOf(defaults: QuotaLimits, override: JsonValue | undefined): QuotaLimits {
  if (!isJsonObject(override)) return defaults;
  const { max_bytes: bytes, max_count: count, trash_max_bytes: trash, policy } = override;
  return {
    maxBytes: limitOf(bytes, defaults.maxBytes),
    maxCount: limitOf(count, defaults.maxCount),
    trashMaxBytes: limitOf(trash, defaults.trashMaxBytes),
    policy: QUOTA_POLICIES.find((one) => one === policy) ?? defaults.policy,
  };
}

function limitOf(value: JsonValue | undefined, fallback: number | null): number | null {
  if (value === null || value === 0) return null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : fallback;
}

function ceiling(max: number | null, { policy }: QuotaLimits): number | null {
  return max === null || policy !== 'warn' ? max : Math.floor(max * 1.1);
}

function over(amount: number, max: number | null): number {
  return max === null ? 0 : Math.max(0, amount - max);
}
