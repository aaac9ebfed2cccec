import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Change, Version } from '../catalog/catalog.ts';
import { KirokuError } from '../domain/errors.ts';
import type { Op } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import type { EventBus } from '../events/bus.ts';
import type { Moved } from '../services/moved.ts';
import { type Call, type Ctx, ownerOf } from './call.ts';
import type { Changes } from './deps.ts';
import type { Items } from './item.ts';
import { withOwnHeaders } from './respond.ts';

/** Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html), one stream a connection. */
export interface EventStreams {
  answer(c: Ctx, call: Call): Promise<Response>;
  /** How many are open. */
  readonly open: number;
}

export interface EventStreamDeps {
  readonly events: EventBus;
  readonly changes: Changes;
  readonly moved: Pick<Moved, 'onMoved'>;
  readonly items: Items;
  readonly shutdown: AbortSignal;
  readonly heartbeatMs?: number;
  readonly maxBufferedBytes?: number;
}

const HEARTBEAT_MS = 15_000;
/** What one slow reader may hold of our memory; beyond it the stream is cut, and the client resumes. */
const MAX_BUFFERED = 256 * 1024;
/** Changes that may come while a slow reader is still told of the past. */
const MAX_WAITING = 10_000;
const MAX_PER_OWNER = 10;
const MAX_OPEN = 1_000;
const LAST_ID = /^([0-9a-z]{1,32})-(0|[1-9]\d{0,14})$/;

const NAMES: Record<Op, string> = {
  put: 'image.created',
  edit: 'image.updated',
  trash: 'image.trashed',
  restore: 'image.restored',
  purge: 'image.purged',
};

export function createEventStreams(deps: EventStreamDeps): EventStreams {
  const streams = new Map<ServerResponse, Owner>();
  const perOwner = new Map<Owner, number>();
  deps.shutdown.addEventListener('abort', () => {
    for (const stream of streams.keys()) stream.end();
  });
  // The client comes again, as whoever it acts for by then.
  deps.moved.onMoved((from) => {
    for (const [stream, owner] of streams) if (owner === from) stream.end();
  });

  const admit = (owner: Owner) => {
    if (deps.shutdown.aborted) throw new KirokuError('draining', 'The server is stopping.');
    const count = perOwner.get(owner) ?? 0;
    if (count >= MAX_PER_OWNER) {
      throw new KirokuError('rate_limited', `At most ${MAX_PER_OWNER} event streams at a time.`, {
        details: { retryAfter: 30 },
      });
    }
    if (streams.size >= MAX_OPEN) {
      throw new KirokuError('overloaded', 'Too many event streams.', { details: { retryAfter: 30 } });
    }
    perOwner.set(owner, count + 1);
  };
  const leave = (owner: Owner) => {
    const count = (perOwner.get(owner) ?? 1) - 1;
    if (count === 0) perOwner.delete(owner);
    else perOwner.set(owner, count);
  };

  return {
    async answer(c, call) {
      const owner = ownerOf(call);
      const since = lastEventId(c.env.incoming.headers['last-event-id']);
      admit(owner);
      try {
        streams.set(c.env.outgoing, owner);
        await run(deps, c.env.outgoing, call, owner, since);
      } finally {
        streams.delete(c.env.outgoing);
        leave(owner);
      }
      return RESPONSE_ALREADY_SENT;
    },
    get open() {
      return streams.size;
    },
  };
}

