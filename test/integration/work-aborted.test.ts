import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { ADMIN_TOKEN } from '../acceptance/rig.ts';
import { createTempTree, eventually } from '../support/drop.ts';
import { pngPicture } from '../support/pictures.ts';
import { startTree } from '../support/tree.ts';

const PICTURES = 24;

/** Every original is opened when the test says so; one that waits is told of. */
function gated(storage: Storage) {
  const waiting: (() => void)[] = [];
  const gate = { closed: false, opened: 0 };
  const open: Storage['open'] = async (path, mode, permissions) => {
    if (gate.closed && mode === 'read' && path.endsWith('.png')) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      gate.opened += 1;
    }
    return storage.open(path, mode, permissions);
  };
  return { storage: { ...storage, open }, waiting, gate };
}

describe('work that a caller follows by lines', () => {
  it('ends at its next batch when the caller leaves', async () => {
    await using all = await createTempTree();
    const tree = all.path('tree');
    await mkdir(tree);
    const { storage, waiting, gate } = gated(createNodeStorage(tree));
    const running = await startTree({ outputDir: tree, storage, env: { CRON_THUMBNAILS: 'off' } });
    const verify = (signal?: AbortSignal) =>
      fetch(`${running.url}/api/v1/admin/verify`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${ADMIN_TOKEN}`,
          'Content-Type': 'application/json',
          Accept: 'application/x-ndjson',
        },
        body: '{}',
        ...(signal === undefined ? {} : { signal }),
      });
    try {
      for (let seed = 0; seed < PICTURES; seed += 1) {
        const bytes = new Uint8Array(await pngPicture({ seed, width: 8, height: 8 }));
        expect((await running.client('zoe').upload(bytes)).status).toBe(201);
      }
      gate.closed = true;
      const leaving = new AbortController();
      const answer = await verify(leaving.signal);
      expect(answer.status).toBe(200);
      expect(waiting.length).toBeGreaterThan(0);
      const batch = waiting.length;
      leaving.abort();
      await answer.text().catch(() => undefined);
      // let one batch through after the other, until another run is not refused any more
      const next = await eventually('the first run has ended', async () => {
        for (const resolve of waiting.splice(0)) resolve();
        const other = await verify();
        if (other.status === 200) return other;
        expect(other.status).toBe(409);
        return undefined;
      });
      expect(gate.opened).toBeLessThan(PICTURES);
      expect(gate.opened).toBeGreaterThanOrEqual(batch);
      gate.closed = false;
      for (const resolve of waiting.splice(0)) resolve();
      expect(await next.text()).toContain(`"pictures":${PICTURES}`);
    } finally {
      gate.closed = false;
      for (const resolve of waiting.splice(0)) resolve();
      await running.stop();
    }
  });
});
