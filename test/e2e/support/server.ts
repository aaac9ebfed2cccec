import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePages } from '../../../scripts/lib/pages.mjs';
import {
  type Item,
  type RunningServer,
  type ServiceClient,
  serviceClient,
  startServer,
} from '../../acceptance/rig.ts';
import { pngPicture } from '../../support/pictures.ts';

/** A picture that a pipeline stores. */
export interface Posted {
  /** Pixels; small ones, so that a test is fast. */
  readonly width?: number;
  readonly height?: number;
  /** The same seed is the same picture; each is another one when absent. */
  readonly look?: number;
  /** The recipe and the rest of `meta`. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

export interface TestServer {
  /** Where it listens, without PUBLIC_URL's path. */
  readonly url: string;
  /** Address of a page or call as a browser has it, with PUBLIC_URL's path. */
  page(path: string): string;
  /** The tree it serves. */
  readonly outputDir: string;
  client(owner: string): ServiceClient;
  post(owner: string, picture?: Posted): Promise<Item>;
  /** Everything the server printed. */
  output(): string;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly basePath?: string;
}

/**
 * The real server with the built pages over an empty tree of its own.
 * @param basePath of PUBLIC_URL, such as `/kiroku`
 */
export async function startTestServer({ env = {}, basePath = '' }: ServerOptions = {}): Promise<TestServer> {
  if (!(await ensurePages(process.execPath))) throw new Error('the pages could not be built');
  const outputDir = await mkdtemp(join(tmpdir(), 'kiroku-e2e-'));
  const server = await started(outputDir, env, basePath);
  let looks = 0;
  const client = (owner: string) => serviceClient(server.url, owner);
  return {
    url: server.url,
    page: (path) => `${server.url}${basePath}${path}`,
    outputDir,
    client,
    output: () => server.output(),
    async post(owner, { width = 96, height = 64, look, meta = {} } = {}) {
      looks += 1;
      const bytes = await pngPicture({ width, height, seed: look ?? looks });
      const answer = await client(owner).upload(new Uint8Array(bytes), meta);
      if (!answer.ok) throw new Error(`post: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Item;
    },
    async close() {
      await server.stop();
      await rm(outputDir, { recursive: true, force: true });
    },
  };
}

function started(
  outputDir: string,
  env: Readonly<Record<string, string>>,
  basePath: string,
): Promise<RunningServer> {
  return startServer({
    outputDir,
    env: (url) => ({
      ...(basePath === '' ? {} : { PUBLIC_URL: url + basePath }),
      // one browser here does what many people do elsewhere
      RATE_LIMIT_PER_ADDRESS: '0',
      RATE_LIMIT_PER_OWNER: '0',
      RATE_LIMIT_NEW_IDENTITIES: '0',
      HEALTHZ_DISK_MIN_FREE_MB: '1',
      ...env,
    }),
  });
}
