import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { ADMIN_TOKEN } from '../acceptance/rig.ts';
import { pngPicture } from '../support/pictures.ts';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { startTree } from '../support/tree.ts';

/** A storage in which one call waits once it is armed; it tells whether one did when the lock was given back. */
function heldAt(inner: Storage, call: 'link' | 'unlink', pattern: RegExp) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let armed = false;
  let waiting = 0;
  let waitingAtRelease: number | undefined;
  const wait = async (path: string) => {
    if (!armed || !pattern.test(path)) return;
    waiting += 1;
    reached.resolve();
    await goOn.promise;
    waiting -= 1;
  };
  const storage: Storage = {
    ...inner,
    async link(from, to) {
      if (call === 'link') await wait(to);
      return inner.link(from, to);
    },
    async unlink(path) {
      if (call === 'unlink') await wait(path);
      return inner.unlink(path);
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

const PICTURES = 12;
const DAY = 86_400_000;

async function withPictures(call: 'link' | 'unlink', pattern: RegExp, trashed: boolean) {
  const outputDir = join(await tempFolder(), 'tree');
  await mkdir(outputDir);
  const clock = { ahead: 0 };
  const real = createNodeStorage(outputDir);
  const held = heldAt({ ...real, now: () => real.now() + clock.ahead }, call, pattern);
  const running = await startTree({ outputDir, storage: held.storage });
  for (let seed = 0; seed < PICTURES; seed += 1) {
    const bytes = new Uint8Array(await pngPicture({ seed, width: 8, height: 8 }));
    const stored = await running.client('zoe').upload(bytes);
    const { id } = (await stored.json()) as { id: string };
    if (trashed) await running.client('zoe').trash(id);
  }
  const post = (path: string, body: object, accept = 'application/json') =>
    fetch(`${running.url}/api/v1/admin/${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${ADMIN_TOKEN}`,
        'Content-Type': 'application/json',
        Accept: accept,
      },
      body: JSON.stringify(body),
    });
  return { outputDir, clock, held, running, post };
}

describe('a server that is stopped in the middle of long work (O7)', () => {
  it.each(['application/json', 'application/x-ndjson'])(
    'ends a transfer (%s) at its next batch, then gives the lock back, and goes on at the next start',
    async (accept) => {
      const { outputDir, held, running, post } = await withPictures('link', /^users\/yui\/.*png$/, false);
      held.arm();
      const asked = post('users/zoe/transfer', { to: 'yui' }, accept).catch(() => undefined);
      await held.reached;
      const closing = running.server.close(0);
      setTimeout(held.goOn, 100);
      await closing;
      expect(held.atRelease()).toBe(0);
      const answer = await asked;
      // with lines the answer had begun
      if (answer !== undefined && accept === 'application/json') expect(answer.status).not.toBe(200);
      await answer?.body?.cancel().catch(() => undefined);
      const again = await startTree({ outputDir });
      try {
        await expect.poll(async () => (await again.client('yui').all('active')).length).toBe(PICTURES);
      } finally {
        await again.stop();
      }
    },
  );

  it('ends a purge in the same way, and the next one finishes it', async () => {
    const { outputDir, clock, held, running, post } = await withPictures(
      'unlink',
      /^users\/zoe\/.*png$/,
      true,
    );
    clock.ahead = 31 * DAY;
    held.arm();
    const asked = post('purge-trash', { confirm: true }).catch(() => undefined);
    await held.reached;
    const closing = running.server.close(0);
    setTimeout(held.goOn, 100);
    await closing;
    expect(held.atRelease()).toBe(0);
    await asked;
    const real = createNodeStorage(outputDir);
    const storage = { ...real, now: () => real.now() + 31 * DAY };
    const again = await startTree({ outputDir, storage });
    try {
      const left = await again.client('zoe').all('trash');
      expect(left.length).toBeGreaterThan(0);
      expect(left.length).toBeLessThan(PICTURES);
      const body = JSON.stringify({ confirm: true });
      const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
      const done = await fetch(`${again.url}/api/v1/admin/purge-trash`, { method: 'POST', headers, body });
      expect(await done.json()).toMatchObject({ deleted: left.length, failed: 0 });
      expect(await again.client('zoe').all('trash')).toEqual([]);
    } finally {
      await again.stop();
    }
  });
});
