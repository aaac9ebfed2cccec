import { STATUS_CODES } from 'node:http';
import { type ErrorCode, isKirokuError, KirokuError } from '../domain/errors.ts';

/** The only map from what went wrong to a status. Exhaustive: a new code does not compile without its place here. */
const STATUS: Record<ErrorCode, number> = {
  bad_request: 400,
  invalid_parameter: 400,
  invalid_metadata: 400,
  invalid_query: 400,
  owner_required: 400,
  owner_mismatch: 400,
  identity_required: 401,
  unauthorized: 401,
  cross_site: 403,
  forbidden: 403,
  quota_exceeded: 403,
  not_found: 404,
  gone: 410,
  method_not_allowed: 405,
  precondition_failed: 412,
  purge_refused: 409,
  job_running: 409,
  owner_moved: 503,
  merge_undecided: 409,
  idempotency_mismatch: 422,
  payload_too_large: 413,
  unsupported_type: 415,
  undecodable_image: 422,
  image_too_large: 422,
  range_not_satisfiable: 416,
  rate_limited: 429,
  request_timeout: 408,
  aborted: 400,
  disk_full: 507,
  io_error: 500,
  read_only: 503,
  overloaded: 503,
  decoder_failed: 500,
  draining: 503,
  not_configured: 501,
  volume_missing: 503,
  tree_locked: 503,
  tree_unreadable: 503,
  invalid_config: 500,
  internal: 500,
};

export interface Problem {
  readonly status: number;
  readonly body: Buffer<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

export const PROBLEM_TYPE = 'application/problem+json';

export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

/** Anything thrown, as the closed list knows it; what is unknown is `internal` and says nothing of itself. */
export function toKirokuError(error: unknown): KirokuError {
  return isKirokuError(error)
    ? error
    : new KirokuError('internal', 'Something went wrong on the server.', { cause: error });
}

/** An error as RFC 9457 asks for it. The same error gives the same bytes: nothing of the request is in them. */
export function problemOf(error: KirokuError): Problem {
  const status = STATUS[error.code];
  const { field, at } = error.details;
  const body = Buffer.from(
    JSON.stringify({
      type: `urn:kiroku:error:${error.code}`,
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail: error.message,
      code: error.code,
      ...(field === undefined ? {} : { field }),
      ...(typeof at === 'number' ? { at } : {}),
    }),
  );
  const headers: Record<string, string> = { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' };
  const retryAfter = error.details.retryAfter ?? (status === 503 ? 1 : undefined);
  if (retryAfter !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(retryAfter)));
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer realm="kiroku"';
  if (typeof error.details['allow'] === 'string') headers['Allow'] = error.details['allow'];
  return { status, body, headers };
}
