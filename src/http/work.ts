import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '../domain/json.ts';
import type { Log } from '../domain/log.ts';
import type { Call, Ctx } from './call.ts';
import { problemOf, toKirokuError } from './errors.ts';
import { goneSignal } from './gone.ts';
import { respondJson } from './respond.ts';
import { sendStream } from './send-bytes.ts';

/** What a long piece of work is given. */
export interface Told {
  /** How far it is. @param total left out while nobody knows */
  tell(done: number, total?: number): void;
  /** Aborted when the server stops, and, where it is told of in lines, when the caller leaves. */
  readonly signal: AbortSignal;
}

export interface WorkDeps {
  readonly log: Log;
  readonly shutdown: AbortSignal;
}

/** Asked for by `Accept`. */
export const LINES = 'application/x-ndjson';
/** Often enough that no proxy takes the connection for dead, ms. */
const EVERY_MS = 1_000;

/**
 * Answers with the result, or, to a caller who accepts lines of JSON, with how far the work is, and at last the result:
 * so hours of it fit into one request. With lines the work ends, at its next batch, with the caller's connection; without
 * them it goes to its end, as whoever asked has no way to tell. A failure before the first line is an ordinary refusal.
 */
export async function answerWork(
  c: Ctx,
  call: Call,
  { log, shutdown }: WorkDeps,
  run: (told: Told) => Promise<JsonObject>,
): Promise<Response> {
  if (c.env.incoming.headers.accept?.includes(LINES) !== true) {
    return respondJson(call, 200, await run({ tell: () => undefined, signal: shutdown }));
  }
  const signal = AbortSignal.any([goneSignal(c), shutdown]);
  const headers = { 'Content-Type': LINES, 'Cache-Control': 'no-store' };
  return sendStream(c, call, 200, headers, lines(run, signal, c.env.hold), log);
}

async function* lines(
  run: (told: Told) => Promise<JsonObject>,
  signal: AbortSignal,
  hold: (work: Promise<unknown>) => void,
): AsyncGenerator<Uint8Array> {
  let far: JsonObject = { done: 0 };
  const tell = (done: number, total?: number): void => {
    far = { done, ...(total === undefined ? {} : { total }) };
  };
  let ended = false;
  const end = run({ tell, signal }).finally(() => {
    ended = true;
  });
  // of a caller who left nobody waits for it but the server
  hold(end);
  let begun = false;
  for (;;) {
    const waiting = new AbortController();
    const tick = delay(EVERY_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
    try {
      await Promise.race([end, tick]);
    } catch (error) {
      if (!begun) throw error;
      const { body } = problemOf(toKirokuError(error));
      yield line({ error: JSON.parse(body.toString('utf8')) });
      return;
    } finally {
      waiting.abort();
    }
    if (ended) break;
    begun = true;
    yield line(far);
  }
  yield line({ result: await end });
}

function line(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
