import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A caching nginx in front of a server, as people set one up: the default key, connections kept, everything allowed. */
export interface Nginx {
  /** Keeps what the answers' headers let it keep. */
  readonly plain: string;
  /** Also without looking at `Vary`, as some networks do. */
  readonly careless: string;
  stop(): Promise<void>;
}

const WAIT_MS = 15_000;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const site = (port: number, zone: string, more = '') => `
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 64m;
    location / {
      proxy_pass http://kiroku;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host:$server_port;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_cache ${zone};
      proxy_cache_valid any 10m;
      proxy_cache_revalidate on;
      proxy_cache_lock on;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
      proxy_cache_background_update on;
      ${more}
      add_header X-Cache $upstream_cache_status always;
    }
  }`;

const configuration = (folder: string, upstream: string, ports: readonly number[]) => `
daemon off;
master_process off;
worker_processes 1;
error_log ${folder}/error.log warn;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  proxy_cache_path ${folder}/plain keys_zone=plain:1m;
  proxy_cache_path ${folder}/careless keys_zone=careless:1m;
  upstream kiroku { server ${new URL(upstream).host}; keepalive 8; }
  ${site(ports[0] ?? 0, 'plain')}
  ${site(ports[1] ?? 0, 'careless', 'proxy_ignore_headers Vary;')}
}
`;

export async function startNginx(parent: string, upstream: string): Promise<Nginx> {
  const folder = join(parent, 'nginx');
  await mkdir(folder);
  const ports = [await freePort(), await freePort()];
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration(folder, upstream, ports));
  const child = spawn('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  child.once('exit', () => process.off('exit', reap));
  let printed = '';
  let missing: Error | undefined;
  child.on('error', (error) => {
    missing = error;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const stop = () => ended(child);
  const [plain = '', careless = ''] = ports.map((port) => `http://127.0.0.1:${port}`);
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const answer = await fetch(`${careless}/healthz`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return { plain, careless, stop };
    if (missing !== undefined) throw new Error(`nginx cannot be started: ${missing.message}`);
    if (child.exitCode !== null || performance.now() > until) {
      await stop();
      throw new Error(`nginx does not serve: ${printed}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGQUIT');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(force);
}
