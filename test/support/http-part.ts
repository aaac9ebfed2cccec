import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../src/domain/log.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { Answer, AppEnv, Call, Ctx } from '../../src/http/call.ts';
import { createHttpServer } from '../../src/http/server.ts';

/** One part of the wire behind a real listener, as this owner; gone when the test ends. Resolves with its address. */
export async function servePart(owner: Owner, handle: (c: Ctx, call: Call) => Answer): Promise<string> {
  const app = new Hono<AppEnv>().all('*', (c) => {
    c.env.call.owner = owner;
    return handle(c, c.env.call);
  });
  const server = createHttpServer({
    app,
    basePath: '',
    log: silentLog,
    metrics: new Registry(),
    random: randomBytes,
  });
  onTestFinished(() => server.close(0));
  return server.listen('127.0.0.1', 0);
}
