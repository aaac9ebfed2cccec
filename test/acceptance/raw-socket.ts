import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One answer as it came over the wire. Header names in lower case; of a repeated one the last counts. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface RawSocket {
  /** Bytes as they are. A socket that the server has closed takes them without complaint. */
  send(bytes: string | Uint8Array): void;
  /** Resolves when what was sent so far has left this process, or cannot any more. */
  drained(): Promise<void>;
  /** No more is coming, politely. */
  end(): void;
  /** Gone, at once. */
  cut(): void;
  /** The next answer; undefined when the server closes first. @throws when neither happens within the time */
  answer(options?: { readonly withinMs?: number; readonly head?: boolean }): Promise<RawAnswer | undefined>;
  /** What came and belongs to no whole answer: after a close, one that was broken off. */
  rest(): Buffer;
  /** Resolves when the server (or we) closed it. */
  readonly closed: Promise<void>;
}

export async function openSocket(base: string): Promise<RawSocket> {
  const { hostname, port } = new URL(base);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  let received = Buffer.alloc(0);
  let ended = socket.destroyed;
  const wake = new Set<() => void>();
  const stir = () => {
    for (const call of wake) call();
  };
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    stir();
  });
  const closed = new Promise<void>((resolve) => {
    const done = () => {
      ended = true;
      stir();
      resolve();
    };
    socket.once('end', done);
    socket.once('close', done);
    if (socket.destroyed) done();
  });
  return {
    closed,
    send(bytes) {
      if (socket.writable) socket.write(bytes);
    },
    drained: () => drained(socket),
    end() {
      socket.end();
    },
    cut() {
      socket.destroy();
    },
    rest: () => received,
    answer({ withinMs = 20_000, head = false } = {}) {
      return new Promise((resolve, reject) => {
        const finish = () => {
          clearTimeout(late);
          wake.delete(look);
        };
        const late = setTimeout(() => {
          finish();
          reject(new Error(`no answer in ${withinMs} ms; so far: ${received.toString('latin1', 0, 500)}`));
        }, withinMs);
        const take = () => {
          const found = parseAnswer(received, ended, head);
          if (found === undefined && !ended) return;
          finish();
          if (found !== undefined) received = received.subarray(found.used);
          resolve(found?.answer);
        };
        // it is a listener's doing, whose error nobody would catch
        const look = () => {
          try {
            take();
          } catch (error) {
            finish();
            reject(error);
          }
        };
        wake.add(look);
        look();
      });
    },
  };
}

function drained(socket: Socket): Promise<void> {
  if (socket.destroyed || !socket.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

/** One request on a connection of its own. */
export async function exchange(
  base: string,
  bytes: string | Uint8Array,
  options: { readonly withinMs?: number; readonly head?: boolean } = {},
): Promise<RawAnswer | undefined> {
  const socket = await openSocket(base);
  try {
    socket.send(bytes);
    return await socket.answer(options);
  } finally {
    socket.cut();
  }
}

/** The bytes of a request line and headers; a body comes after them as it is. */
export function requestBytes(
  line: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n`, 'latin1'),
    Buffer.from(body),
  ]);
}

/** A body in pieces of this size, with its end (RFC 9112 §7.1). */
export function chunked(body: Uint8Array, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), Buffer.from(piece), Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

/** RFC 9112 §6: where an answer ends. Interim (1xx) answers are passed over. */
function parseAnswer(
  bytes: Buffer,
  ended: boolean,
  head: boolean,
): { answer: RawAnswer; used: number } | undefined {
  const blank = bytes.indexOf('\r\n\r\n');
  if (blank === -1) return undefined;
  const [line = '', ...fields] = bytes.toString('latin1', 0, blank).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) throw new Error(`not an answer: ${line.slice(0, 200)}`);
  const start = blank + 4;
  if (status < 200) {
    const next = parseAnswer(bytes.subarray(start), ended, head);
    return next === undefined ? undefined : { answer: next.answer, used: next.used + start };
  }
  const headers = new Map(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  const body = bodyOf(bytes.subarray(start), headers, ended, head || status === 204 || status === 304);
  return body && { answer: { status, headers, body: body.bytes }, used: start + body.used };
}

function bodyOf(
  rest: Buffer,
  headers: ReadonlyMap<string, string>,
  ended: boolean,
  none: boolean,
): { bytes: Buffer; used: number } | undefined {
  if (none) return { bytes: Buffer.alloc(0), used: 0 };
  if (headers.get('transfer-encoding') === 'chunked') return unchunked(rest);
  const length = headers.get('content-length');
  if (length !== undefined) {
    const used = Number(length);
    return rest.length < used ? undefined : { bytes: rest.subarray(0, used), used };
  }
  return ended ? { bytes: rest, used: rest.length } : undefined;
}

function unchunked(rest: Buffer): { bytes: Buffer; used: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const eol = rest.indexOf('\r\n', at);
    if (eol === -1) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, eol), 16);
    const next = eol + 2 + size + 2;
    if (rest.length < next) return undefined;
    if (size === 0) return { bytes: Buffer.concat(parts), used: next };
    parts.push(rest.subarray(eol + 2, eol + 2 + size));
    at = next;
  }
}
