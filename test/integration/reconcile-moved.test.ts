import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { KirokuError } from '../../src/domain/errors.ts';
import { dayFolder, originalKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { createReconcile } from '../../src/services/maintenance/reconcile.ts';
import { createMoved } from '../../src/services/moved.ts';
import { createMovedFence } from '../../src/services/moved-fence.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { age, dropInto } from '../support/drop.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, drop, ownerNamed, placeFor, type Rig, today, withRig } from '../support/reconcile-rig.ts';

const HEX = '0123456789abcdef0123456789abcdef';
const bert = ownerNamed('bert');
const limit = 20_000_000;

/** The rig's reconcile behind the fence around owners who were moved, as the composition has it; counts decodes. */
async function fenced(rig: Rig, ingest = rig.ingest) {
  const { storage, state, catalog: bare } = rig;
  const moved = createMoved({ state, now: () => storage.now() });
  const { catalog } = createMovedFence(bare, moved);
  const inner = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 10, thumbSize: 32 });
  let decodes = 0;
  const decoder: typeof inner = {
    ...inner,
    decode(source, signal) {
      decodes += 1;
      return inner.decode(source, signal);
    },
  };
  const reconcile = createReconcile({
    ...{
      ...rig,
      ingest,
      catalog,
      decoder,
      folders: createFolderSync(storage),
      log: silentLog,
      legacyTz: 'UTC',
    },
    present: async () => true,
    maxBytes: { generated: limit, input: limit, control: limit },
  });
  return { moved, reconcile, decodes: () => decodes };
}

describe('in a folder whose owner was moved', () => {
  it('a picture of the earlier system is told of once, and not tried again and again', async () => {
    await withRig(async (rig, tree) => {
      const { moved, reconcile, decodes } = await fenced(rig);
      await moved.mark(alice, bert);
      const folder = tree.path(dayFolder(alice, 'generated', today()));
      const png = await pngPicture();
      const path = await dropInto(folder, `${HEX}.png`, png);
      await age(path, 120);
      for (let look = 0; look < 3; look += 1) {
        expect(await reconcile.day(placeFor(alice))).toMatchObject({ adopted: 0, waiting: 0 });
      }
      expect(decodes()).toBe(1);
      expect(await rig.findings()).toEqual([
        {
          finding: 'foreign_entry',
          action: 'left',
          path: `${dayFolder(alice, 'generated', today())}/${HEX}.png`,
        },
      ]);
    });
  });

  it('nor is one with a sidecar', async () => {
    await withRig(async (rig, tree) => {
      const { moved, reconcile } = await fenced(rig);
      const entry = await rig.add(bert, await pngPicture());
      // who has a manifest: without one, it would be made of what lies there
      await rig.add(alice, await pngPicture({ seed: 1 }));
      await moved.mark(alice, bert);
      const from = tree.path(originalKey(entry, entry.ext));
      const folder = tree.path(dayFolder(alice, 'generated', entry.day));
      for (const name of [from, from.replace(/png$/, 'json')]) {
        const copied = await dropInto(folder, name.slice(name.lastIndexOf('/') + 1), await readFile(name));
        await age(copied, 120);
      }
      for (let look = 0; look < 3; look += 1) {
        expect(await reconcile.day(placeFor(alice, entry.day))).toMatchObject({ corrected: 0, waiting: 0 });
      }
      expect(await rig.findings()).toMatchObject([{ finding: 'foreign_entry', action: 'left' }]);
    });
  });

  it('a file that was dropped in the very moment of the move is tried again, and told of to nobody', async () => {
    await withRig(async (rig, tree) => {
      let tries = 0;
      const commit: typeof rig.ingest.commit = async (received, request) => {
        tries += 1;
        if (tries > 1) return rig.ingest.commit(received, { ...request, owner: bert });
        throw new KirokuError('owner_moved', 'This library has just been moved.');
      };
      const { reconcile } = await fenced(rig, { ...rig.ingest, commit });
      await drop(tree, 'new.png', await pngPicture());
      expect(await reconcile.day(placeFor(alice))).toMatchObject({ adopted: 0, waiting: 1 });
      expect(await rig.findings()).toEqual([]);
      expect(await reconcile.day(placeFor(alice))).toMatchObject({ adopted: 1, waiting: 0 });
      expect(await rig.all(bert)).toHaveLength(1);
    });
  });
});