/** Resolves when the connection is closed, by whichever side. */
async function run(
  deps: EventStreamDeps,
  outgoing: ServerResponse,
  call: Call,
  owner: Owner,
  since: Version | 'unknown' | undefined,
): Promise<void> {
  const { changes, items } = deps;
  const closed = new Promise<void>((resolve) => outgoing.once('close', resolve));
  // Heard first and read afterwards: nothing that is committed in between is missed; what is heard twice is dropped.
  const waiting: Change[] = [];
  let deliver = (change: Change): void => {
    if (waiting.push(change) > MAX_WAITING) outgoing.destroy();
  };
  const unsubscribe = deps.events.subscribe(owner, (change) => deliver(change));
  let heartbeat: NodeJS.Timeout | undefined;
  try {
    // What is read next knows everything up to here; of what came later it may know some.
    const known = await changes.version(owner);
    const missed =
      since === undefined ? [] : since === 'unknown' ? 'reset' : await changes.changesSince(owner, since);
    if (outgoing.destroyed || outgoing.writableEnded) return;
    outgoing.writeHead(200, streamHeaders(call));
    const write = (text: string) => send(outgoing, text, deps.maxBufferedBytes ?? MAX_BUFFERED);
    write('retry: 3000\n\n');
    if (missed === 'reset') write(resetAt(known));
    else if (missed.length === 0)
      write(`id: ${idOf(since === undefined || since === 'unknown' ? known : since)}\n\n`);
    else await replay(outgoing, closed, missed, items);
    const told = new Set(missed === 'reset' ? [] : missed.map(({ version }) => idOf(version)));
    let epoch = known.seq === 0 ? undefined : known.epoch;
    deliver = (change) => {
      // Numbered anew: what the client knows cannot be compared any more.
      if (epoch !== undefined && change.version.epoch !== epoch) write(resetAt(change.version));
      epoch = change.version.epoch;
      write(eventOf(change, items));
    };
    for (const change of waiting.splice(0)) {
      const { version } = change;
      const isKnown = version.epoch === known.epoch && version.seq <= known.seq;
      if (!isKnown && !told.has(idOf(version))) deliver(change);
    }
    heartbeat = setInterval(() => write(': still here\n\n'), deps.heartbeatMs ?? HEARTBEAT_MS);
    heartbeat.unref();
    await closed;
  } finally {
    clearInterval(heartbeat);
    unsubscribe();
  }
}

/** The past, as fast as the client reads it: it may be far more than one reader may hold of our memory. */
async function replay(
  outgoing: ServerResponse,
  closed: Promise<void>,
  missed: readonly Change[],
  items: Items,
): Promise<void> {
  for (const change of missed) {
    if (outgoing.destroyed || outgoing.writableEnded) return;
    if (outgoing.write(eventOf(change, items))) continue;
    const drained = new Promise<void>((resolve) => outgoing.once('drain', resolve));
    await Promise.race([drained, closed]);
  }
}

function streamHeaders(call: Call): Record<string, string> {
  return withOwnHeaders(call, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // nginx buffers otherwise, and events arrive in heaps.
    'X-Accel-Buffering': 'no',
  });
}

function send(outgoing: ServerResponse, text: string, maxBuffered: number): void {
  if (outgoing.destroyed || outgoing.writableEnded) return;
  outgoing.write(text);
  if (outgoing.writableLength > maxBuffered) outgoing.destroy();
}

/** `item` is as in a list; null for a purge. JSON has no raw line break, so one data line holds it. */
function eventOf(change: Change, items: Items): string {
  const item = change.entry === undefined ? 'null' : items.item(change.entry).toString('utf8');
  const data = `{"id":"${change.id}","kind":"${change.kind}","item":${item}}`;
  return `id: ${idOf(change.version)}\nevent: ${NAMES[change.op]}\ndata: ${data}\n\n`;
}

function resetAt(version: Version): string {
  return `id: ${idOf(version)}\nevent: reset\ndata: {}\n\n`;
}

function idOf(version: Version): string {
  return `${version.epoch}-${version.seq}`;
}

/** An id that is not one of ours cannot be resumed from: the client is told to start over. */
function lastEventId(header: string | string[] | undefined): Version | 'unknown' | undefined {
  if (header === undefined || header === '') return undefined;
  const match = LAST_ID.exec(String(header));
  if (match === null) return 'unknown';
  return { epoch: match[1] ?? '', seq: Number(match[2]) };
}
