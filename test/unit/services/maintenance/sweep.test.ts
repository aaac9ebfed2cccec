import { describe, expect, it } from 'vitest';
import { createFsBlobStore } from '../../../../src/blobs/fs-blob-store.ts';
import { createHeldBlobs } from '../../../../src/blobs/held-blobs.ts';
import { stagingNameOf } from '../../../../src/blobs/staging-name.ts';
import { createMemoryCatalog } from '../../../../src/catalog/memory-catalog.ts';
import { KirokuError } from '../../../../src/domain/errors.ts';
import { originalKey } from '../../../../src/domain/key.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import { createSweep } from '../../../../src/services/maintenance/sweep.ts';
import {
  createFolderSync,
  ensureFolder,
  STAGING_FOLDER,
  stageFile,
} from '../../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { pngPicture } from '../../../support/pictures.ts';
import { failureOf, NOON, testServices } from '../../../support/services.ts';

const HOUR = 3_600_000;
const png = await pngPicture();
const INDEX = '.kiroku/index';
const ULID = '01kahv3w00000000000000000a';

async function rig() {
  const clock = { now: NOON };
  const now = () => clock.now;
  const storage = createMemoryStorage({ now });
  const folders = createFolderSync(storage);
  const { blobs, isHeld } = createHeldBlobs(createFsBlobStore({ storage, folders }));
  const catalog = createMemoryCatalog({ now });
  const services = testServices({ blobs, catalog });
  for (const folder of [STAGING_FOLDER, INDEX]) await ensureFolder(storage, folders, folder);
  const { signal } = new AbortController();
  let there = true;
  const present = async () => there;
  const sweep = createSweep({ storage, catalog, blobs, isHeld, present, log: silentLog, now });
  const run = (dryRun = false) => sweep.run({ signal, dryRun });
  return {
    ...{ clock, storage, blobs, services, run, sweep },
    leave: () => (there = false),
    stage: (name: string) => stageFile(storage, name, Buffer.from('12345')),
    async unfinished(name: string) {
      const file = await storage.open(`${INDEX}/${name}`, 'create');
      await file.close();
    },
    async names() {
      const all = [...(await storage.readFolder(STAGING_FOLDER)), ...(await storage.readFolder(INDEX))];
      return all.map(({ name }) => name).sort();
    },
    /** Looks, and looks again when everything is old. */
    async twice() {
      await run();
      clock.now += 6 * HOUR;
      return run();
    },
  };
}

describe('the sweep', () => {
  it('takes what lay there unchanged for hours, by our names only', async () => {
    const at = await rig();
    const ours = [
      `users.anna.2026.11.21.${ULID}.json`,
      `rewrite.3.users.anna.2026.11.21.thumb.${ULID}.webp`,
      `incoming.${ULID}.png`,
      `incoming.thumb.${ULID}.webp`,
      'users.anna.manifest.jsonl',
      'index.anna.days',
      'state.users.anna.owner.json',
      'state..kiroku.run.json',
      'owners.jsonl.new',
      'probe.first',
    ];
    const foreign = [
      'notes.txt',
      'users.anna.jpg',
      'incoming.mine.png',
      'state.json',
      'rewrite.x.png',
      '.DS_Store',
    ];
    for (const name of [...ours, ...foreign]) await at.stage(name);
    await at.unfinished('anna.columns.new');
    await at.unfinished('anna.search.new');
    for (const name of ['anna.columns', 'Anna.columns.new', 'columns.new']) await at.unfinished(name);
    await at.run();
    at.clock.now += 6 * HOUR - 1;
    expect(await at.run()).toEqual({ removed: 0, bytes: 0, left: 0 });
    at.clock.now += 1;
    const all = await at.names();
    const gone = { removed: ours.length + 2, bytes: 5 * ours.length, left: 0 };
    expect(await at.run(true)).toEqual(gone);
    expect(await at.names()).toEqual(all);
    expect(await at.run()).toEqual(gone);
    expect(await at.names()).toEqual([...foreign, 'anna.columns', 'Anna.columns.new', 'columns.new'].sort());
    expect(await at.twice()).toEqual({ removed: 0, bytes: 0, left: 0 });
  });

  it('leaves what changed meanwhile, and what it sees for the first time, whatever the clock says', async () => {
    const at = await rig();
    await at.stage('users.anna.manifest.jsonl');
    at.clock.now += 40 * 24 * HOUR;
    expect(await at.run()).toMatchObject({ removed: 0 });
    at.clock.now += 6 * HOUR;
    const file = await at.storage.open(`${STAGING_FOLDER}/users.anna.manifest.jsonl`, 'update');
    await file.write(Buffer.from('more'), 5);
    await file.close();
    expect(await at.run()).toMatchObject({ removed: 0 });
  });

  it('leaves what somebody is at work with', async () => {
    const at = await rig();
    const received = await at.services.ingest.receive(
      (async function* () {
        yield png;
      })(),
      { maxBytes: 1_000_000 },
    );
    expect(await at.names()).toHaveLength(2);
    expect(await at.twice()).toEqual({ removed: 0, bytes: 0, left: 0 });
    expect(await at.names()).toHaveLength(2);
    await received.discard();
    expect(await at.names()).toHaveLength(0);
  });

  it('takes second names of what is committed, and never its bytes', async () => {
    const at = await rig();
    const { entry } = await at.services.add(png);
    const key = originalKey(entry, entry.ext);
    await at.storage.link(key, `${STAGING_FOLDER}/${stagingNameOf(key)}`);
    expect(await at.twice()).toEqual({ removed: 1, bytes: 0, left: 0 });
    expect(await at.blobs.stat(key)).toMatchObject({ bytes: png.length });
    expect(await at.names()).toEqual([]);
  });

  it('leaves to the next start what was published and not committed, and the last copy of an original', async () => {
    const at = await rig();
    const orphan = `users/anna/2026/11/21/${ULID}.png`;
    const writer = await at.blobs.stage(orphan);
    await writer.write(png);
    const staged = await writer.finish();
    await at.blobs.publish([staged]);
    await at.storage.unlink(`${STAGING_FOLDER}/${stagingNameOf(orphan)}`);
    await at.blobs.release([staged]);
    await at.storage.link(orphan, `${STAGING_FOLDER}/${stagingNameOf(orphan)}`);
    const { entry } = await at.services.add(png);
    const key = originalKey(entry, entry.ext);
    await at.storage.rename(key, `${STAGING_FOLDER}/${stagingNameOf(key)}`);
    expect(await at.twice()).toEqual({ removed: 0, bytes: 0, left: 2 });
    expect(await at.names()).toHaveLength(2);
  });

  it('takes nothing of a volume that is not there, and stops when it is told', async () => {
    const at = await rig();
    await at.stage('probe.first');
    await at.run();
    at.clock.now += 6 * HOUR;
    const stop = new AbortController();
    stop.abort();
    expect(await failureOf(at.sweep.run({ signal: stop.signal }))).toMatchObject({ code: 'aborted' });
    at.leave();
    const failure = await failureOf(at.run());
    expect(failure instanceof KirokuError && failure.code).toBe('volume_missing');
    expect(await at.names()).toEqual(['probe.first']);
  });
});
