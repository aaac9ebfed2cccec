import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { compose } from '../../src/compose.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { failureOf } from '../support/services.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { treeConfig } from '../support/tree.ts';

let other: Server | undefined;
afterEach(() => {
  other?.close();
  other = undefined;
});

/** A storage whose looks at `users` wait from `arm` on; it tells whether one did when the lock was given back. */
function slowLook(inner: Storage) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let armed = false;
  let waiting = false;
  let waitingAtRelease: boolean | undefined;
  const storage: Storage = {
    ...inner,
    async stat(path) {
      if (armed && path === 'users') {
        waiting = true;
        reached.resolve();
        await goOn.promise;
        waiting = false;
      }
      return inner.stat(path);
    },
    async lock(path) {
      const lock = await inner.lock(path);
      if (lock === undefined) return undefined;
      return {
        async release() {
          waitingAtRelease = waiting;
          await lock.release();
        },
      };
    },
  };
  const arm = () => {
    armed = true;
  };
  return { storage, arm, reached: reached.promise, goOn: goOn.resolve, atRelease: () => waitingAtRelease };
}

describe('a server that is stopped', () => {
  it('gives the lock back when nothing of it looks at the tree any more', async () => {
    const outputDir = await tempFolder();
    await mkdir(join(outputDir, 'users/anna'), { recursive: true });
    const slow = slowLook(createNodeStorage(outputDir));
    const server = await compose(treeConfig({ outputDir }), { log: silentLog, storage: slow.storage });
    slow.arm();
    await server.listen();
    await slow.reached;
    const closing = server.close(0);
    setTimeout(slow.goOn, 100);
    await closing;
    expect(slow.atRelease()).toBe(false);
  });

  it('while it begins to listen begins nothing more', async () => {
    const outputDir = await tempFolder();
    const inner = createNodeStorage(outputDir);
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const looked: string[] = [];
    let armed = false;
    const storage: Storage = {
      ...inner,
      async rename(from, to) {
        if (armed && to === '.kiroku/run.json') {
          reached.resolve();
          await goOn.promise;
        }
        return inner.rename(from, to);
      },
      async readFolder(path) {
        if (armed) looked.push(path);
        return inner.readFolder(path);
      },
    };
    const server = await compose(treeConfig({ outputDir }), { log: silentLog, storage });
    armed = true;
    const listening = server.listen();
    await reached.promise;
    const closing = server.close(0);
    goOn.resolve();
    await Promise.all([listening, closing]);
    expect(looked).toEqual([]);
  });
});

describe('a server that cannot listen', () => {
  it('says so in one message, and leaves a tree that is settled and free', async () => {
    const listening = createServer().listen(0, '127.0.0.1');
    other = listening;
    await once(listening, 'listening');
    const address = listening.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const outputDir = await tempFolder();
    const config = treeConfig({ outputDir, env: { PORT: String(taken) } });
    const server = await compose(config, { log: silentLog });
    const failure = await failureOf(server.listen());
    expect(failure).toMatchObject({ code: 'invalid_config', details: { why: 'EADDRINUSE' } });
    const run: unknown = JSON.parse(await readFile(join(outputDir, '.kiroku/run.json'), 'utf8'));
    expect(run).toMatchObject({ clean: true });
    const next = await compose({ ...config, port: 0 }, { log: silentLog });
    await next.close(0);
  });
});
