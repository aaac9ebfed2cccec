import { describe, expect, it } from 'vitest';
import { locationOf } from '../../../../src/catalog/entry.ts';
import { SNAPSHOT_VERSION, snapshotKey } from '../../../../src/catalog/manifest/snapshot-format.ts';
import { sidecarKey } from '../../../../src/domain/key.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { copyTree, OWNER, picture, put, readFile, START, writeFile } from '../../../fault/manifest-rig.ts';
import { asOwner } from '../../../support/ids.ts';
import {
  answers,
  copied,
  exists,
  MANIFEST,
  NEVER,
  run,
  SNAPSHOT,
  trash,
  tree,
} from '../../../support/snapshot-rig.ts';

const whole = await readFile(tree.storage, MANIFEST);
const snapshot = await readFile(tree.storage, SNAPSHOT);
const NOT_USED = 'index snapshot is not used';

/** Opens the tree with other bytes in the snapshot's place; the answers are right in any case. */
async function openWith(bytes: Uint8Array, expectUse = false): Promise<void> {
  const storage = await copied();
  await writeFile(storage, SNAPSHOT, bytes);
  const { catalog, told } = run(storage, { snapshots: NEVER });
  expect(await answers(catalog)).toEqual(tree.truth);
  expect(told.includes(NOT_USED)).toBe(!expectUse);
  await catalog.close();
  expect(storage.openHandles()).toBe(0);
}

describe('a snapshot of an index', () => {
  it('answers as the manifest does, of which only the last lines are read', async () => {
    const { catalog, read, told } = run(await copied(), { recentSize: 0 });
    await catalog.version(OWNER);
    expect(told).toEqual([]);
    // the last line's bytes are looked for in a piece of a fixed size
    expect(read()).toBeLessThanOrEqual(Math.min(whole.length, 17_000));
    expect(await answers(catalog)).toEqual(tree.truth);
    await catalog.close();
  });

  it('is followed by the lines that came after it', async () => {
    const storage = await copied();
    const { catalog } = run(storage, { snapshots: NEVER });
    for (let n = 40; n < 60; n++)
      await put(storage, catalog, picture(n, { idem: n.toString(16).padStart(16, '0') }));
    for (const n of [1, 41, 42]) await trash(catalog, n);
    await catalog.commit(OWNER, { op: 'purge', kind: 'generated', id: picture(43).id });
    const truth = await answers(catalog);
    await catalog.close();
    expect((await readFile(storage, SNAPSHOT)).equals(snapshot)).toBe(true);
    const again = run(storage);
    expect(await answers(again.catalog)).toEqual(truth);
    expect(again.told).toEqual([]);
    // and goes on from there
    await put(storage, again.catalog, picture(77));
    const later = await answers(again.catalog);
    await again.catalog.close();
    const last = run(storage);
    expect(await answers(last.catalog)).toEqual(later);
    await last.catalog.close();
  });

  it('with any bit flipped is not used', async () => {
    for (let at = 0; at < snapshot.length; at += 1 + Math.floor(snapshot.length / 240)) {
      const bytes = Buffer.from(snapshot);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      // room between two arrays, and behind the first line's text, says nothing
      const matters = !isPadding(at);
      if (matters) await openWith(bytes);
    }
  });

  it('cut short, longer, empty or foreign is not used', async () => {
    for (const length of [0, 10, 64, 100, snapshot.length >> 1, snapshot.length - 1]) {
      await openWith(snapshot.subarray(0, length));
    }
    await openWith(Buffer.concat([snapshot, Buffer.of(32)]));
    await openWith(Buffer.from('{"v":1}\n'));
    await openWith(snapshot, true);
  });

  it('of an older or a newer version is not used', async () => {
    for (const version of [SNAPSHOT_VERSION - 1, SNAPSHOT_VERSION + 1]) {
      const bytes = Buffer.from(snapshot);
      bytes.write(String(version), 'KIROKU-COLUMNS '.length, 'latin1');
      await openWith(bytes);
    }
  });

  it('of another owner is not used', async () => {
    const other = asOwner('bert');
    const storage = createMemoryStorage({ now: () => START });
    const { catalog } = run(storage);
    for (let n = 1; n < 9; n++) await put(storage, catalog, picture(n, { owner: other }));
    await catalog.close();
    await openWith(await readFile(storage, snapshotKey(other)));
  });

  it('of another epoch is removed, and made anew', async () => {
    const storage = await copied();
    await storage.unlink(MANIFEST);
    const { catalog, told } = run(storage);
    const { epoch } = await catalog.version(OWNER);
    await catalog.close();
    expect(told).not.toContain(NOT_USED);
    expect((await readFile(storage, SNAPSHOT)).toString('latin1')).toContain(epoch);
    await writeFile(storage, SNAPSHOT, snapshot);
    const again = run(storage, { snapshots: NEVER });
    await again.catalog.version(OWNER);
    expect(again.told).toContain(NOT_USED);
    await again.catalog.close();
    expect(await exists(storage, SNAPSHOT)).toBe(false);
  });

  it('is not believed over a manifest that was brought back from an older copy', async () => {
    const ends = [...whole].flatMap((byte, at) => (byte === 10 ? [at + 1] : []));
    const sortedEnd = Number(/"sorted_end":(\d+)/.exec(whole.toString('latin1'))?.[1]);
    for (const end of ends.filter((end) => end >= sortedEnd && end < whole.length)) {
      const storage = await copied();
      await writeFile(storage, MANIFEST, whole.subarray(0, end));
      const { catalog, told } = run(storage, { snapshots: NEVER });
      const reference = run(await withoutSnapshot(storage), { snapshots: NEVER });
      expect(await answers(catalog)).toEqual(await answers(reference.catalog));
      expect(told).toContain(NOT_USED);
      await catalog.close();
      await reference.catalog.close();
    }
  });

  it('is not believed over a manifest that went on otherwise', async () => {
    const storage = await copied();
    const last = whole.subarray(0, -1).lastIndexOf(10) + 1;
    await writeFile(storage, MANIFEST, whole.subarray(0, last));
    await storage.unlink(SNAPSHOT);
    const { catalog } = run(storage, { snapshots: NEVER });
    for (let n = 50; n < 54; n++) await put(storage, catalog, picture(n));
    const truth = await answers(catalog);
    await catalog.close();
    await writeFile(storage, SNAPSHOT, snapshot);
    const again = run(storage, { snapshots: NEVER });
    expect(await answers(again.catalog)).toEqual(truth);
    expect(again.told).toContain(NOT_USED);
    await again.catalog.close();
  });

  it('of before a compaction is not used', async () => {
    const storage = await copied();
    const { catalog } = run(storage, { snapshots: NEVER });
    await catalog.compact(OWNER);
    const truth = await answers(catalog);
    await catalog.close();
    const again = run(storage, { snapshots: NEVER });
    expect(await answers(again.catalog)).toEqual(truth);
    expect(again.told).toContain(NOT_USED);
    await again.catalog.close();
  });

  it('does not hide a line that is bad: it is found when it is read, and the manifest made again', async () => {
    const storage = await copied();
    const bytes = Buffer.from(whole);
    const at = bytes.indexOf(`"prompt":"picture 1"`);
    bytes[at + 12] = (bytes[at + 12] ?? 0) ^ 1;
    await writeFile(storage, MANIFEST, bytes);
    const { catalog, told } = run(storage, { recentSize: 0 });
    expect((await catalog.lookup(OWNER, picture(1).id))?.record().prompt).toBe('picture 1');
    expect(told).toContain('manifest is rebuilt from the sidecars');
    await catalog.close();
  });

  it('is followed by a torn last line as any manifest is', async () => {
    const storage = await copied();
    await writeFile(storage, MANIFEST, Buffer.concat([whole, Buffer.from('{"s":99')]));
    const { catalog, told } = run(storage, { snapshots: NEVER });
    expect(await answers(catalog)).toEqual(tree.truth);
    expect(told).toContain('torn last line cut off, a copy is kept');
    await catalog.close();
    expect((await readFile(storage, MANIFEST)).equals(whole)).toBe(true);
  });
});

