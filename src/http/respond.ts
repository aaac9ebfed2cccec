import type { KirokuError } from '../domain/errors.ts';
import type { Call } from './call.ts';
import { problemOf } from './errors.ts';

/** Bytes, text or nothing. */
export type Body = Uint8Array<ArrayBuffer> | string | null;
export type HeaderMap = Readonly<Record<string, string>>;

/** Nothing that we send may run, frame, or load anything (docs/security.md, S1). */
const FILE_POLICY = "default-src 'none'; sandbox";

/**
 * An answer with the headers that every answer has. They go out in the one object that `writeHead` gets: a header
 * set on the answer later would make the adapter build a full Response, which takes several times as long.
 */
export function respond(call: Call, status: number, body: Body, headers: HeaderMap): Response {
  return new Response(body, { status, headers: withOwnHeaders(call, headers) });
}

/** The headers that every answer has, and these. For what is written to the socket itself. */
export function withOwnHeaders(call: Call, headers: HeaderMap): Record<string, string> {
  const all: Record<string, string> = {
    'X-Request-Id': call.id,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': FILE_POLICY,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    ...headers,
  };
  if (call.setCookie !== undefined) all['Set-Cookie'] = call.setCookie;
  return all;
}

/** A JSON answer that no cache keeps. For small bodies; lists are assembled from stored bytes. */
export function respondJson(call: Call, status: number, value: unknown, headers: HeaderMap = {}): Response {
  return respond(call, status, Buffer.from(JSON.stringify(value)), { ...JSON_HEADERS, ...headers });
}

export const JSON_HEADERS: HeaderMap = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

export function respondProblem(call: Call, error: KirokuError, headers: HeaderMap = {}): Response {
  call.error = error;
  const problem = problemOf(error);
  return respond(call, problem.status, problem.body, { ...problem.headers, ...headers });
}
