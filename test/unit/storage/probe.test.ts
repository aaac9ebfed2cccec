import { describe, expect, it } from 'vitest';
import { createFolderSync } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import { probeTree } from '../../../src/storage/probe.ts';
import { createFaultStorage, type FaultPlan } from '../../support/storage/fault-storage.ts';

async function probeWith(plan: FaultPlan): Promise<Awaited<ReturnType<typeof probeTree>>> {
  const storage = createFaultStorage(createMemoryStorage());
  const folders = createFolderSync(storage);
  await probeTree(storage, folders);
  storage.arm(plan);
  const report = await probeTree(storage, folders);
  expect(storage.hit()).toBe(true);
  storage.arm();
  expect(await storage.readFolder('.kiroku/staging')).toEqual([]);
  expect(await storage.readFolder('users')).toEqual([]);
  return report;
}

describe('probeTree', () => {
  it('falls back to copies where there are no hard links', async () => {
    const report = await probeWith({ at: 1, only: ['link'], fault: { fail: 'EPERM', forever: true } });
    expect(report).toMatchObject({ usable: true, publishBy: 'copy', oneFileSystem: true });
    expect(report.steps).toContainEqual({ name: 'link', ok: false, code: 'EPERM' });
  });

  it('refuses a tree whose links fail for another reason', async () => {
    const report = await probeWith({ at: 1, only: ['link'], fault: { fail: 'EIO', forever: true } });
    expect(report.usable).toBe(false);
  });

  it('refuses staging on another file system than users/', async () => {
    const report = await probeWith({ at: 1, only: ['link'], path: /^users/, fault: { fail: 'EXDEV' } });
    expect(report).toMatchObject({ usable: false, oneFileSystem: false });
  });

  it.each([
    ['write', 'ENOSPC', 'create'],
    ['sync', 'EIO', 'create'],
    ['rename', 'EIO', 'rename'],
    ['syncFolder', 'EINVAL', 'sync-folder'],
  ] as const)('refuses a tree whose %s fails', async (call, code, step) => {
    const report = await probeWith({ at: 1, only: [call], fault: { fail: code, forever: true } });
    expect(report.usable).toBe(false);
    expect(report.steps).toContainEqual({ name: step, ok: false, code });
  });
});
