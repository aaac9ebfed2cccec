import { expect, it } from 'vitest';
import type { Entry } from '../../src/catalog/catalog.ts';
import { isKirokuError } from '../../src/domain/errors.ts';
import { originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { createPurge } from '../../src/services/purge.ts';
import { remakeThumbnail } from '../../src/services/remake.ts';
import { createTrash } from '../../src/services/trash.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, openRigOn } from '../support/reconcile-rig.ts';
import { createTurns } from '../support/slow-turns.ts';
import { filesIn, live } from '../support/transfer-rig.ts';

const DAY_MS = 86_400_000;
const pictures = await Promise.all(
  [1, 2, 3, 4, 5, 6].map((seed) => pngPicture({ width: 8, height: 8, seed })),
);
const decoder = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 2, thumbSize: 16 });

/** The disk, with a random while before each call that names a file. */
function slowed(inner: MemoryStorage, nap: () => Promise<void>): Storage {
  return {
    ...inner,
    open: (...asked) => nap().then(() => inner.open(...asked)),
    stat: (path) => nap().then(() => inner.stat(path)),
    readFolder: (path) => nap().then(() => inner.readFolder(path)),
    link: (from, to) => nap().then(() => inner.link(from, to)),
    rename: (from, to) => nap().then(() => inner.rename(from, to)),
    unlink: (path) => nap().then(() => inner.unlink(path)),
  };
}

/** Six pictures of alice in the trash, all of them due. */
async function rig(seed: number) {
  const turns = createTurns(seed);
  const inner = createMemoryStorage();
  for (const path of ['.kiroku', '.kiroku/staging', '.kiroku/state', 'users']) await inner.makeFolder(path);
  const all = openRigOn(slowed(inner, turns.nap));
  const { catalog, blobs } = all;
  const trash = createTrash({ catalog, now: () => inner.now() });
  const entries: Entry[] = [];
  for (const bytes of pictures) entries.push(await all.add(alice, bytes));
  for (const { id } of entries) await trash.trash(alice, 'generated', id);
  const purge = createPurge({
    catalog,
    blobs,
    log: silentLog,
    now: () => inner.now() + 40 * DAY_MS,
    retention: { guestDays: 1, memberDays: 1, keepFavorites: true },
    mostShare: 1,
    present: async () => true,
    isInUse: async () => false,
    isReferenced: async () => false,
    lastRun: async () => undefined,
  });
  /** What somebody does to a picture, whoever else is at it; that it has just gone is no failure. */
  const act = async (entry: Entry): Promise<void> => {
    const { id } = entry;
    await turns.nap();
    const choice = turns.random();
    try {
      if (choice < 0.5) await trash.restore(alice, 'generated', id);
      if (choice > 0.35 && choice < 0.5) await trash.trash(alice, 'generated', id);
      if (choice > 0.5 && choice < 0.65) {
        const change = (current: ReturnType<Entry['record']>) => ({ ...current, favorite: true });
        await catalog.commit(alice, { op: 'edit', kind: 'generated', id, change });
      }
      if (choice > 0.65) await remakeThumbnail({ blobs, catalog, decoder, log: silentLog }, entry);
    } catch (error) {
      if (!isKirokuError(error, 'not_found')) throw error;
    }
  };
  return { ...all, inner, turns, purge, entries, act };
}

it.each(Array.from({ length: 25 }, (_, seed) => seed))(
  'a purge while others restore, edit, look and reconcile: all of a picture stays, or nothing (seed %i)',
  async (seed) => {
    const all = await rig(seed);
    const plan = await all.purge.plan({});
    all.turns.slow = true;
    const [purged] = await Promise.all([
      all.purge.apply(plan, { signal: live(), confirmed: true }),
      all.reconcile.recent(live()),
      all.reconcile.full(live(), { afresh: true }),
      ...all.entries.map((entry) => all.act(entry)),
    ]);
    all.turns.slow = false;
    const left = await all.all(alice);
    expect(left.length + purged.deleted).toBe(pictures.length);
    const parts = left.flatMap((entry) => [
      originalKey(entry, entry.ext),
      sidecarKey(entry),
      thumbKey(entry, 'webp'),
    ]);
    const files = (await filesIn(all.inner, 'users')).filter((file) => !file.endsWith('/manifest.jsonl'));
    expect(files).toEqual(parts.sort());
    expect(await all.inner.readFolder('.kiroku/staging')).toEqual([]);
    expect(await all.findings()).toEqual([]);
    await all.close();
  },
);
