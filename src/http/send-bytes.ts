import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { KirokuError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { Call, Ctx } from './call.ts';
import { ifRangeHolds, parseRange } from './range.ts';
import { respond, respondProblem, withOwnHeaders } from './respond.ts';

/** Bytes of known length, any part of which can be sent. */
export interface Sendable {
  readonly bytes: number;
  /** Strong, without quotes. */
  readonly etag: string;
  /** An HTTP date. */
  readonly lastModified: string;
  /** The whole content when it is at hand; never written to. */
  readonly content: Uint8Array | undefined;
  /** Bytes `start`…`end` (inclusive). */
  stream(start: number, end: number): AsyncIterable<Uint8Array>;
  /** All but length and range. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers with all of it, or with the range that was asked for (RFC 9110 §14). */
export function sendBytes(c: Ctx, call: Call, body: Sendable, log: Log): Response | Promise<Response> {
  const { incoming } = c.env;
  const asked = incoming.method === 'GET' ? incoming.headers.range : undefined;
  const range =
    asked === undefined ||
    !ifRangeHolds(headerText(incoming.headers['if-range']), body.etag, body.lastModified)
      ? ({ kind: 'whole' } as const)
      : parseRange(asked, body.bytes);
  if (range.kind === 'unsatisfiable') {
    const error = new KirokuError('range_not_satisfiable', 'The file has no such bytes.');
    return respondProblem(call, error, { 'Content-Range': `bytes */${body.bytes}` });
  }
  const start = range.kind === 'part' ? range.start : 0;
  const end = range.kind === 'part' ? range.end : body.bytes - 1;
  const headers: Record<string, string> = { ...body.headers, 'Content-Length': String(end - start + 1) };
  if (range.kind === 'part') headers['Content-Range'] = `bytes ${start}-${end}/${body.bytes}`;
  const status = range.kind === 'part' ? 206 : 200;
  if (incoming.method === 'HEAD') return respond(call, status, null, headers);
  if (body.content !== undefined) {
    // A cache's own bytes: a Node buffer, never shared memory, which is all that the wider type would add.
    const bytes = body.content.subarray(start, end + 1) as Uint8Array<ArrayBuffer>;
    return respond(call, status, bytes, headers);
  }
  return sendStream(c, call, status, headers, body.stream(start, end), log);
}

/**
 * Writes to the socket itself: back pressure reaches the disk, a client that leaves closes the descriptor at once, and
 * a read that fails half way cuts the connection, so that no half file looks whole.
 */
export async function sendStream(
  c: Ctx,
  call: Call,
  status: number,
  headers: Readonly<Record<string, string>>,
  chunks: AsyncIterable<Uint8Array>,
  log: Log,
): Promise<Response> {
  const { outgoing } = c.env;
  const iterator = chunks[Symbol.asyncIterator]();
  // The first bytes are read before the status goes out: a file that cannot be read is still an honest error.
  const first = await iterator.next();
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
  }
  try {
    outgoing.writeHead(status, withOwnHeaders(call, headers));
    await pipeline(Readable.from(all(), { objectMode: true, highWaterMark: 2 }), outgoing);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
      log.warn({ req: call.id, err: error }, 'a file could not be sent to its end');
    }
    outgoing.destroy();
  } finally {
    // Not in the generator above: of a client that is gone already the pipeline reads nothing, and would close nothing.
    await iterator.return?.();
  }
  return RESPONSE_ALREADY_SENT;
}

function headerText(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}
