import { compose, type Server } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN, type ServiceClient, serviceClient } from '../acceptance/rig.ts';

export interface TreeOptions {
  readonly outputDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the real one, for faults. */
  readonly storage?: Storage;
}

/** A whole server in this process, on a port of its own. */
export interface RunningTree {
  readonly url: string;
  readonly server: Server;
  client(owner: string): ServiceClient;
  stop(): Promise<void>;
}

/** The settings of a test's server: a port the system chooses, known tokens, no reserve, no limits on rates. */
export function treeConfig({ outputDir, env = {} }: TreeOptions) {
  const loaded = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    OUTPUT_DIR: outputDir,
    SERVICE_TOKEN,
    ADMIN_TOKEN,
    DISK_RESERVE_MB: '0',
    RATE_LIMIT_PER_ADDRESS: '0',
    RATE_LIMIT_PER_OWNER: '0',
    RATE_LIMIT_NEW_IDENTITIES: '0',
    CRON_RECONCILE_RECENT: 'off',
    CRON_RECONCILE_FULL: 'off',
    ...env,
  });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

/** Composes and starts a server on real drivers. @throws what `compose` throws */
export async function startTree(options: TreeOptions): Promise<RunningTree> {
  const { storage } = options;
  const server = await compose(treeConfig(options), {
    log: silentLog,
    ...(storage === undefined ? {} : { storage }),
  });
  const url = await server.listen();
  return { url, server, client: (owner) => serviceClient(url, owner), stop: () => server.close(1_000) };
}