describe('after an unclean stop', () => {
  it('no snapshot of the time that was left open hides a line', async () => {
    const storage = await copied();
    await storage.unlink(sidecarKey(locationOf(picture(30))));
    const { catalog, told } = run(storage, { unsettledSince: START });
    expect(await answers(catalog)).toEqual(tree.truth);
    expect(told).toContain(NOT_USED);
    expect(told).toContain('log and sidecars brought into agreement');
    await catalog.close();
  });

  it('an older snapshot is used, and the lines behind it are compared', async () => {
    let now = START;
    const storage = createMemoryStorage({ now: () => now });
    await copyTree(tree.storage, storage);
    now += 86_400_000;
    const { catalog } = run(storage, { snapshots: NEVER });
    const late = picture(60, { updated_at: new Date(now).toISOString() });
    await put(storage, catalog, late);
    const truth = await answers(catalog);
    await catalog.close();
    await storage.unlink(sidecarKey(locationOf(late)));
    const again = run(storage, { unsettledSince: now - 3_600_000 });
    expect(await answers(again.catalog)).toEqual(truth);
    expect(again.told).toEqual(['log and sidecars brought into agreement']);
    await again.catalog.close();
  });
});

/** Between the arrays, or behind the text of the first line. */
function isPadding(at: number): boolean {
  if (at < 63) return snapshot[at] === 32 && at > 40;
  const table: {
    parts: Record<string, { arrays: Record<string, { type: string; used: number; at: number }> }>;
  } = JSON.parse(snapshot.subarray(Number(snapshot.toString('latin1', 0, 64).split(' ')[2])).toString());
  const arrays = Object.values(table.parts).flatMap((part) => Object.values(part.arrays));
  const start = Number(snapshot.toString('latin1', 0, 64).split(' ')[2]);
  return (
    at >= 64 &&
    at < start &&
    !arrays.some((array) => at >= array.at && at < array.at + array.used * Number(array.type[1]))
  );
}

async function withoutSnapshot(storage: Storage): Promise<Storage> {
  const copy = createMemoryStorage({ now: () => START });
  await copyTree(storage, copy);
  await copy.unlink(SNAPSHOT);
  return copy;
}
