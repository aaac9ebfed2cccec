import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { CALM, untilStagingEmpty } from './calls.ts';
import { type RunningServer, startServer } from './rig.ts';

/** The calls, and a server for the tests of one `describe`. Imports nothing from `src`. */
export * from './calls.ts';

export interface TestServer {
  readonly url: string;
  /** The tree; alone in its `parent` folder, so that whatever else appears there was put there. */
  readonly outputs: string;
  readonly parent: string;
  readonly pid: number;
  readonly running: RunningServer;
  /** On the same tree, after `running.stop()` or `kill()`. */
  restart(more?: Readonly<Record<string, string>>): Promise<void>;
}

/** A real server for the tests of one `describe`, with a tree of its own; it must still be alive at the end. */
export function useServer(env: Readonly<Record<string, string>> = {}): TestServer {
  let parent = '';
  let outputs = '';
  let running: RunningServer | undefined;
  const start = async (more: Readonly<Record<string, string>> = {}) => {
    running = await startServer({ outputDir: outputs, env: { ...CALM, ...env, ...more } });
  };
  const get = () => {
    if (running === undefined) throw new Error('the server was not started');
    return running;
  };
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'kiroku-wire-'));
    outputs = join(parent, 'outputs');
    await mkdir(outputs);
    await start();
  });
  afterAll(async () => {
    try {
      if (running !== undefined) expect(await running.stop(), running.output()).toBe(0);
    } finally {
      if (parent !== '') await rm(parent, { recursive: true, force: true });
    }
  });
  return {
    get url() {
      return get().url;
    },
    get outputs() {
      return outputs;
    },
    get parent() {
      return parent;
    },
    get pid() {
      return get().process.pid ?? 0;
    },
    get running() {
      return get();
    },
    restart: start,
  };
}

/** Waits until nothing is staged. */
export function untilNothingStaged(server: TestServer): Promise<void> {
  return untilStagingEmpty(server.outputs);
}
