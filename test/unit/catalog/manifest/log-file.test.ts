import { expect, it } from 'vitest';
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
