// The barest servers that do the same visible thing, each in a process of its own:
// `bench-bare-server.ts string|hono-buffer|buffer|static FILE` prints its port and serves FILE's content.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { basename, dirname } from 'node:path';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

const [mode = '', file = ''] = process.argv.slice(2);
const HOST = '127.0.0.1';

/** A hono app that answers a constant string: no identity, no headers of its own, no log. */
function constantString(): Server {
  const text = readFileSync(file, 'utf8');
  const app = new Hono();
  app.get('/', (c) => c.body(text, 200, { 'Content-Type': 'application/json' }));
  return serve({ fetch: app.fetch, hostname: HOST, port: 0 }) as Server;
}

/** The same with the bytes in memory. */
function constantBuffer(): Server {
  const bytes = new Uint8Array(readFileSync(file));
  const app = new Hono();
  app.get('/', (c) => c.body(bytes, 200, { 'Content-Type': 'application/json' }));
  return serve({ fetch: app.fetch, hostname: HOST, port: 0 }) as Server;
}

/** Node's own server with the bytes in memory and the headers that a thumbnail has. */
function buffer(): Server {
  const bytes = readFileSync(file);
  const headers = {
    'Content-Type': 'image/webp',
    'Content-Length': bytes.length,
    'Cache-Control': 'private, max-age=31536000, immutable',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'same-origin',
    ETag: '"0123456789abcdef0123456789-1"',
  };
  const server = createServer((_request, response) => {
    response.writeHead(200, headers);
    response.end(bytes);
  });
  return server.listen(0, HOST);
}

/** What most people would write: hono's own file server. */
function files(): Server {
  const app = new Hono();
  app.use('*', serveStatic({ root: dirname(file), rewriteRequestPath: () => `/${basename(file)}` }));
  return serve({ fetch: app.fetch, hostname: HOST, port: 0 }) as Server;
}

const MAKERS = new Map([
  ['string', constantString],
  ['hono-buffer', constantBuffer],
  ['buffer', buffer],
]);
const server = (MAKERS.get(mode) ?? files)();
if (!server.listening) await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.stdout.write(`${address.port}\n`);
