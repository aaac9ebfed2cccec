import { describe, expect, it } from 'vitest';
import { INDEX_FOLDER, snapshotKey } from '../../../../src/catalog/manifest/snapshot-format.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { OWNER, picture, put, readFile, START, writeFile } from '../../../fault/manifest-rig.ts';
import { asOwner } from '../../../support/ids.ts';
import { ALWAYS, answers, copied, exists, NEVER, run, SNAPSHOT } from '../../../support/snapshot-rig.ts';
import { createFaultStorage } from '../../../support/storage/fault-storage.ts';

describe('writing snapshots', () => {
  it('happens when there is much to win, and not for a few pictures', async () => {
    const storage = createMemoryStorage({ now: () => START });
    const { catalog } = run(storage, {
      snapshots: { leastRows: 3, leastTail: 100_000, leastTailAtEnd: 100_000 },
    });
    for (let n = 1; n <= 2; n++) await put(storage, catalog, picture(n));
    await catalog.quiet();
    expect(await exists(storage, SNAPSHOT)).toBe(false);
    await put(storage, catalog, picture(3));
    await catalog.quiet();
    const first = await readFile(storage, SNAPSHOT);
    await put(storage, catalog, picture(4));
    await catalog.quiet();
    expect((await readFile(storage, SNAPSHOT)).equals(first)).toBe(true);
    await catalog.compact(OWNER);
    await catalog.quiet();
    expect((await readFile(storage, SNAPSHOT)).equals(first)).toBe(false);
    await catalog.close();
    expect(storage.openHandles()).toBe(0);
  });

  it('that fails is told once, and changes nothing else', async () => {
    for (const code of ['ENOSPC', 'EROFS', 'EIO']) {
      for (const only of ['open', 'write', 'rename'] as const) {
        const storage = createFaultStorage(await copied());
        const { catalog, told } = run(storage);
        storage.arm({
          at: 1,
          only: [only],
          path: /^\.kiroku\/index\//,
          fault: { fail: code, forever: true },
        });
        for (let n = 61; n < 66; n++) {
          await put(storage, catalog, picture(n));
          await catalog.quiet();
        }
        const truth = await answers(catalog);
        await catalog.close();
        if (only !== 'open') expect(storage.hit()).toBe(true);
        storage.arm();
        expect(told.filter((message) => message === 'an index snapshot could not be written')).toHaveLength(
          1,
        );
        expect(await exists(storage, `${SNAPSHOT}.new`)).toBe(false);
        const again = run(storage, { snapshots: NEVER });
        expect(await answers(again.catalog)).toEqual(truth);
        await again.catalog.close();
      }
    }
  });

  it('never happens while anything is owed', async () => {
    const storage = createFaultStorage(createMemoryStorage({ now: () => START }));
    const { catalog } = run(storage);
    storage.arm({ at: 1, only: ['rename'], path: /\.json$/, fault: { fail: 'EIO', forever: true } });
    await put(storage, catalog, picture(1)).catch(() => undefined);
    await catalog.quiet();
    expect(await exists(storage, SNAPSHOT)).toBe(false);
    storage.arm();
    await put(storage, catalog, picture(2));
    await catalog.quiet();
    expect(await exists(storage, SNAPSHOT)).toBe(true);
    await catalog.close();
  });

  it('gives way to commits when it takes long', async () => {
    let now = START;
    const base = await copied();
    const slow: Storage = {
      ...base,
      now: () => now,
      async open(path, mode) {
        const file = await base.open(path, mode);
        if (!path.endsWith('.new')) return file;
        return {
          ...file,
          async write(bytes, position) {
            now += 1_000;
            if (waiting === undefined) waiting = put(base, catalog, picture(70));
            return file.write(bytes, position);
          },
        };
      },
    };
    let waiting: Promise<void> | undefined;
    const { catalog } = run(slow, { snapshots: { ...ALWAYS, leastTailAtEnd: Number.POSITIVE_INFINITY } });
    await put(slow, catalog, picture(69));
    await catalog.quiet();
    await waiting;
    expect(waiting).toBeDefined();
    expect(await catalog.lookup(OWNER, picture(70).id)).toBeDefined();
    expect(await exists(base, `${SNAPSHOT}.new`)).toBe(false);
    await catalog.close();
  });

  it('removes what there is of owners who are gone, and unfinished ones', async () => {
    const storage = await copied();
    await writeFile(storage, snapshotKey(asOwner('gone')), Buffer.of(1));
    for (const end of ['search', 'search.new', 'days'])
      await writeFile(storage, `${INDEX_FOLDER}/gone.${end}`, Buffer.of(1));
    await writeFile(storage, `${INDEX_FOLDER}/${OWNER}.search.new`, Buffer.of(1));
    await writeFile(storage, `${snapshotKey(asOwner('dead'))}.new`, Buffer.of(1));
    await writeFile(storage, '.kiroku/index/notes.txt', Buffer.of(1));
    const { catalog } = run(storage);
    await put(storage, catalog, picture(90));
    await catalog.close();
    const names = (await storage.readFolder('.kiroku/index')).map(({ name }) => name).sort();
    // one that is being made is not its business
    expect(names).toEqual([`${OWNER}.columns`, `${OWNER}.search.new`, 'notes.txt']);
  });

  it('happens when an owner leaves memory', async () => {
    const storage = createMemoryStorage({ now: () => START });
    const { catalog } = run(storage, { snapshots: { ...ALWAYS, leastTail: 1e9 }, indexMaxBytes: 1 });
    await put(storage, catalog, picture(1));
    await put(storage, catalog, picture(2));
    await catalog.quiet();
    const again = run(storage, { snapshots: NEVER });
    expect((await readFile(storage, SNAPSHOT)).toString('latin1')).toContain(
      `"seq":${(await again.catalog.version(OWNER)).seq}`,
    );
    await again.catalog.close();
    await catalog.close();
    expect(storage.openHandles()).toBe(0);
  });

  it('does not hold up the end of a run for long', async () => {
    let now = START;
    let written = 0;
    const base = createMemoryStorage({ now: () => now });
    const slow: Storage = {
      ...base,
      async open(path, mode) {
        const file = await base.open(path, mode);
        if (!path.endsWith('.new')) return file;
        return {
          ...file,
          async write(bytes, position) {
            written += 1;
            now += 1_000;
            return file.write(bytes, position);
          },
        };
      },
    };
    const { catalog } = run(slow, { snapshots: { ...ALWAYS, leastTail: 1e9, patienceAtEnd: 2_500 } });
    const owners = ['anna', 'bert', 'cora', 'dora'].map(asOwner);
    // their first ones
    for (const owner of owners) await put(base, catalog, picture(1, { owner }));
    await catalog.quiet();
    for (const owner of owners) await put(base, catalog, picture(2, { owner }));
    written = 0;
    await catalog.close();
    expect(written).toBe(3);
    for (const owner of owners) expect(await exists(base, `${snapshotKey(owner)}.new`)).toBe(false);
  });
});
