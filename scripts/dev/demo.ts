// `npm run demo`: a gallery full of pictures to look at, on this machine alone.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { ADMIN_TOKEN, cookieFor, SERVICE_TOKEN } from './bench-server.ts';
import { DEMO_OWNER } from './demo-seed.ts';
import { startDemo } from './demo-server.ts';

const USAGE = `npm run demo [-- --port 8010] [--out outputs-demo] [--pictures 260] [--fresh]

Paints pictures with recipes in English, Korean and Japanese into a tree of its own, serves them and prints a link that makes
your browser their owner. The next time the same tree is served; --fresh paints it again.
`;
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
  const say = (text: string) => process.stderr.write(text);
  const { out, port, fresh } = values;
  const server = await startDemo({ out, port, fresh, pictures: Number(values.pictures), say });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop());
  const local = server.url.replace('127.0.0.1', 'localhost');
  say(`Open this link; it makes your browser the owner of the pictures:  ${await door(local)}\n`);
  say(`${local}/admin takes the token  ${ADMIN_TOKEN}\n`);
  // the command that a gallery without pictures shows needs it
  say(`Pipelines store with  export SERVICE_TOKEN=${SERVICE_TOKEN}\n`);
  if (server.process.exitCode === null) await once(server.process, 'exit');
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
