import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensurePages } from '../lib/pages.mjs';
import { type BenchServer, firstAnswer, startBenchServer } from './bench-server.ts';
import { seedDemo } from './demo-seed.ts';

export interface DemoOptions {
  /** The folder that holds the tree. */
  readonly out: string;
  /** Of the gallery's owner. */
  readonly pictures: number;
  /** Paint again what is there. */
  readonly fresh: boolean;
  /** Any free one when absent. */
  readonly port?: string;
  readonly say: (text: string) => void;
}

/** Enough that the meter of the quota has something to show. */
const QUOTA = '400MiB';

/** Starts a server on the demo's tree, which is painted where it is not there. */
export async function startDemo({ out, pictures, fresh, port, say }: DemoOptions): Promise<BenchServer> {
  // names that nobody else gives to anything, as what they name is removed
  const tree = resolve(out, 'kiroku-demo-tree');
  const marker = resolve(out, 'kiroku-demo-complete');
  await ensurePages(process.execPath);
  const isPainted = existsSync(marker) && !fresh;
  if (!isPainted) {
    for (const path of [marker, tree]) rmSync(path, { recursive: true, force: true });
    mkdirSync(tree, { recursive: true });
  }
  const server = await startBenchServer(tree, {
    QUOTA_MAX_BYTES: QUOTA,
    ...(port === undefined ? {} : { PORT: port }),
  });
  await firstAnswer(server, '/readyz');
  if (isPainted) return server;
  const began = performance.now();
  const progress = (done: number, all: number) => say(`\rpainting ${done} of ${all}`);
  await seedDemo({ url: server.url, pictures, until: Date.now(), progress });
  writeFileSync(marker, '');
  say(`, done in ${Math.round((performance.now() - began) / 1000)} s\n`);
  return server;
}
