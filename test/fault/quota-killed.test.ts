import { describe, expect, it } from 'vitest';
import { originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import type { QuotaLimits } from '../../src/domain/quota.ts';
import { createAudit } from '../../src/services/audit.ts';
import { createPurge } from '../../src/services/purge.ts';
import { createQuota, trashOverLimit } from '../../src/services/quota.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createFaultStorage, type FaultPlan } from '../support/storage/fault-storage.ts';
import {
  addPicture,
  filesIn,
  isWhole,
  live,
  MEMBER,
  openTransfers,
  picturesOf,
} from '../support/transfer-rig.ts';
import { copyTree } from './manifest-rig.ts';

const COUNT = 7;

/** Three may stay active, and in the trash there is room for two. */
async function open(storage: Storage, trashMaxBytes: number) {
  const all = await openTransfers(storage);
  const { catalog, blobs, state } = all;
  const now = () => storage.now();
  const limits: QuotaLimits = { maxBytes: null, maxCount: 3, trashMaxBytes, policy: 'trash_oldest' };
  const audit = createAudit({ state, now });
  const quota = createQuota({ catalog, state, limits, audit, log: silentLog, now });
  const purge = createPurge({
    ...{ catalog, blobs, now, log: silentLog, mostShare: 1 },
    retention: { guestDays: 0, memberDays: 0, keepFavorites: true },
    present: async () => true,
    isInUse: async () => false,
    isReferenced: async () => false,
    trashOverLimit: (owner) => trashOverLimit({ catalog, state, limits }, owner),
    lastRun: async () => undefined,
  });
  return {
    ...all,
    async act() {
      const { failed } = await quota.enforce(live());
      const result = await purge.apply(await purge.plan({}), { signal: live() });
      return failed === 0 && result.failed === 0;
    },
  };
}

/** Seven pictures of one size, the oldest a favourite. */
async function ground() {
  const storage = createMemoryStorage();
  const all = await openTransfers(storage);
  const ids: string[] = [];
  let size = 0;
  for (let n = 1; n <= COUNT; n += 1) {
    const created_at = new Date(Date.UTC(2025, 11, n)).toISOString();
    const entry = await addPicture(all, MEMBER, n, { kind: 'generated', created_at, favorite: n === 1 });
    const { bytes, thumb_bytes } = entry.record();
    size = bytes + thumb_bytes;
    ids.push(entry.id);
  }
  await all.catalog.close();
  return { storage, ids, room: size * 2 };
}

type Ground = Awaited<ReturnType<typeof ground>>;

async function interrupted({ storage: from, room }: Ground, plan: FaultPlan) {
  const inner = createMemoryStorage();
  await copyTree(from, inner);
  const storage = createFaultStorage(inner);
  const all = await open(storage, room);
  storage.arm(plan);
  await all.act().catch(() => false);
  return { inner, hit: storage.hit() };
}

async function checkAfterStart(inner: Storage, { ids, room }: Ground): Promise<void> {
  const all = await open(inner, room);
  for (const [id, entry] of await picturesOf(all, MEMBER)) {
    const begun = entry.record().purging !== undefined;
    if (begun) expect(entry.status, id).toBe('trash');
    else expect(await isWhole(all, entry), `${id} is whole`).toBe(true);
  }
  await all.settle();
  expect(await all.act()).toBe(true);
  const found = await picturesOf(all, MEMBER);
  const statuses = ids.map((id) => found.get(id)?.status);
  // the favourite and the two newest stay; of the four thrown away the limit leaves two
  expect([statuses[0], ...statuses.slice(5)]).toEqual(['active', 'active', 'active']);
  expect(statuses.filter((one) => one === 'trash')).toHaveLength(2);
  expect(statuses.filter((one) => one === undefined)).toHaveLength(2);
  const files = await filesIn(inner, 'users');
  const wanted = [...found.values()].flatMap((entry) => [
    originalKey(entry, entry.ext),
    thumbKey(entry, 'webp'),
    sidecarKey(entry),
  ]);
  expect(files.filter((path) => !/manifest\.jsonl|owner\.json/.test(path))).toEqual(wanted.sort());
  await all.catalog.close();
}

describe('the quota job and the purge of a trash above its limit', () => {
  it.each([
    ['killed', { kill: true }],
    ['killed with half a write', { kill: true, torn: true }],
    ['failing once', { fail: 'EIO' }],
  ] as const)(
    '%s at every storage call: nothing else goes, and the next run finishes it',
    async (_name, fault) => {
      const before = await ground();
      let at = 1;
      for (; ; at += 1) {
        const { inner, hit } = await interrupted(before, { at, fault });
        if (!hit) break;
        await checkAfterStart(inner, before).catch((error: unknown) => {
          throw new Error(`at call ${at}`, { cause: error });
        });
      }
      expect(at).toBeGreaterThan(30);
    },
    120_000,
  );
});
