// What a user would write instead, each in a process of its own: `bench-rival-server.ts scan|objects TREE OWNER` prints
// its port and answers `/?page=&size=` with the pictures of one owner, newest first.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';

const [mode = '', tree = '', owner = ''] = process.argv.slice(2);
const home = join(tree, 'users', owner);

interface Sidecar {
  readonly id: string;
  readonly status: string;
  readonly created_at: string;
  readonly thumb: string | null;
  readonly day: string;
}

function numbered(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^\d+$/.test(name));
}

/** Every sidecar of the owner, as the earlier system found them: day folder by day folder. */
function scan(): Sidecar[] {
  const found: Sidecar[] = [];
  for (const year of numbered(home)) {
    for (const month of numbered(join(home, year))) {
      for (const date of numbered(join(home, year, month))) {
        const day = join(year, month, date);
        for (const name of readdirSync(join(home, day))) {
          if (!name.endsWith('.json')) continue;
          const sidecar: Omit<Sidecar, 'day'> = JSON.parse(readFileSync(join(home, day, name), 'utf8'));
          found.push({ ...sidecar, day });
        }
      }
    }
  }
  return found;
}

/** One page the plain way: filter, sort, cut, an object an item. */
function answer(c: Context, all: readonly Sidecar[]): Response {
  const page = Number(c.req.query('page') ?? 1);
  const size = Number(c.req.query('size') ?? 24);
  const active = all.filter(({ status }) => status === 'active');
  active.sort((a, b) =>
    a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : a.id < b.id ? 1 : -1,
  );
  const items = active.slice((page - 1) * size, page * size).map((meta) => ({
    id: meta.id,
    url: `/outputs/users/${owner}/${meta.day}/${meta.id}.png`,
    thumb_url: `/outputs/users/${owner}/${meta.day}/${meta.thumb}`,
    created_at: meta.created_at,
    meta,
  }));
  return c.json({ items, page, size, total: active.length, total_pages: Math.ceil(active.length / size) });
}

const kept = mode === 'objects' ? scan() : undefined;
const app = new Hono();
app.get('/', (c) => answer(c, kept ?? scan()));
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
if (!server.listening) await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.stdout.write(`${address.port}\n`);
