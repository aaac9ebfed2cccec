import { expect, it } from 'vitest';
import { locationOf } from '../../../../src/catalog/entry.ts';
import { manifestKey, sidecarKey } from '../../../../src/domain/key.ts';
import { encodeRecord } from '../../../../src/domain/record-codec.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import {
  listed,
  OWNER,
  openCatalog,
  picture,
  placeOriginal,
  put,
  readFile,
  writeFile,
} from '../../../fault/manifest-rig.ts';

const MANIFEST = manifestKey(OWNER);

it('what was refused stays refused when the rest of its batch is checked anew', async () => {
  const storage = createMemoryStorage();
  const catalog = openCatalog(storage, { recentSize: 0 });
  const [known, foreign] = [picture(1), picture(2)];
  await put(storage, catalog, known);
  // another program's picture, which a rebuild finds
  await placeOriginal(storage, foreign);
  await writeFile(storage, sidecarKey(locationOf(foreign)), encodeRecord(foreign));
  // a line that does not hold: found when it is read, in the middle of a batch
  const bytes = await readFile(storage, MANIFEST);
  const manifest = await storage.open(MANIFEST, 'update');
  await manifest.write(Buffer.from('x'), bytes.indexOf('picture 1'));
  await manifest.close();
  const tag = (id: typeof known.id, name: string) =>
    catalog.commit(OWNER, {
      op: 'edit',
      kind: known.kind,
      id,
      change: (now) => ({ ...now, tags: [name] }),
    });

  const [refused, done] = await Promise.allSettled([tag(foreign.id, 'refused'), tag(known.id, 'done')]);

  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
  expect(done).toMatchObject({ status: 'fulfilled' });
  const after = await listed(catalog);
  expect(after.get(known.id)?.tags).toEqual(['done']);
  expect(after.get(foreign.id)).toEqual(foreign);
  await catalog.close();
  expect(storage.openHandles()).toBe(0);
});
