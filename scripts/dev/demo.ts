// `npm run demo`: a gallery full of pictures to look at, on this machine alone.
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensurePages } from '../lib/pages.mjs';
import { cookieFor, firstAnswer, SERVICE_TOKEN, startBenchServer } from './bench-server.ts';
import { DEMO_OWNER, seedDemo } from './demo-seed.ts';

const USAGE = `npm run demo [-- --port 8010] [--out outputs-demo] [--pictures 260] [--fresh]

Paints pictures with recipes in English, Korean and Japanese into a tree of its own, serves them and prints a link that makes
your browser their owner. The next time the same tree is served; --fresh paints it again.
`;
/** Enough that the meter of the quota has something to show. */
const QUOTA = '400MiB';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8010' },
    out: { type: 'string', default: 'outputs-demo' },
    pictures: { type: 'string', default: '260' },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await demo();

async function demo(): Promise<void> {
  // a name that nobody else gives a folder, as --fresh removes it
  const tree = resolve(values.out, 'kiroku-demo-tree');
  const marker = resolve(values.out, 'kiroku-demo-complete');
  const say = (text: string) => process.stderr.write(text);
  await ensurePages(process.execPath);
  const isPainted = existsSync(marker) && !values.fresh;
  if (!isPainted) {
    for (const path of [marker, tree]) rmSync(path, { recursive: true, force: true });
    mkdirSync(tree, { recursive: true });
  }
  const server = await startBenchServer(tree, { PORT: values.port, QUOTA_MAX_BYTES: QUOTA });
  process.once('SIGINT', () => void server.stop().then(() => process.exit(0)));
  await firstAnswer(server, '/readyz');
  if (!isPainted) {
    const began = performance.now();
    const progress = (done: number, all: number) => say(`\rpainting ${done} of ${all}`);
    await seedDemo({ url: server.url, pictures: Number(values.pictures), until: Date.now(), progress });
    writeFileSync(marker, '');
    say(`, done in ${Math.round((performance.now() - began) / 1000)} s\n`);
  }
  const local = server.url.replace('127.0.0.1', 'localhost');
  say(`Open this link; it makes your browser the owner of the pictures:  ${await door(local)}\n`);
  say(`${local}/admin takes the token  admin-${SERVICE_TOKEN}\n`);
  await once(server.process, 'exit');
  process.exit(server.process.exitCode ?? 1);
}

/** An address that gives a browser the demo's identity. Cookies know hosts and no ports, so it can have a port of its own. */
async function door(gallery: string): Promise<string> {
  const cookie = `${cookieFor(DEMO_OWNER)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000`;
  const server = createServer((_request, answer) => {
    answer
      .writeHead(302, { Location: `${gallery}/`, 'Set-Cookie': cookie, 'Cache-Control': 'no-store' })
      .end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://localhost:${address.port}/`;
}
