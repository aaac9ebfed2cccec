import { existsSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { manifestKey, originalKey, sidecarKey } from '../../src/domain/key.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, openRig, placeFor, type Rig, withRig } from '../support/reconcile-rig.ts';

/** A picture whose manifest is gone, as after a log that could not be read, and of which this sidecar is left. */
async function leftAlone(rig: Rig, root: string, more: { readonly purging?: string }) {
  const entry = await rig.add(alice, await pngPicture());
  const trashed = { status: 'trash', trashed_at: '2026-01-01T00:00:00.000Z' } as const;
  await rig.catalog.commit(alice, {
    op: 'trash',
    kind: 'generated',
    id: entry.id,
    change: (now) => ({ ...now, ...trashed, ...more }),
  });
  await rig.close();
  for (const path of [originalKey(entry, entry.ext), manifestKey(alice)]) await rig.storage.unlink(path);
  return { sidecar: sidecarKey(entry), again: await openRig(root) };
}

describe('a sidecar without its original that no record knows', () => {
  // found by a power cut in the last step of a transfer: the torn lines cost the manifest, and the mark was all that was left
  it('goes at once when it says that its purge had begun', async () => {
    await withRig(async (rig, tree) => {
      const { sidecar, again } = await leftAlone(rig, tree.root, { purging: '2026-01-02T00:00:00.000Z' });
      const trial = await again.reconcile.full(new AbortController().signal, { trial: true });
      expect(trial).toMatchObject({ corrected: 1 });
      expect(existsSync(tree.path(sidecar))).toBe(true);
      expect(await again.reconcile.day(placeFor(alice))).toMatchObject({ corrected: 1, waiting: 0 });
      expect(existsSync(tree.path(sidecar))).toBe(false);
      expect(await again.findings()).toEqual([
        { finding: 'sidecar_alone', action: 'dropped', path: sidecar },
      ]);
      await again.close();
    });
  });

  it('stays otherwise, and is told of when its original has had time to arrive', async () => {
    await withRig(async (rig, tree) => {
      const { sidecar, again } = await leftAlone(rig, tree.root, {});
      expect(await again.reconcile.day(placeFor(alice))).toMatchObject({ corrected: 0, waiting: 1 });
      const old = new Date(Date.now() - 120_000);
      await utimes(tree.path(sidecar), old, old);
      expect(await again.reconcile.day(placeFor(alice))).toMatchObject({ corrected: 0, waiting: 0 });
      expect(existsSync(tree.path(sidecar))).toBe(true);
      expect(await again.findings()).toEqual([{ finding: 'sidecar_alone', action: 'left', path: sidecar }]);
      await again.close();
    });
  });
});
