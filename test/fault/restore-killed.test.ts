import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/compose-engine.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { sniffMime } from '../../src/media/signature.ts';
import { createVerify } from '../../src/services/maintenance/verify.ts';
import { createMemoryStorage, createTreeStorage } from '../../src/storage/memory-storage.ts';
import { createMemoryTree } from '../../src/storage/memory-tree.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { backupOf, restoreInto, smallSource, unstopped } from '../support/backup.ts';
import { CHANGING_CALLS, createFaultStorage } from '../support/storage/fault-storage.ts';
import { treeConfig } from '../support/tree.ts';

const decoder = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 1, thumbSize: 64 });
const open = (storage: Storage) =>
  openEngine(treeConfig({ outputDir: 'in-memory' }), { log: silentLog, storage });

/** Months after the pictures were made: nothing in their records tells that they came back just now. */
const now = () => Date.parse('2026-11-21T12:00:00.000Z');

async function killedRestore(saved: Storage, at: number) {
  const tree = createMemoryTree({ now });
  const fault = createFaultStorage(createTreeStorage(tree, now));
  const engine = await open(fault);
  fault.arm({ at, only: CHANGING_CALLS, fault: { kill: true, torn: at % 2 === 0 } });
  await restoreInto(engine, saved)
    .run(unstopped)
    .catch(() => undefined);
  await engine.close().catch(() => undefined);
  // as the death of a process leaves it: without its lock
  return { tree: createTreeStorage(tree, now), hit: fault.hit() };
}

/** What a start makes of it, with nothing said to anybody before everything is settled. */
async function damageAfterStart(tree: Storage) {
  const engine = await open(tree);
  await engine.settle(unstopped.signal);
  const verify = createVerify({ ...engine, decoder, sniff: sniffMime, legacyTz: 'UTC' });
  const { found, manifests } = await verify.run(unstopped);
  await engine.close();
  return [...found, ...manifests];
}

describe('a restore of pictures that are months old', () => {
  it('killed at any call leaves each picture whole or absent, and the next restore brings all', async () => {
    const saved = createMemoryStorage();
    const source = await smallSource();
    await backupOf(source.storage, saved).run(unstopped);
    let kills = 0;
    for (let at = 1; ; at += 1) {
      const { tree, hit } = await killedRestore(saved, at);
      if (!hit) break;
      kills += 1;
      expect(await damageAfterStart(tree), `killed at ${at}`).toEqual([]);
      const again = await open(tree);
      expect(await restoreInto(again, saved).run(unstopped), `killed at ${at}`).toMatchObject({
        pictures: 4,
        found: [],
      });
      await again.close();
    }
    expect(kills).toBeGreaterThan(50);
  }, 120_000);
});
