import { describe, expect, it } from 'vitest';
import { createBackupCheck } from '../../../../src/services/maintenance/backup-check.ts';
import { createMemoryStorage, type MemoryStorage } from '../../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../../src/storage/storage.ts';
import { copyTree, readFile, writeFile } from '../../../fault/manifest-rig.ts';
import { backupOf, smallSource, unstopped } from '../../../support/backup.ts';
import { alice } from '../../../support/reconcile-rig.ts';
import { createFaultStorage } from '../../../support/storage/fault-storage.ts';
import { filesIn } from '../../../support/transfer-rig.ts';

const { storage: source, rig } = await smallSource();
const origin = createMemoryStorage();
await backupOf(source, origin).run(unstopped);
await rig.close();

async function fresh(): Promise<MemoryStorage> {
  const backup = createMemoryStorage();
  await copyTree(origin, backup);
  return backup;
}

const check = (backup: Storage) => createBackupCheck({ backup, legacyTz: 'UTC' }).run(unstopped);

/** All of a backup but the lock. */
async function filesOf(backup: Storage): Promise<string[]> {
  const folders = ['files', 'records', 'owners', 'state'];
  const inside = await Promise.all(folders.map((folder) => filesIn(backup, folder)));
  return [...inside.flat(), 'secrets.json', 'backup.json'];
}

async function flip(backup: Storage, path: string, at: number): Promise<void> {
  const bytes = await readFile(backup, path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(backup, path, bytes);
}

describe('the check of a backup', () => {
  it('finds nothing in a sound one, and has read all of it', async () => {
    const report = await check(origin);
    expect(report).toMatchObject({ pictures: 4, unfinished: false, found: [] });
    expect(report.completedAt).toMatch(/^\d{4}-.*Z$/);
    const sizes = await Promise.all((await filesIn(origin, 'files')).map((path) => readFile(origin, path)));
    expect(report.bytes).toBe(sizes.reduce((sum, { length }) => sum + length, 0));
    expect((await filesOf(origin)).length).toBeGreaterThan(15);
  });

  it('finds each flipped byte, in whatever file, and no other', async () => {
    for (const path of await filesOf(origin)) {
      const { length } = await readFile(origin, path);
      const last = length - 1;
      for (const at of [0, 7, length >> 2, length >> 1, last - 12, last - 1, last]) {
        const backup = await fresh();
        await flip(backup, path, at);
        const found = await check(backup).then(
          (report) => report.found,
          (error: unknown) => error,
        );
        // what says that it is a backup at all cannot be read any more
        if (path === 'backup.json' && !Array.isArray(found)) {
          expect(found).toMatchObject({ code: 'invalid_parameter' });
        } else expect(found, `${path}, byte ${at}`).toEqual([{ path, trouble: 'changed' }]);
      }
    }
  });

  it('finds whatever is missing', async () => {
    for (const path of await filesOf(origin)) {
      const backup = await fresh();
      await backup.unlink(path);
      if (path === 'backup.json') {
        await expect(check(backup)).rejects.toMatchObject({ code: 'invalid_parameter' });
      } else expect((await check(backup)).found, path).toEqual([{ path, trouble: 'missing' }]);
    }
  });

  it('says of a run over everything that it did not come to its end, though one over a part has since', async () => {
    const backup = createMemoryStorage();
    const stop = new AbortController();
    const cut = backupOf(source, backup).run({ signal: stop.signal, progress: () => stop.abort() });
    await expect(cut).rejects.toMatchObject({ code: 'aborted' });
    expect(await check(backup)).toMatchObject({ unfinished: true });
    await backupOf(source, backup).run({ ...unstopped, owner: alice });
    expect(await check(backup)).toMatchObject({ unfinished: true });
    await backupOf(source, backup).run(unstopped);
    expect(await check(backup)).toMatchObject({ unfinished: false, found: [] });
    // a part that was never to be more is whole
    const part = createMemoryStorage();
    await backupOf(source, part).run({ ...unstopped, owner: alice });
    expect(await check(part)).toMatchObject({ unfinished: false, found: [] });
  });

  it('finds that all of an owner is missing', async () => {
    const backup = await fresh();
    for (const folder of ['files/users/bob', 'records/bob', 'owners/bob.json']) {
      for (const path of await filesIn(backup, folder)) await backup.unlink(path);
    }
    await backup.unlink('owners/bob.json');
    expect((await check(backup)).found).toEqual([{ path: 'owners/bob.json', trouble: 'missing' }]);
  });

  it('tells of what the disk does not give, and goes on', async () => {
    const broken = createFaultStorage(await fresh(), {
      ...{ at: 1, only: ['read'], path: /\.png$/ },
      fault: { fail: 'EIO' },
    });
    const report = await check(broken);
    expect(report).toMatchObject({ pictures: 4, found: [{ trouble: 'unreadable' }] });
  });

  it('tells that the last run did not come to its end, and checks what it left', async () => {
    let seen = 0;
    for (let at = 1; ; at += 5) {
      const backup = createMemoryStorage();
      const fault = createFaultStorage(backup, { at, fault: { kill: true, torn: true } });
      await backupOf(source, fault)
        .run(unstopped)
        .catch(() => undefined);
      if (!fault.hit()) break;
      const report = await check(backup).catch(() => undefined);
      if (report === undefined) continue;
      expect(report.found, fault.trace.at(-1)).toEqual([]);
      if (report.unfinished) seen += 1;
    }
    expect(seen).toBeGreaterThan(10);
  });

  it('is told to stop', async () => {
    const service = createBackupCheck({ backup: origin, legacyTz: 'UTC' });
    await expect(service.run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a backup that looks at what it has', () => {
  it('copies anew what is not what it was, and only that', async () => {
    const backup = await fresh();
    const files = await filesIn(backup, 'files');
    const damaged = [
      files.find((path) => path.endsWith('.png')),
      files.find((path) => path.endsWith('.webp')),
    ];
    for (const path of damaged) await flip(backup, path ?? '', 30);
    const usual = await backupOf(source, backup).run(unstopped);
    expect(usual).toMatchObject({ copied: 0, mended: 0, found: [] });
    expect((await check(backup)).found).toHaveLength(2);
    const wish = { ...unstopped, verifyExisting: true };
    expect(await backupOf(source, backup).run({ ...wish, dryRun: true })).toMatchObject({ mended: 2 });
    expect((await check(backup)).found).toHaveLength(2);
    expect(await backupOf(source, backup).run(wish)).toMatchObject({ mended: 2, found: [] });
    expect((await check(backup)).found).toEqual([]);
  });

  it('takes a file of another length for damaged without being asked', async () => {
    const backup = await fresh();
    const [path = ''] = await filesIn(backup, 'files');
    await writeFile(backup, path, Buffer.from('short'));
    expect(await backupOf(source, backup).run(unstopped)).toMatchObject({ mended: 1 });
    expect((await check(backup)).found).toEqual([]);
  });

  it('tells of a thumbnail that is not what its record says, and does without', async () => {
    const tree = createMemoryStorage();
    await copyTree(source, tree);
    const [path = ''] = (await filesIn(tree, 'users/bob')).filter((one) => one.endsWith('.webp'));
    await flip(tree, path, 30);
    const backup = createMemoryStorage();
    const report = await backupOf(tree, backup).run(unstopped);
    expect(report.found).toMatchObject([{ owner: 'bob', trouble: 'thumbnail_changed' }]);
    expect((await filesIn(backup, 'files/users/bob')).filter((one) => one.endsWith('.webp'))).toEqual([]);
    expect((await check(backup)).found).toEqual([]);
  });
});
