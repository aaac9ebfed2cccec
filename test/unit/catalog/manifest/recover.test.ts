import { expect, it } from 'vitest';
import { locationOf } from '../../../../src/catalog/entry.ts';
import { sidecarKey } from '../../../../src/domain/key.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import {
  listed,
  OWNER,
  openCatalog,
  picture,
  put,
  readFile,
  START,
  writeFile,
} from '../../../fault/manifest-rig.ts';

it.each([
  ['of a later version is left alone', '{"v":2,"rev":9,"shape":"nobody knows"}', true],
  ['that cannot be read is written again', '{"v":1,', false],
])('after an unclean stop a sidecar %s', async (_name, text, stays) => {
  const storage = createMemoryStorage({ now: () => START });
  const first = openCatalog(storage);
  await put(storage, first, picture(1));
  await first.close();
  const path = sidecarKey(locationOf(picture(1)));
  const before = await readFile(storage, path);
  await writeFile(storage, path, Buffer.from(text));

  const catalog = openCatalog(storage, { unsettledSince: START });
  expect([...(await listed(catalog, OWNER)).keys()]).toEqual([picture(1).id]);
  await catalog.close();
  expect(String(await readFile(storage, path))).toBe(stays ? text : String(before));
});
