import type { InferResponseType } from 'hono/client';
import type { api } from './client.ts';

type Problem = Extract<InferResponseType<typeof api.me.$get>, { code: string }>;
/** One of the server's closed list, or what goes wrong on this side: no answer, another one, a file that cannot be read. */
export type ProblemCode = Problem['code'] | 'unreachable' | 'unknown' | 'unreadable';

interface Details {
  /** Name of the parameter or field that is wrong. */
  readonly field?: string | undefined;
  /** Where in it, in characters from 0. */
  readonly at?: number | undefined;
  /** Seconds after which the same call may succeed. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** What the server refused, or that it did not answer. Pages say `code` in the reader's language. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  /** HTTP's, 0 without an answer. */
  readonly status: number;
  readonly details: Details;

  constructor(code: ProblemCode, status: number, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = 'ApiProblem';
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** Reads an RFC 9457 answer; whatever else comes (a proxy's page) is `unknown`. */
export async function problemOf(answer: Pick<Response, 'status' | 'headers' | 'text'>): Promise<ApiProblem> {
  const wait = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(wait) ? wait : undefined;
  try {
    const { code, detail, field, at } = JSON.parse(await answer.text()) as Problem;
    return new ApiProblem(code, answer.status, detail, { field, at, retryAfter });
  } catch (error) {
    return new ApiProblem('unknown', answer.status, `HTTP ${answer.status}`, { retryAfter, cause: error });
  }
}

export function isProblem(error: unknown, ...codes: readonly ProblemCode[]): error is ApiProblem {
  return error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
}
