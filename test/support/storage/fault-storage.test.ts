import { describe, expect, it } from 'vitest';
import { readWhole, writeAll } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import { createFaultStorage, KilledError } from './fault-storage.ts';

describe('fault storage', () => {
  it('fails the Nth matching call, once, without reaching the driver', async () => {
    const memory = createMemoryStorage();
    const storage = createFaultStorage(memory, {
      at: 2,
      only: ['makeFolder'],
      path: /^f/,
      fault: { fail: 'EIO' },
    });
    await storage.makeFolder('f1');
    await storage.makeFolder('g');
    await expect(storage.makeFolder('f2')).rejects.toMatchObject({ code: 'EIO' });
    expect((await memory.readFolder('')).map(({ name }) => name)).toEqual(['f1', 'g']);
    expect(await storage.makeFolder('f2')).toBe(true);
    expect(storage.trace).toEqual(['makeFolder f1', 'makeFolder g', 'makeFolder f2', 'makeFolder f2']);
  });

  it('fails for ever when asked to, until it is armed anew', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    storage.arm({ at: 1, only: ['makeFolder'], fault: { fail: 'ENOSPC', forever: true } });
    for (let i = 0; i < 3; i++)
      await expect(storage.makeFolder('f')).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(storage.hit()).toBe(true);
    storage.arm();
    expect([storage.hit(), await storage.makeFolder('f')]).toEqual([false, true]);
  });

  it('lets nothing through after a kill, but half of a torn write', async () => {
    const memory = createMemoryStorage();
    const storage = createFaultStorage(memory);
    const file = await storage.open('a', 'create');
    storage.arm({ at: 1, only: ['write'], fault: { kill: true, torn: true } });
    await expect(writeAll(file, Buffer.from('123456'), 0)).rejects.toBeInstanceOf(KilledError);
    await expect(file.sync()).rejects.toBeInstanceOf(KilledError);
    await expect(storage.unlink('a')).rejects.toBeInstanceOf(KilledError);
    await expect(file.close()).rejects.toBeInstanceOf(KilledError);
    expect(memory.openHandles()).toBe(0);
    expect((await readWhole(memory, 'a'))?.toString()).toBe('123');
  });

  it('gives the descriptor back although close fails', async () => {
    const memory = createMemoryStorage();
    const storage = createFaultStorage(memory, { at: 1, only: ['close'], fault: { fail: 'EIO' } });
    const file = await storage.open('a', 'create');
    await expect(file.close()).rejects.toMatchObject({ code: 'EIO' });
    expect(memory.openHandles()).toBe(0);
  });
});
