/**
 * The one closed list of things that can go wrong and that a caller may tell apart. No HTTP words here:
 * `src/http/errors.ts` alone maps a code to a status.
 */
export const ERROR_CODES = [
  // what the caller sent
  'bad_request',
  'invalid_parameter',
  'invalid_metadata',
  'invalid_query',
  'owner_required',
  'owner_mismatch',
  'identity_required',
  'unauthorized',
  'cross_site',
  'forbidden',
  'quota_exceeded',
  'not_found',
  'gone',
  'method_not_allowed',
  'precondition_failed',
  'purge_refused',
  'job_running',
  'owner_moved',
  'merge_undecided',
  'idempotency_mismatch',
  'payload_too_large',
  'unsupported_type',
  'undecodable_image',
  'image_too_large',
  'range_not_satisfiable',
  'rate_limited',
  'request_timeout',
  'aborted',
  // what the machine did
  'disk_full',
  'io_error',
  'read_only',
  'overloaded',
  'decoder_failed',
  'draining',
  'not_configured',
  'volume_missing',
  'tree_locked',
  'tree_unreadable',
  'invalid_config',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorDetails {
  /** Seconds after which the same call may succeed. */
  readonly retryAfter?: number;
  /** Name of the offending parameter, field or setting. */
  readonly field?: string;
  /** Where in the field, in characters (code units) from 0. */
  readonly at?: number;
  readonly [name: string]: unknown;
}

/** The only error type that crosses a port. `message` is shown to callers: no paths, no secrets. */
export class KirokuError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KirokuError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The same answer for an unknown id and for somebody else's: no one learns that a picture exists. */
export function notFound(): KirokuError {
  return new KirokuError('not_found', 'There is no such picture.');
}

/** The folder is there, but not the volume that was opened: what is not found in it says nothing. */
export function volumeMissing(): KirokuError {
  return new KirokuError('volume_missing', 'The volume is not there.', { details: { retryAfter: 30 } });
}

export function isKirokuError(error: unknown, code?: ErrorCode): error is KirokuError {
  return error instanceof KirokuError && (code === undefined || error.code === code);
}

/** True for an operating-system error with one of these codes (`ENOENT`, `EEXIST`, …). */
export function isErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

const DISK_FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const OVERLOADED = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'];
const READ_ONLY = ['EROFS'];

/** Gives an operating-system failure its place in the closed list; a `KirokuError` passes through. */
export function fromErrno(error: unknown): KirokuError {
  if (error instanceof KirokuError) return error;
  if (isErrno(error, ...DISK_FULL)) {
    return new KirokuError('disk_full', 'There is no space left on the volume.', { cause: error });
  }
  if (isErrno(error, ...OVERLOADED)) {
    return new KirokuError('overloaded', 'The server is out of resources for a moment.', {
      cause: error,
      details: { retryAfter: 1 },
    });
  }
  if (isErrno(error, ...READ_ONLY)) {
    return new KirokuError('read_only', 'The volume is read-only.', {
      cause: error,
      details: { retryAfter: 60 },
    });
  }
  return new KirokuError('io_error', 'The storage reported an error.', { cause: error });
}

/**
 * A change that is committed and visible but whose lasting form is still owed. It answers as a failure, and must
 * not be undone: it is finished before the owner's next change, or at the next start.
 */
export class UnsettledError extends KirokuError {}
