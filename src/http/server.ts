import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Registry } from 'prom-client';
import { KirokuError } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { type Bindings, beginCall, type Call } from './call.ts';
import { problemOf } from './errors.ts';
import { createHttpMetrics } from './http-metrics.ts';
import { loggedPath } from './logged-path.ts';
import { respondProblem } from './respond.ts';

/** What of an app the server needs. */
export interface Fetcher {
  fetch(request: Request, env: Bindings): Response | Promise<Response>;
}

export interface HttpServerDeps {
  readonly app: Fetcher;
  readonly basePath: string;
  readonly log: Log;
  readonly metrics: Registry;
  /** Random bytes, for the prefix of request ids. */
  readonly random: (bytes: number) => Uint8Array;
}

export interface HttpServer {
  /** Resolves with the address to call, such as `http://127.0.0.1:8080`. */
  listen(host: string, port: number): Promise<string>;
  /**
   * Stops accepting, gives open requests `graceMs` to finish, then cuts them, and waits until what they were at has ended
   * (at its next batch): nothing of theirs may touch the tree once its lock is given back. Event streams end by the
   * app's own `shutdown` signal, which the caller aborts first.
   */
  close(graceMs?: number): Promise<void>;
}

/** Node's own are 60 s, 300 s, 5 s, none; each chosen on purpose (docs/security.md, O1). All in ms but for the counts. */
const HEADERS_TIMEOUT = 15_000;
/** For a whole request with its body; an upload that crawls is cut earlier, by its rate (slow-body.ts). */
const REQUEST_TIMEOUT = 600_000;
/** Longer than proxies keep theirs, so that it is never us who closes a connection they are about to use. */
const KEEP_ALIVE_TIMEOUT = 72_000;
/**
 * A socket on which nothing moves: a reader that stopped reading. Where something is still to be written Node looks a
 * second time before it gives it up (`Socket._onTimeout`), so that such a reader is cut after twice this.
 */
const IDLE_TIMEOUT = 120_000;
const CHECK_INTERVAL = 5_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 2_000;
const GRACE = 10_000;
/** For work whose connection was cut to come to its next batch; then something is stuck, and a start settles it. */
const LAST_BATCH = 5_000;

export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const { log } = deps;
  const metrics = createHttpMetrics(deps.metrics);
  const nextId = requestIds(deps.random);
  const held = new Set<Promise<unknown>>();
  const hold = (work: Promise<unknown>): void => {
    const end: Promise<unknown> = work.then(ignored, ignored).then(() => held.delete(end));
    held.add(end);
  };

  const listener = getRequestListener(
    (request, env) => {
      const { incoming, outgoing } = http1(env);
      const call = beginCall(nextId(), incoming.url ?? '/', deps.basePath);
      const started = performance.now();
      outgoing.once('close', () => {
        const ms = performance.now() - started;
        metrics.record(incoming.method ?? '', call.route, outgoing.statusCode, ms / 1000);
        logRequest(log, call, incoming, outgoing, ms);
      });
      const answer = deps.app.fetch(request, { incoming, outgoing, call, hold });
      if (answer instanceof Promise) hold(answer);
      return answer;
    },
    {
      hostname: 'localhost',
      // Before there is a call: a target or Host that is no URL (docs/security.md, O2).
      errorHandler: (error) => {
        log.debug({ err: error }, 'a request could not be read');
        const call = beginCall(nextId(), '/', '');
        return respondProblem(call, new KirokuError('bad_request', 'The request could not be read.'));
      },
    },
  );

  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (incoming, outgoing) => {
      listener(incoming, outgoing).catch((error: unknown) => {
        log.error({ err: error }, 'an answer could not be written');
        outgoing.destroy();
      });
    },
  );
  server.timeout = IDLE_TIMEOUT;
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', answerRaw);
  metrics.observeConnections(
    () =>
      new Promise((resolve) => server.getConnections((error, count) => resolve(error === null ? count : 0))),
  );
  return {
    listen: (host, port) => listen(server, host, port),
    async close(graceMs = GRACE) {
      await close(server, graceMs);
      const late = new AbortController();
      const stuck = delay(LAST_BATCH, true, { signal: late.signal }).catch(() => false);
      const isStuck = await Promise.race([stuck, Promise.all(held).then(() => false)]);
      late.abort();
      if (isStuck) log.error({ works: held.size }, 'something asked for has not come to its end');
    },
  };
}

function ignored(): void {}

function http1(env: unknown): { incoming: IncomingMessage; outgoing: ServerResponse } {
  // The adapter's type also allows HTTP/2, which this server does not speak.
  return env as { incoming: IncomingMessage; outgoing: ServerResponse };
}

/** One line a request, when its answer is out. Of a path what opens something is left out; queries might carry secrets, and stay out. */
function logRequest(
  log: Log,
  call: Call,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  ms: number,
): void {
  const status = outgoing.statusCode;
  const fields: Record<string, unknown> = {
    req: call.id,
    method: incoming.method,
    path: loggedPath(call),
    status,
    ms: Math.round(ms * 100) / 100,
  };
  if (call.owner !== undefined) fields['owner'] = call.owner;
  if (call.role !== undefined) fields['role'] = call.role;
  if (call.error !== undefined) fields['code'] = call.error.code;
  if (!outgoing.writableFinished) fields['cut'] = true;
  if (status >= 500) log.warn(fields, 'request');
  else log.info(fields, 'request');
}

/** Short, unique within the tree's life, and never a client's text. */
function requestIds(random: (bytes: number) => Uint8Array): () => string {
  const prefix = Buffer.from(random(4)).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}

/** Bytes that are no HTTP. Written by hand, as there is no response object. */
function answerRaw(error: Error & { code?: string }, socket: Duplex): void {
  // Node's own handler makes the same check: an answer that is under way must not get another one inside it.
  const pending: unknown = Reflect.get(socket, '_httpMessage');
  if (!socket.writable || error.code === 'ECONNRESET' || (pending !== null && pending !== undefined)) {
    socket.destroy();
    return;
  }
  const { status, title } = rawStatus(error.code);
  const body = problemOf(
    new KirokuError(status === 408 ? 'request_timeout' : 'bad_request', title),
  ).body.toString();
  const text =
    status === 431
      ? body.replace('"status":400', '"status":431').replace('"Bad Request"', `"${title}"`)
      : body;
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

function rawStatus(code: string | undefined): { status: number; title: string } {
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431, title: 'Request Header Fields Too Large' };
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, title: 'Request Timeout' };
  return { status: 400, title: 'Bad Request' };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${isIPv6(host) ? `[${host}]` : host}:${bound}`);
    });
  });
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that becomes idle during the grace is closed then, not at its end.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
