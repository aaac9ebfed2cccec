import { describe, expect, it } from 'vitest';
import { createLogFiles } from '../../../../src/catalog/manifest/log-file.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { createFaultStorage } from '../../../support/storage/fault-storage.ts';

it('keeps no descriptor of a file that cannot be looked at', async () => {
  const memory = createMemoryStorage();
  await (await memory.open('manifest', 'create')).close();
  const storage = createFaultStorage(memory);
  const files = createLogFiles(storage, 0);
  storage.arm({ at: 1, only: ['fstat'], fault: { fail: 'EIO' } });
  await expect(files.open('manifest')).rejects.toMatchObject({ code: 'EIO' });
  expect(memory.openHandles()).toBe(0);
  const file = await files.open('manifest');
  await file.use(async () => undefined);
  storage.arm({ at: 1, only: ['fstat'], fault: { fail: 'EIO' } });
  await expect(file.use(async () => undefined)).rejects.toMatchObject({ code: 'EIO' });
  expect(memory.openHandles()).toBe(0);
  storage.arm();
  await file.use(async () => undefined);
  await file.retire();
  await files.close();
  expect(memory.openHandles()).toBe(0);
});

it('opens a file once for all who ask for it, whenever they come', async () => {
  const memory = createMemoryStorage();
  await (await memory.open('manifest', 'create')).close();
  const files = createLogFiles(memory, 0);
  for (let turns = 0; turns < 40; turns += 1) {
    const file = await files.open('manifest');
    // nothing is kept open: the next use opens it again
    await file.use(async () => undefined);
    const hold = Promise.withResolvers<void>();
    const first = file.use(() => hold.promise);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const second = file.use(() => hold.promise);
    await new Promise((resolve) => setImmediate(resolve));
    expect(memory.openHandles()).toBe(1);
    hold.resolve();
    await Promise.all([first, second]);
    await file.retire();
    expect(memory.openHandles()).toBe(0);
  }
});

describe('on a disk that is read-only', () => {
  const rig = async () => {
    const memory = createMemoryStorage();
    await (await memory.open('manifest', 'create')).close();
    let readOnly = false;
    const files = createLogFiles(
      {
        ...memory,
        async open(path, mode) {
          if (readOnly && mode !== 'read') throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
          return memory.open(path, mode);
        },
      },
      4,
    );
    return { memory, files, is: (now: boolean) => (readOnly = now) };
  };

  it('a file that was never opened can be read, and written as soon as it is not any more', async () => {
    const { memory, files, is } = await rig();
    is(true);
    const file = await files.open('manifest');
    expect(await file.use(async (open) => (await open.stat()).size)).toBe(0);
    await expect(file.change(async () => undefined)).rejects.toMatchObject({ code: 'EROFS' });
    is(false);
    await file.use(async () => {
      // a reader that came before, and reads still
      await file.change((open) => open.write(Buffer.from('a'), 0));
    });
    expect(await file.use(async (open) => (await open.stat()).size)).toBe(1);
    await file.retire();
    await files.close();
    expect(memory.openHandles()).toBe(0);
  });

  it('a reader that is still there when it can be written again is not in the way', async () => {
    const { memory, files, is } = await rig();
    is(true);
    const file = await files.open('manifest');
    await file.use(async () => {
      is(false);
      await file.change((open) => open.write(Buffer.from('a'), 0));
    });
    expect(await file.use(async (open) => (await open.stat()).size)).toBe(1);
    await file.retire();
    await files.close();
    expect(memory.openHandles()).toBe(0);
  });
});
