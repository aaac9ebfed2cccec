import { mkdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  createFolderWatch,
  type FolderWatchEvents,
  type FolderWatchFactory,
} from '../../src/catalog/manifest/watcher.ts';
import { createMemoryCatalog } from '../../src/catalog/memory-catalog.ts';
import { dayOf } from '../../src/domain/day.ts';
import { dayFolder } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { Reconcile, ReconcileReport } from '../../src/services/maintenance/reconcile-types.ts';
import { createWatcher, type WatcherDeps } from '../../src/services/maintenance/watch.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { createTempTree, dropInto, eventually, pause, type TempTree } from '../support/drop.ts';

const IDLE: ReconcileReport = { folders: 1, adopted: 0, corrected: 0, waiting: 0, again: undefined };

/** Stands for reconcile: lists the folder it is told to look at, as reconcile does first of all. */
function lister(tree: TempTree) {
  const storage = createNodeStorage(tree.root);
  const seen = new Set<string>();
  let recent = 0;
  const reconcile: Reconcile = {
    async day(place, options = {}) {
      const folder = dayFolder(place.owner, place.kind, place.day);
      const entries = await storage.readFolder(folder).catch(() => []);
      for (const { name } of entries) if (options.names?.has(name) !== false) seen.add(`${folder}/${name}`);
      return IDLE;
    },
    async recent() {
      recent += 1;
      return IDLE;
    },
    full: async () => IDLE,
    names: async () => IDLE,
    counts: () => new Map(),
  };
  return { reconcile, seen, recent: () => recent };
}

async function watching(tree: TempTree, options: Partial<WatcherDeps> = {}) {
  await mkdir(tree.path('users'), { recursive: true });
  const { reconcile, seen, recent } = lister(tree);
  const watcher = createWatcher({
    storage: createNodeStorage(tree.root),
    catalog: createMemoryCatalog({ now: () => Date.now() }),
    reconcile,
    log: silentLog,
    watch: createFolderWatch,
    ...options,
  });
  const stopping = new AbortController();
  await watcher.start(stopping.signal);
  return { watcher, seen, recent, stopping };
}

const today = () => dayOf(Date.now());
const yesterday = () => dayOf(Date.now() - 86_400_000);

describe('the watcher on a real tree', () => {
  it('hears of a file in a folder that was there before', async () => {
    await using tree = await createTempTree();
    await mkdir(tree.path('users/alice', today()), { recursive: true });
    const { watcher, seen } = await watching(tree);
    await dropInto(tree.path('users/alice', today()), 'new.png', Buffer.from('x'));
    await eventually('the file is seen', () => seen.has(`users/alice/${today()}/new.png`));
    expect(watcher.state().mode).toBe('watching');
    expect(watcher.state().degraded).toBeUndefined();
    await watcher.stop();
  });

  it('hears of files that were written while their folders were being made (W3)', async () => {
    await using tree = await createTempTree();
    const { watcher, seen } = await watching(tree);
    const expected: string[] = [];
    for (let n = 0; n < 200; n += 1) {
      const kind = ['', 'inputs/', 'controls/'][n % 3];
      const folder = `users/owner${n % 70}/${kind}${n % 2 === 0 ? today() : yesterday()}`;
      await dropInto(tree.path(folder), `file ${n}.png`, Buffer.from('x'));
      expected.push(`${folder}/file ${n}.png`);
      if (n % 7 === 0) await pause(n % 40);
    }
    await eventually('all 200 are seen', () => expected.every((path) => seen.has(path)));
    await watcher.stop();
  });

  it('hears of a file in a folder that was taken away and made again', async () => {
    await using tree = await createTempTree();
    const folder = tree.path('users/alice', today());
    await dropInto(folder, 'before.png', Buffer.from('x'));
    const { watcher, seen } = await watching(tree);
    await eventually('the first look', () => seen.has(`users/alice/${today()}/before.png`));
    for (const round of [1, 2, 3]) {
      await rm(tree.path('users/alice'), { recursive: true });
      if (round === 2) await pause(100);
      await dropInto(folder, `round ${round}.png`, Buffer.from('x'));
      await eventually(`round ${round}`, () => seen.has(`users/alice/${today()}/round ${round}.png`));
      await writeFile(`${folder}/later ${round}.png`, 'x');
      await eventually(`later in round ${round}`, () =>
        seen.has(`users/alice/${today()}/later ${round}.png`),
      );
    }
    await watcher.stop();
  });

  it('watches a few folders an owner, whatever lies in the tree', async () => {
    await using tree = await createTempTree();
    for (let owner = 0; owner < 5; owner += 1) {
      for (let day = 10; day < 28; day += 1) {
        await mkdir(tree.path(`users/owner${owner}/2020/01/${day}/thumb`), { recursive: true });
      }
      await mkdir(tree.path(`users/owner${owner}`, today(), 'thumb'), { recursive: true });
    }
    const { watcher } = await watching(tree);
    // users/, and per owner: its own folder, this year, this month, today
    await eventually('watches', () => watcher.state().watched === 1 + 5 * 4);
    await watcher.stop();
  });

  it('watches the most recently active owners when there are too many, and says so', async () => {
    await using tree = await createTempTree();
    for (const name of ['a', 'b', 'c', 'd'])
      await mkdir(tree.path('users', name, today()), { recursive: true });
    await writeFile(tree.path('users/c/manifest.jsonl'), '');
    const { watcher, seen } = await watching(tree, { maxOwners: 2 });
    await eventually('a bounded number', () => watcher.state().watched === 1 + 2 * 4);
    expect(watcher.state().degraded).toMatch(/2 owners/);
    await dropInto(tree.path('users/c', today()), 'heard.png', Buffer.from('x'));
    await eventually('the active one is watched', () => seen.has(`users/c/${today()}/heard.png`));
    await watcher.stop();
  });

  it('stops for good, by the signal too', async () => {
    await using tree = await createTempTree();
    await mkdir(tree.path('users/alice', today()), { recursive: true });
    const { watcher, seen, stopping } = await watching(tree);
    stopping.abort();
    await watcher.stop();
    await dropInto(tree.path('users/alice', today()), 'late.png', Buffer.from('x'));
    await pause(400);
    expect(seen.has(`users/alice/${today()}/late.png`)).toBe(false);
    expect(watcher.state()).toEqual({ mode: 'stopped', watched: 0 });
  });
});

function exhaustedAfter(count: number): { factory: FolderWatchFactory; closed: () => number } {
  let closed = 0;
  const factory = (events: FolderWatchEvents) => {
    let left = count;
    return {
      add(path: string) {
        left -= 1;
        if (left >= 0) return;
        events.error(
          Object.assign(new Error(`ENOSPC: no watches left, watch '${path}'`), { code: 'ENOSPC' }),
        );
      },
      remove() {},
      async close() {
        closed += 1;
      },
    };
  };
  return { factory, closed: () => closed };
}

describe('the watcher without watches (W2)', () => {
  it.each([0, 1, 3])('polls when the system gives %i, and says so', async (count) => {
    await using tree = await createTempTree();
    await mkdir(tree.path('users/alice', today()), { recursive: true });
    const { factory, closed } = exhaustedAfter(count);
    const { watcher, recent } = await watching(tree, { watch: factory, pollMs: 5 });
    await eventually('several looks at the last days', () => recent() >= 3);
    expect(watcher.state()).toMatchObject({
      mode: 'polling',
      watched: 0,
      degraded: expect.stringMatching(/ENOSPC/),
    });
    expect(closed()).toBe(1);
    await watcher.stop();
  });
});
