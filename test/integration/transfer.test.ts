import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { originalKey } from '../../src/domain/key.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN } from '../acceptance/rig.ts';
import { kiroku } from '../support/command.ts';
import { createTempTree, type TempTree } from '../support/drop.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, openRig } from '../support/reconcile-rig.ts';
import { startTree } from '../support/tree.ts';

const ENV = { ADMIN_TOKEN };

async function treeOfAlice(): Promise<{ tree: TempTree; id: string; key: string }> {
  const tree = await createTempTree();
  const rig = await openRig(tree.root);
  const entry = await rig.add(alice, await pngPicture({ seed: 1 }));
  await rig.close();
  await writeFile(tree.path('.kiroku/volume.json'), JSON.stringify({ id: 'ab'.repeat(16) }));
  return { tree, id: entry.id, key: originalKey(entry, entry.ext) };
}

describe('kiroku transfer', () => {
  it.each(['on the tree', 'through the server'])('%s: counts, gives, and says who is who', async (way) => {
    const { tree, id, key } = await treeOfAlice();
    await using _gone = tree;
    const running =
      way === 'on the tree'
        ? undefined
        : await startTree({ outputDir: tree.root, env: { CRON_PURGE_TRASH: 'off' } });
    try {
      const tried = await kiroku(tree.root, ['transfer', 'alice', 'anna', '--json', '--dry-run'], ENV);
      expect(tried).toMatchObject({ code: 0, report: { from: 'alice', to: 'anna', count: 1 } });
      const done = await kiroku(tree.root, ['transfer', 'alice', 'anna', '--json'], ENV);
      expect(done).toMatchObject({ code: 0, report: { moved: 1, left: 0 } });
      const circle = await kiroku(tree.root, ['transfer', 'anna', 'alice'], ENV);
      expect(circle.code).not.toBe(0);
      expect(circle.told).toContain('to:');
    } finally {
      await running?.stop();
    }
    const server = await startTree({ outputDir: tree.root });
    try {
      const headers = { Authorization: `Bearer ${SERVICE_TOKEN}`, 'X-User-Id': 'alice' };
      const answer = await fetch(`${server.url}/api/v1/images/${id}`, { headers });
      expect(await answer.json()).toMatchObject({ id, meta: { owner: 'anna', rev: 2 } });
      const old = await fetch(`${server.url}/outputs/${key}`, { headers, redirect: 'manual' });
      expect([old.status, old.headers.get('location')]).toEqual([
        308,
        `/outputs/${key.replace('alice', 'anna')}`,
      ]);
    } finally {
      await server.stop();
    }
  });

  it.each([[[]], [['alice']], [['alice', 'No.Owner']], [['alice', 'anna', 'bert']]])(
    'is not called with %j',
    async (words) => {
      const { tree } = await treeOfAlice();
      await using _gone = tree;
      expect(await kiroku(tree.root, ['transfer', ...words], ENV)).toMatchObject({ code: 2, out: '' });
    },
  );
});
