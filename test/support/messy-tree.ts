import { createHash } from 'node:crypto';
import { dayOf } from '../../src/domain/day.ts';
import { isPictureId, type PictureId } from '../../src/domain/id.ts';
import { dayFolder, originalKey, sidecarKey } from '../../src/domain/key.ts';
import { silentLog } from '../../src/domain/log.ts';
import { createReindex, type Reindex } from '../../src/services/maintenance/reindex.ts';
import { createFolderSync, readWhole } from '../../src/storage/durable.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { writeFile } from './legacy-tree.ts';
import { pngPicture } from './pictures.ts';
import { alice, openRigOn, type Rig } from './reconcile-rig.ts';

const NOON = Date.parse('2026-11-21T12:00:00.000Z');
const HOUR = 3_600_000;

export const MESSY_FOLDER = dayFolder(alice, 'generated', dayOf(NOON));

const pictures = await Promise.all(
  [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => pngPicture({ width: 8, height: 8, seed })),
);

function picture(n: number): Buffer {
  const bytes = pictures[n];
  if (bytes === undefined) throw new Error(`no picture ${n}`);
  return bytes;
}

function named(text: string): PictureId {
  if (!isPictureId(text)) throw new Error(`${text} is no id`);
  return text;
}

/** Ids of what lies there without a record. */
export const ORPHAN = named('01kafe00000000000000000001');
// of the earlier system's grammar: without its sidecar it would be adopted
export const UNREADABLE = named('00112233445566778899aabbccddeeff');
export const UNLISTED = named('01kafe00000000000000000003');
export const OLD = named('0123456789abcdef0123456789abcdef');
export const BROKEN = named('fedcba9876543210fedcba9876543210');

/** One of everything that a reindex has to say something about, two hours old. */
export async function messyTree(): Promise<MemoryStorage> {
  let clock = NOON;
  const storage = createMemoryStorage({ now: () => clock });
  for (const path of ['.kiroku', '.kiroku/staging', '.kiroku/state', 'users']) await storage.makeFolder(path);
  const rig = openRigOn(storage);
  const edited = await rig.add(alice, picture(0));
  const bare = await rig.add(alice, picture(1));
  const lost = await rig.add(alice, picture(2));
  const doubled = await rig.add(alice, picture(3));
  await rig.close();
  const text = (await readWhole(storage, sidecarKey(edited)))?.toString('utf8') ?? '';
  const put = (name: string, bytes: Uint8Array): Promise<void> =>
    writeFile(storage, `${MESSY_FOLDER}/${name}`, bytes);

  await storage.unlink(sidecarKey(edited));
  await writeFile(storage, sidecarKey(edited), Buffer.from(text.replace('"tags":[]', '"tags":["outside"]')));
  await storage.unlink(sidecarKey(bare));
  await storage.unlink(originalKey(lost, lost.ext));
  await put(`${doubled.id}.jpg`, Buffer.from('a second original'));
  await put(`${UNLISTED}.png`, picture(0));
  await put(`${UNLISTED}.json`, Buffer.from(text.replaceAll(edited.id, UNLISTED)));
  await put(`${ORPHAN}.png`, picture(4));
  await put(`thumb/${ORPHAN}.webp`, Buffer.from('its thumbnail'));
  await put(`${UNREADABLE}.png`, picture(5));
  await put(`${UNREADABLE}.json`, Buffer.from('{ not json'));
  await put(`${OLD}.png`, picture(6));
  await put(`${BROKEN}.png`, Buffer.from('no picture at all'));
  await put('dropped.png', picture(7));
  await put('notes.txt', Buffer.from('not a picture'));
  await storage.makeFolder(`${MESSY_FOLDER}/somebody's`);
  clock = NOON + 2 * HOUR;
  return storage;
}

/** What the set aside files are, relative to `users/` and to the quarantine alike. */
export const SET_ASIDE = [
  `thumb/${ORPHAN}.webp`,
  `${ORPHAN}.png`,
  `${UNREADABLE}.png`,
  `${UNREADABLE}.json`,
  `${BROKEN}.png`,
];

/** A rig, and a reindex over it. */
export function openMessy(storage: Storage): { readonly rig: Rig; readonly reindex: Reindex } {
  const rig = openRigOn(storage);
  const { catalog, reconcile, state } = rig;
  const reindex = createReindex({
    ...{ storage, catalog, reconcile, state, log: silentLog, legacyTz: 'UTC' },
    folders: createFolderSync(storage),
    rebuild: async () => {
      throw new Error('nobody asked for it');
    },
  });
  return { rig, reindex };
}

/** The same files in a storage of their own, two hours old. */
export async function copyOf(from: Storage): Promise<MemoryStorage> {
  let clock = NOON;
  const to = createMemoryStorage({ now: () => clock });
  const copy = async (folder: string): Promise<void> => {
    for (const { name, type } of await from.readFolder(folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (type === 'folder') {
        await to.makeFolder(path);
        await copy(path);
      } else await writeFile(to, path, (await readWhole(from, path)) ?? Buffer.alloc(0));
    }
  };
  await copy('');
  clock = NOON + 2 * HOUR;
  return to;
}

/** SHA-256 of every file below, by its path. */
export async function filesBelow(storage: Storage, folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { name, type } of await storage.readFolder(folder).catch(() => [])) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (type === 'folder') for (const [key, hash] of await filesBelow(storage, path)) found.set(key, hash);
    else
      found.set(
        path,
        createHash('sha256')
          .update((await readWhole(storage, path)) ?? '')
          .digest('hex'),
      );
  }
  return found;
}
