import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dayOf, startOfDay } from '../../src/domain/day.ts';
import { dayFolder, originalKey, sidecarKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { recoverStaged } from '../../src/services/maintenance/recover.ts';
import { readWhole } from '../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeFolders, writeFile, writeLegacyTree } from '../support/legacy-tree.ts';
import { jpegPicture, pngPicture } from '../support/pictures.ts';
import { alice, openRigOn, type Rig } from '../support/reconcile-rig.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';

const NOON = Date.parse('2026-11-21T12:00:00.000Z');
const HOUR = 3_600_000;
const today = dayOf(NOON);
const folder = dayFolder(alice, 'generated', today);

const pictures = await Promise.all(
  [1, 2, 3, 4, 5, 6].map((seed) => pngPicture({ width: 8, height: 8, seed })),
);
const jpeg = await jpegPicture({ width: 8, height: 8 });

function pictureAt(n: number): Buffer {
  const bytes = pictures[n];
  if (bytes === undefined) throw new Error(`no picture ${n}`);
  return bytes;
}

/** One of everything that reconcile has a fate for, an hour old. */
async function messyTree(): Promise<{ storage: MemoryStorage; now: () => number }> {
  let clock = NOON;
  const storage = createMemoryStorage({ now: () => clock });
  for (const path of ['.kiroku', '.kiroku/staging', '.kiroku/state', 'users']) await storage.makeFolder(path);
  const rig = openRigOn(storage);
  const edited = await rig.add(alice, pictureAt(0));
  const bare = await rig.add(alice, pictureAt(1));
  const lost = await rig.add(alice, pictureAt(2));
  await rig.close();
  const path = sidecarKey(edited);
  const text = (await readWhole(storage, path))?.toString('utf8') ?? '';
  await storage.unlink(path);
  await writeFile(storage, path, Buffer.from(text.replace('"tags":[]', '"tags":["outside"]')));
  await storage.unlink(sidecarKey(bare));
  await storage.unlink(originalKey(lost, lost.ext));
  await writeFile(storage, `${folder}/dropped one.png`, pictureAt(3));
  await writeFile(storage, `${folder}/dropped two.png`, pictureAt(4));
  await writeFile(storage, `${folder}/0123456789abcdef0123456789abcdef.jpg`, jpeg);
  await writeFile(storage, `${folder}/notes.txt`, Buffer.from('not a picture'));
  await writeLegacyTree(storage, alice, [
    { bytes: pictureAt(5), status: 'trash', createdAt: `${today.replaceAll('/', '-')}T03:00:00+00:00` },
  ]);
  await makeFolders(storage, `${folder}/somebody's`);
  clock = NOON + 2 * HOUR;
  return { storage, now: () => clock };
}

interface Outcome {
  readonly pictures: readonly { readonly sha256: string }[];
  readonly strange: readonly string[];
  readonly sidecars: number;
  readonly originals: number;
  readonly staged: number;
}

/** What must come of it, whatever happened on the way. Times of changes differ from run to run. */
async function outcome(rig: Rig, storage: Storage): Promise<Outcome> {
  const records = (await rig.all(alice)).map((entry) => entry.record());
  const names = (await storage.readFolder(folder)).map(({ name }) => name);
  return {
    pictures: records
      .map(({ sha256, status, tags, source, trashed_at }) => ({
        sha256,
        status,
        tags,
        source,
        dated: trashed_at !== null,
      }))
      .sort((a, b) => a.sha256.localeCompare(b.sha256)),
    strange: names.filter((name) => !/^[0-9a-z]{26,32}\.(?:png|jpg|json)$/.test(name)).sort(),
    sidecars: names.filter((name) => name.endsWith('.json')).length,
    originals: names.filter((name) => /^[0-9a-z]{26,32}\.(?:png|jpg)$/.test(name)).length,
    staged: (await storage.readFolder('.kiroku/staging')).length,
  };
}

async function finish(storage: MemoryStorage): Promise<Outcome> {
  const rig = openRigOn(storage, { unsettledSince: startOfDay(today) });
  await recoverStaged({ blobs: rig.blobs, catalog: rig.catalog, log: silentLog });
  await rig.reconcile.full(new AbortController().signal);
  const result = await outcome(rig, storage);
  expect(await rig.reconcile.full(new AbortController().signal)).toMatchObject({ adopted: 0, corrected: 0 });
  expect(await outcome(rig, storage)).toEqual(result);
  await rig.close();
  return result;
}

const BARE = createHash('sha256').update(pictureAt(1)).digest('hex');

/**
 * A manifest that failed is made again from the sidecars. The picture whose sidecar somebody took away is in neither
 * then: its original stays, and is told of. No other picture may be missing, doubled or changed for it.
 */
function but(call: string, one: Outcome): object {
  if (!call.includes('manifest.jsonl')) return one;
  return {
    ...one,
    pictures: one.pictures.filter(({ sha256 }) => sha256 !== BARE),
    sidecars: expect.any(Number),
  };
}

describe('reconcile stopped at any call and run again (D13)', () => {
  it('ends where an undisturbed run ends', async () => {
    const wanted = await finish((await messyTree()).storage);
    expect(wanted).toMatchObject({ sidecars: 7, originals: 6, staged: 0 });
    let calls = 0;
    for (let at = 1; ; at += at < 40 ? 1 : 3) {
      const { storage } = await messyTree();
      const fault = createFaultStorage(storage, { at, fault: { kill: true } });
      const rig = openRigOn(fault);
      await rig.reconcile.full(new AbortController().signal).catch(() => undefined);
      await rig.close().catch(() => undefined);
      if (!fault.hit()) break;
      calls = at;
      expect(await finish(storage), `killed at call ${at}: ${fault.trace.at(-1)}`).toEqual(wanted);
    }
    expect(calls).toBeGreaterThan(100);
  });

  it('loses and doubles nothing when single calls fail, and finishes when they work again (D7)', async () => {
    const wanted = await finish((await messyTree()).storage);
    for (const [start, code] of ['EIO', 'ENOSPC', 'EACCES'].entries()) {
      for (let at = start + 1; at < 330; at += 7) {
        const { storage } = await messyTree();
        const fault = createFaultStorage(storage, { at, fault: { fail: code } });
        const rig = openRigOn(fault);
        await rig.reconcile.full(new AbortController().signal).catch(() => undefined);
        await rig.reconcile.full(new AbortController().signal).catch(() => undefined);
        const call = `${code} at call ${at}: ${fault.trace[at - 1]}`;
        expect(fault.hit(), call).toBe(true);
        // A staged name that could not be taken away waits for the next start.
        const staged = call.includes('.kiroku/staging') ? expect.any(Number) : 0;
        const running = await outcome(rig, storage);
        expect(but(call, running), `${call}, running on`).toEqual(but(call, { ...wanted, staged }));
        await rig.close().catch(() => undefined);
        const finished = await finish(storage);
        expect(but(call, finished), call).toEqual(but(call, wanted));
      }
    }
  });
});
