import { describe, expect, it } from 'vitest';
import type { ReindexReport } from '../../src/services/maintenance/reindex.ts';
import { unstopped } from '../support/backup.ts';
import {
  BROKEN,
  filesBelow,
  MESSY_FOLDER,
  messyTree,
  OLD,
  ORPHAN,
  openMessy,
  SET_ASIDE,
  UNLISTED,
  UNREADABLE,
} from '../support/messy-tree.ts';
import { alice } from '../support/reconcile-rig.ts';

const { signal } = unstopped;
const ASIDE = MESSY_FOLDER.replace('users/', '.kiroku/quarantine/');

function told({ found }: ReindexReport): string[] {
  return found.map(({ finding, action, path }) => `${action} ${finding} ${path}`).sort();
}

describe('a dry run of reindex', () => {
  it('says what the next run does, and changes nothing', async () => {
    const storage = await messyTree();
    const { rig, reindex } = openMessy(storage);
    // loaded once: what is told below is of the reindex alone
    await rig.all(alice);
    const before = await filesBelow(storage, '');
    const tried = await reindex.run({ depth: 'changes', dryRun: true }, signal);
    expect(await filesBelow(storage, '')).toEqual(before);
    expect(await rig.findings()).toEqual([]);

    const done = await reindex.run({ depth: 'changes' }, signal);
    expect(told(done)).toEqual(told(tried));
    const { found: _, ...sums } = tried;
    expect(done).toMatchObject(sums);
    expect(tried).toMatchObject({ folders: 1, adopted: 2, corrected: 4, failed: 0, quarantined: 0 });
    const names = tried.found.map(({ finding }) => finding).sort();
    expect(names).toEqual([
      'file_adopted',
      'file_refused',
      'file_refused',
      'foreign_entry',
      'original_adopted',
      'original_missing',
      'original_orphan',
      'original_stray',
      'sidecar_edited',
      'sidecar_invalid',
      'sidecar_missing',
      'sidecar_restored',
    ]);
    for (const id of [ORPHAN, UNREADABLE, UNLISTED, OLD, BROKEN])
      expect(
        tried.found.some(({ path }) => path.includes(id)),
        id,
      ).toBe(true);
    await rig.close();
  });

  it('tells what is left each time, also what an earlier run has told', async () => {
    const { rig, reindex } = openMessy(await messyTree());
    await reindex.run({ depth: 'changes' }, signal);
    const first = await reindex.run({ depth: 'names', dryRun: true }, signal);
    expect(first.found.map(({ action }) => action)).toEqual(Array(first.found.length).fill('left'));
    expect(first.found.length).toBeGreaterThanOrEqual(6);
    expect(told(await reindex.run({ depth: 'names', dryRun: true }, signal))).toEqual(told(first));
    await rig.close();
  });
});

describe('quarantine', () => {
  it('sets aside what has no record and cannot be adopted, as its dry run said, and takes it back', async () => {
    const storage = await messyTree();
    const { rig, reindex } = openMessy(storage);
    await reindex.run({ depth: 'changes' }, signal);
    const before = await filesBelow(storage, 'users');
    const asked = { depth: 'changes', quarantine: 'own' } as const;
    const tried = await reindex.run({ ...asked, dryRun: true }, signal);
    expect(await filesBelow(storage, 'users')).toEqual(before);

    const done = await reindex.run(asked, signal);
    expect(told(done)).toEqual(told(tried));
    const moved = done.found.filter(({ action }) => action === 'quarantined');
    const stray = [...before.keys()].find((path) => path.endsWith('.jpg')) ?? '';
    const expected = [...SET_ASIDE.map((name) => `${MESSY_FOLDER}/${name}`), stray].sort();
    expect(moved.map(({ path }) => path).sort()).toEqual(expected);
    const after = await filesBelow(storage, 'users');
    for (const { path, to = '' } of moved) {
      expect(to.startsWith(`${ASIDE}/`)).toBe(true);
      expect(after.has(path), path).toBe(false);
      expect((await filesBelow(storage, '.kiroku/quarantine')).get(to), path).toBe(before.get(path));
    }
    expect(after.size).toBe(before.size - moved.length);
    const journal = (await rig.findings()).filter(({ action }) => action === 'quarantined');
    expect(journal.map(({ path }) => path).sort()).toEqual(expected);

    expect(await reindex.release({ dryRun: true }, signal)).toMatchObject({ released: moved.length });
    expect(await filesBelow(storage, 'users')).toEqual(after);
    expect(await reindex.release({}, signal)).toMatchObject({ released: moved.length, more: 0 });
    expect(await filesBelow(storage, 'users')).toEqual(before);
    expect(await storage.readFolder('.kiroku/quarantine')).toEqual([]);
    await rig.close();
  });

  it('leaves files of foreign names where they are, unless they are asked for', async () => {
    const storage = await messyTree();
    const { rig, reindex } = openMessy(storage);
    const own = await reindex.run({ depth: 'changes', quarantine: 'own' }, signal);
    expect(own.found).toContainEqual(
      expect.objectContaining({ action: 'left', path: `${MESSY_FOLDER}/notes.txt` }),
    );
    const all = await reindex.run({ depth: 'changes', quarantine: 'all' }, signal);
    expect(all.found.filter(({ action }) => action === 'quarantined')).toMatchObject([
      { finding: 'file_refused', to: `${ASIDE}/notes.txt` },
    ]);
    expect(all.found).toContainEqual(expect.objectContaining({ action: 'left', finding: 'foreign_entry' }));
    await rig.close();
  });

  it('never takes a name that is taken, neither on the way in nor on the way back', async () => {
    const storage = await messyTree();
    const { rig, reindex } = openMessy(storage);
    const ask = () => reindex.run({ depth: 'changes', quarantine: 'own' }, signal);
    await ask();
    const name = `${MESSY_FOLDER}/${ORPHAN}.png`;
    const other = await storage.open(name, 'create');
    await other.write(Buffer.from('another one'), 0);
    await other.close();
    const back = await reindex.release({}, signal);
    expect(back.found).toContainEqual(
      expect.objectContaining({ finding: 'quarantine', action: 'left', to: name }),
    );
    expect((await filesBelow(storage, '.kiroku/quarantine')).size).toBe(1);
    await rig.close();
  });

  it('leaves alone what is new, what is on its way in, and what a record needs', async () => {
    const storage = await messyTree();
    const { rig, reindex } = openMessy(storage);
    const staged = `.kiroku/staging/${`${MESSY_FOLDER}/${ORPHAN}.png`.replaceAll('/', '.')}`;
    await storage.link(`${MESSY_FOLDER}/${ORPHAN}.png`, staged);
    const done = await reindex.run({ depth: 'changes', quarantine: 'own' }, signal);
    expect(done.found.map(({ path }) => path)).not.toContain(`${MESSY_FOLDER}/${ORPHAN}.png`);
    expect((await storage.stat(`${MESSY_FOLDER}/${ORPHAN}.png`)).type).toBe('file');
    const known = (await rig.all(alice)).map(({ id, ext }) => `${id}.${ext}`);
    const aside = [...(await filesBelow(storage, '.kiroku/quarantine')).keys()].join('\n');
    for (const one of known) expect(aside).not.toContain(one);
    await rig.close();
  });
});
