import { describe, expect, it } from 'vitest';
import type { Mutation } from '../../src/catalog/catalog.ts';
import type { ManifestCatalog } from '../../src/catalog/manifest/manifest-catalog.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { isoOf } from '../../src/domain/time.ts';
import { seededRandom } from '../support/random.ts';
import { type CrashStorage, createCrashStorage } from '../support/storage/crash-storage.ts';
import { CHANGING_CALLS, createFaultStorage } from '../support/storage/fault-storage.ts';
import { listed, OWNER, openCatalog, picture, put, START, sidecarTruth } from './manifest-rig.ts';

const HOUR = 3_600_000;
const LONG_AGO = START - 24 * HOUR;
const CUTS = 8;

const { id, kind } = picture(0);

const TRASH: Mutation = {
  op: 'trash',
  kind,
  id,
  change: (now) =>
    now.status === 'trash' ? undefined : { ...now, status: 'trash', trashed_at: now.updated_at },
};
const PURGE: Mutation = { op: 'purge', kind, id };
const TAG: Mutation = {
  op: 'edit',
  kind,
  id,
  change: (now) => (now.tags.includes('x') ? undefined : { ...now, tags: ['x'] }),
};

type Asked = (catalog: ManifestCatalog) => Promise<unknown>;

/** What is asked of the process that is killed, and of the one that is started after it. */
const CASES: readonly [string, { readonly first: Asked; readonly again: Asked }][] = [
  ['thrown away', { first: (one) => one.commit(OWNER, TRASH), again: (one) => one.commit(OWNER, TRASH) }],
  ['edited', { first: (one) => one.commit(OWNER, TAG), again: (one) => one.commit(OWNER, TAG) }],
  ['purged', { first: (one) => one.commit(OWNER, PURGE), again: (one) => one.commit(OWNER, PURGE) }],
  // an edit makes the folders on its way durable, and the manifest's name with them
  ['merged, then purged', { first: (one) => one.compact(OWNER), again: (one) => one.commit(OWNER, PURGE) }],
  [
    'made again, then purged',
    { first: (one) => one.rebuild(OWNER), again: (one) => one.commit(OWNER, PURGE) },
  ],
];

interface Disk {
  readonly crash: CrashStorage;
  time: number;
}

/** Pictures of long ago, all of them settled. */
async function newDisk(): Promise<Disk> {
  const clock = { time: LONG_AGO };
  const disk = Object.assign(clock, { crash: createCrashStorage({ now: () => clock.time }) });
  const catalog = openCatalog(disk.crash);
  for (const n of [0, 1]) await put(disk.crash, catalog, picture(n, { updated_at: isoOf(LONG_AGO) }));
  await catalog.close();
  disk.time = START;
  return disk;
}

/** The lists, and what the sidecars say. */
async function seenOn(storage: CrashStorage, unsettledSince: number) {
  const catalog = openCatalog(storage, { unsettledSince });
  await catalog.settle();
  const lists: Map<string, PictureRecord> = await listed(catalog);
  await catalog.close();
  return { lists, sidecars: await sidecarTruth(storage) };
}

describe('what a killed process had only written', () => {
  it.each(CASES)('is durable before the next one tells of it: %s', async (_, { first, again }) => {
    for (let at = 1, hit = true; hit; at++) {
      const disk = await newDisk();
      const killed = createFaultStorage(disk.crash);
      const catalog = openCatalog(killed);
      await catalog.usage(OWNER);
      killed.arm({ at, only: CHANGING_CALLS, fault: { kill: true } });
      await first(catalog).catch(() => undefined);
      hit = killed.hit();

      // the power stays: whatever was written can be read
      disk.time += HOUR;
      const next = openCatalog(disk.crash, { unsettledSince: START });
      await next.settle();
      await again(next).catch(() => undefined);
      const told = { lists: await listed(next), sidecars: await sidecarTruth(disk.crash) };

      // it has told the disk that everything is settled up to now
      for (let seed = 0; seed < CUTS; seed++) {
        const left = disk.crash.crash(seededRandom(seed));
        expect(await seenOn(left, disk.time + HOUR), `call ${at}, seed ${seed}`).toEqual(told);
      }
    }
  });

  it('costs nothing after a clean stop', async () => {
    const disk = await newDisk();
    const storage = createFaultStorage(disk.crash);
    const catalog = openCatalog(storage);
    await listed(catalog);
    await catalog.close();
    expect(storage.trace.filter((call) => /sync/.test(call))).toEqual([]);
  });
});
