import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDay } from '../../../../src/domain/day.ts';
import { isOwner } from '../../../../src/domain/owner.ts';
import { listFolder, listNames, ownName } from '../../../../src/services/maintenance/reconcile-listing.ts';
import type { DayPlace } from '../../../../src/services/maintenance/reconcile-types.ts';
import { errno } from '../../../../src/storage/errno.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { makeFolders, writeFile } from '../../../support/legacy-tree.ts';

const ULID = '01jd0000000000000000000001';
const HEX = '0123456789abcdef0123456789abcdef';

function place(): DayPlace {
  const [owner, day] = ['alice', '2026/11/21'];
  if (!isOwner(owner) || !isDay(day)) throw new Error('not a place');
  return { owner, kind: 'input', day };
}

const FOLDER = 'users/alice/inputs/2026/11/21';

async function folderWith(...names: readonly string[]) {
  const storage = createMemoryStorage();
  await makeFolders(storage, `${FOLDER}/thumb`);
  for (const name of names) await writeFile(storage, `${FOLDER}/${name}`, Buffer.from('x'));
  return storage;
}

describe('a name in a day folder', () => {
  it.each([
    [`${ULID}.png`, { id: ULID, role: 'original', ext: 'png' }],
    [`${HEX}.jpeg`, { id: HEX, role: 'original', ext: 'jpeg' }],
    [`${HEX}.json`, { id: HEX, role: 'sidecar' }],
  ])('%s is ours', (name, expected) => {
    expect(ownName(name)).toEqual(expected);
  });

  it.each([
    `${ULID}.PNG`,
    `${ULID.toUpperCase()}.png`,
    `${ULID}.gif`,
    `${ULID}.png.tmp`,
    ` ${ULID}.png`,
    `${ULID}.png\n`,
    `${ULID}`,
    `8${ULID.slice(1)}.png`,
    `${HEX}0.png`,
    'photo.png',
    '.png',
    '',
  ])('%j is not', (name) => {
    expect(ownName(name)).toBeUndefined();
  });

  it('is taken for ours only when it is exactly what we would write', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z]{25,33}\.[a-z]{2,5}$/)), (name) => {
        const own = ownName(name);
        if (own === undefined) return;
        expect(name).toBe(`${own.id}.${own.role === 'sidecar' ? 'json' : own.ext}`);
      }),
    );
  });
});

describe('the listing of a day folder', () => {
  it('sorts what is there by what its names mean', async () => {
    const storage = await folderWith(`${ULID}.png`, `${ULID}.json`, `${HEX}.jpg`, 'photo.png', 'thumbs.db');
    await storage.makeFolder(`${FOLDER}/a folder`);
    const listing = await listFolder(storage, place());
    expect(listing).toMatchObject({ folder: FOLDER, missing: false });
    expect(Object.fromEntries(listing.pictures)).toEqual({
      [ULID]: { sidecar: true, originals: ['png'] },
      [HEX]: { sidecar: false, originals: ['jpg'] },
    });
    expect([...listing.dropped].sort()).toEqual(['photo.png', 'thumbs.db']);
    expect(listing.foreign).toEqual([{ name: 'a folder', type: 'folder' }]);
  });

  it('says of a folder that is not there that it is not there', async () => {
    expect(await listFolder(createMemoryStorage(), place())).toMatchObject({ missing: true, dropped: [] });
  });

  it('of some names only tells all of their pictures, and which of them are gone', async () => {
    const storage = await folderWith(`${ULID}.png`, `${ULID}.json`, `${HEX}.jpg`, 'photo.png', 'other.png');
    const names = [`${ULID}.json`, 'photo.png', 'gone.png', `${'f'.repeat(32)}.png`, 'thumb'];
    const listing = await listNames(storage, place(), names);
    expect(Object.fromEntries(listing.pictures)).toEqual({
      [ULID]: { sidecar: true, originals: ['png'] },
      ['f'.repeat(32)]: { sidecar: false, originals: [] },
    });
    expect(listing.dropped).toEqual(['photo.png']);
    expect(listing.foreign).toEqual([]);
  });

  it('of some names tells the others where one is too long to be a name: it was not UTF-8, and grew when it was read', async () => {
    const storage = await folderWith('photo.png');
    const grown = `${'\ufffd'.repeat(100)}.png`;
    const stat: typeof storage.stat = async (path) => {
      if (path.endsWith(grown)) throw errno('ENAMETOOLONG', 'stat', path);
      return storage.stat(path);
    };
    const listing = await listNames({ ...storage, stat }, place(), [grown, 'photo.png']);
    expect(listing.dropped).toEqual(['photo.png']);
  });
});
