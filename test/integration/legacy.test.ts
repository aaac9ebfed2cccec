import { readFile, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../src/domain/day.ts';
import { type Location, originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { age, createTempTree, readJson, type TempTree } from '../support/drop.ts';
import { writeLegacyTree } from '../support/legacy-tree.ts';
import { jpegPicture, pngPicture, webpPicture } from '../support/pictures.ts';
import { alice, findingsOf, openRig, type Rig, stateOf } from '../support/reconcile-rig.ts';

/** Nine hours ahead of UTC: its evenings lie in the UTC day before their folder. */
const TZ = 'Asia/Seoul';

async function legacyTree(tree: TempTree): Promise<Location[]> {
  const thumb = await jpegPicture({ width: 20, height: 15 });
  const png = (seed: number) => pngPicture({ seed });
  return writeLegacyTree(createNodeStorage(tree.root), alice, [
    { bytes: await png(1), thumb, seed: '18446744073709551615' },
    { bytes: await png(2), thumb, createdAt: '2025-03-04T05:06:07.5', tags: ['고양이'] },
    { bytes: await jpegPicture({ seed: 3 }), ext: 'jpeg', thumb, createdAt: '2025-03-05T01:00:00' },
    { bytes: await webpPicture({ seed: 4 }), ext: 'webp', kind: 'input', ownerMember: 'owner' },
    { bytes: await png(5), thumb, kind: 'control' },
    { bytes: await png(6), thumb, status: 'trash' },
    { bytes: await png(7), thumb, sidecar: false },
  ]);
}

async function openAt(tree: TempTree): Promise<Rig> {
  return openRig(tree.root, { legacyTz: TZ });
}

function placeOf(places: readonly Location[], n: number): Location {
  const place = places[n];
  if (place === undefined) throw new Error(`no picture ${n}`);
  return place;
}

describe('a tree of the earlier system', () => {
  it('opens as it is: the first list is right, and nothing in it was touched', async () => {
    await using tree = await createTempTree();
    const places = await legacyTree(tree);
    const before = await Promise.all(places.slice(0, 6).map((at) => readFile(tree.path(sidecarKey(at)))));
    const rig = await openAt(tree);
    const listed = new Map((await rig.all(alice)).map((entry) => [entry.id, entry]));
    expect([...listed.keys()].sort()).toEqual(
      places
        .slice(0, 6)
        .map(({ id }) => id)
        .sort(),
    );
    for (const at of places.slice(0, 6)) {
      const entry = listed.get(at.id);
      if (entry === undefined) throw new Error(`${at.id} is not listed`);
      expect({ kind: entry.kind, day: entry.day }).toEqual({ kind: at.kind, day: at.day });
      expect((await readFile(tree.path(originalKey(at, entry.ext)))).length).toBe(entry.record().bytes);
      if (entry.thumb !== null) await readFile(tree.path(thumbKey(at, entry.thumb)));
    }
    expect(listed.get(placeOf(places, 0).id)).toMatchObject({ thumb: 'jpg', status: 'active' });
    expect(listed.get(placeOf(places, 0).id)?.record().seed).toBe('18446744073709551615');
    const evening = listed.get(placeOf(places, 2).id);
    expect(evening).toMatchObject({ ext: 'jpeg', day: '2025/03/05' });
    expect(evening?.record().created_at).toBe('2025-03-04T16:00:00.000Z');
    expect(listed.get(placeOf(places, 5).id)?.status).toBe('trash');
    const after = await Promise.all(places.slice(0, 6).map((at) => readFile(tree.path(sidecarKey(at)))));
    expect(after).toEqual(before);
    await rig.close();
  });

  it('has its trash dated and its picture without a sidecar taken in, once; the rest stays byte for byte', async () => {
    await using tree = await createTempTree();
    const places = await legacyTree(tree);
    const [trashed, bare] = [placeOf(places, 5), placeOf(places, 6)];
    await age(tree.path(originalKey(bare, 'png')), 3_600);
    const untouched = places.slice(0, 5);
    const before = await Promise.all(untouched.map((at) => readFile(tree.path(sidecarKey(at)))));
    const rig = await openAt(tree);
    const started = Date.now();
    await rig.reconcile.full(new AbortController().signal);
    const dated = await readJson(tree.path(sidecarKey(trashed)));
    expect(Date.parse(String(dated['trashed_at']))).toBeGreaterThanOrEqual(started);
    expect(await rig.all(alice)).toHaveLength(7);
    const adopted = await rig.catalog.find(alice, 'generated', bare.id);
    expect(adopted).toMatchObject({ thumb: 'jpg', day: bare.day });
    expect((await findingsOf(rig)).sort()).toEqual([
      'foreign_entry left',
      'original_adopted adopted',
      'trash_undated rewritten',
    ]);
    const state = await stateOf(rig);
    expect(await rig.reconcile.full(new AbortController().signal)).toMatchObject({
      corrected: 0,
      adopted: 0,
    });
    await rig.close();

    for (const step of ['restart', 'without a manifest']) {
      if (step !== 'restart') await rm(tree.path('users/alice/manifest.jsonl'));
      const again = await openAt(tree);
      expect(await stateOf(again)).toEqual(state);
      expect(await again.reconcile.full(new AbortController().signal)).toMatchObject({ corrected: 0 });
      expect(await stateOf(again)).toEqual(state);
      await again.close();
    }
    expect(await readJson(tree.path(sidecarKey(trashed)))).toEqual(dated);
    const after = await Promise.all(untouched.map((at) => readFile(tree.path(sidecarKey(at)))));
    expect(after).toEqual(before);
    expect(await readFile(tree.path('users/alice/manifest.json'), 'utf8')).toContain('user_id');
  });

  it('that is copied in while the server runs is found, sidecar by sidecar', async () => {
    await using tree = await createTempTree();
    const rig = await openAt(tree);
    await rig.add(alice, await pngPicture({ seed: 99 }));
    await legacyTree(tree);
    await rig.reconcile.full(new AbortController().signal);
    expect(await rig.all(alice)).toHaveLength(7);
    expect((await rig.all(alice)).map(({ day }) => day)).toContain(dayOf(Date.now()));
    await rig.close();
  });
});
