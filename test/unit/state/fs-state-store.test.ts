import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFsStateStore } from '../../../src/state/fs-state-store.ts';
import type { StateStore } from '../../../src/state/state-store.ts';
import { createFolderSync, ensureFolder, readWhole, writeAll } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import { createNodeStorage } from '../../../src/storage/node-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { journalOf, owner } from '../../contract/state.contract.ts';
import { seededRandom } from '../../support/random.ts';
import { createCrashStorage } from '../../support/storage/crash-storage.ts';
import { createFaultStorage } from '../../support/storage/fault-storage.ts';
import { tempFolder } from '../../support/storage/temp-folder.ts';

function storeOn(storage: Storage, unclean = false): StateStore {
  return createFsStateStore({ storage, folders: createFolderSync(storage), unclean: () => unclean });
}

const JOURNAL = '.kiroku/state/shares.jsonl';

async function plantJournal(storage: Storage, bytes: Buffer): Promise<void> {
  await ensureFolder(storage, createFolderSync(storage), '.kiroku/state');
  const file = await storage.open(JOURNAL, 'create');
  await writeAll(file, bytes, 0);
  await file.close();
}

async function tornCopies(storage: Storage): Promise<string[]> {
  const names = (await storage.readFolder('.kiroku/state')).map(({ name }) => name);
  const copies = names.filter((name) => name.endsWith('.torn'));
  return Promise.all(copies.map(async (name) => String(await readWhole(storage, `.kiroku/state/${name}`))));
}

describe('file state store: documents', () => {
  it('lie where the format says, secrets for nobody else', async () => {
    const root = await tempFolder();
    const store = storeOn(createNodeStorage(root));
    await store.updateOwner(owner('o'), () => ({ a: 1 }));
    await store.writeDocument('secrets', { key: 'x' });
    await store.writeDocument('secrets', { key: 'y' });
    expect((await stat(join(root, 'users/o/owner.json'))).isFile()).toBe(true);
    expect((await stat(join(root, '.kiroku/secrets.json'))).mode & 0o777).toBe(0o600);
  });

  it('makes no folder for an owner who is only asked about', async () => {
    const storage = createMemoryStorage();
    await storeOn(storage).readOwner(owner('o'));
    await expect(storage.stat('users')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each(['', '{"a":1', '[1]', 'null', '\0\0\0'])('refuses a damaged one: %j', async (text) => {
    const storage = createMemoryStorage();
    await ensureFolder(storage, createFolderSync(storage), 'users/o');
    const file = await storage.open('users/o/owner.json', 'create');
    await writeAll(file, Buffer.from(text), 0);
    await file.close();
    const store = storeOn(storage);
    await expect(store.readOwner(owner('o'))).rejects.toMatchObject({ code: 'tree_unreadable' });
    await expect(store.updateOwner(owner('o'), (current) => current)).rejects.toMatchObject({
      code: 'tree_unreadable',
    });
    expect(String(await readWhole(storage, 'users/o/owner.json'))).toBe(text);
  });

  it('hold the old or the new content after a power cut at any call, the new one once acknowledged', async () => {
    const random = seededRandom(21);
    for (let at = 1, hit = true; hit; at++) {
      const crashing = createCrashStorage();
      await storeOn(crashing).updateOwner(owner('o'), () => ({ a: 'old' }));
      const storage = createFaultStorage(crashing, { at, fault: { kill: true, torn: true } });
      await storeOn(storage)
        .updateOwner(owner('o'), () => ({ a: 'new' }))
        .catch(() => undefined);
      hit = storage.hit();
      for (let round = 0; round < 20; round++) {
        const found = await storeOn(crashing.crash(random)).readOwner(owner('o'));
        expect(hit ? [{ a: 'old' }, { a: 'new' }] : [{ a: 'new' }]).toContainEqual(found);
      }
    }
  });
});

describe('file state store: what a killed process had only written', () => {
  it('is durable before the next one tells of it', async () => {
    for (let at = 1, hit = true; hit; at++) {
      const crashing = createCrashStorage();
      await storeOn(crashing).updateOwner(owner('o'), () => ({ a: 'old' }));
      const storage = createFaultStorage(crashing);
      storage.arm({ at, fault: { kill: true } });
      const killed = storeOn(storage);
      await killed.append('shares', { n: 0 }).catch(() => undefined);
      await killed.updateOwner(owner('o'), () => ({ a: 'new' })).catch(() => undefined);
      hit = storage.hit();
      // the power stays: whatever was written can be read
      const next = storeOn(crashing, true);
      const told = [await next.readOwner(owner('o')), await journalOf(next, 'shares')];
      for (let seed = 0; seed < 20; seed++) {
        const left = storeOn(crashing.crash(seededRandom(seed)));
        expect([await left.readOwner(owner('o')), await journalOf(left, 'shares')]).toEqual(told);
      }
    }
  });

  it('is synced once, and only after an unclean stop', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    const first = storeOn(storage);
    await first.updateOwner(owner('o'), () => ({ a: 1 }));
    await first.append('shares', { n: 0 });
    for (const [unclean, calls] of [
      [false, []],
      [true, ['syncFolder users/o', `datasync ${JOURNAL}`, 'syncFolder .kiroku/state']],
    ] as const) {
      const store = storeOn(storage, unclean);
      storage.arm();
      for (const _ of [1, 2]) {
        await store.readOwner(owner('o'));
        await store.readOwner(owner('nobody'));
        await journalOf(store, 'shares');
        await journalOf(store, 'jobs');
      }
      expect(storage.trace.filter((call) => /sync/.test(call))).toEqual(calls);
    }
  });

  it('is not believed when it cannot be synced, and the sync is not tried again', async () => {
    const storage = createFaultStorage(createMemoryStorage());
    await storeOn(storage).append('shares', { n: 0 });
    const next = storeOn(storage, true);
    storage.arm({ at: 1, only: ['datasync'], fault: { fail: 'EIO' } });
    for (const _ of [1, 2])
      await expect(journalOf(next, 'shares')).rejects.toMatchObject({ code: 'io_error' });
    expect(storage.trace.filter((call) => /sync/.test(call))).toHaveLength(1);
  });
});

describe('file state store: journals', () => {
  it('go on behind what another program made of the file meanwhile', async () => {
    const storage = createMemoryStorage();
    const store = storeOn(storage);
    for (const n of [0, 1, 2]) await store.append('shares', { n });
    // a tool that keeps logs short, in place
    const file = await storage.open(JOURNAL, 'update');
    await file.truncate(0);
    await file.close();
    await store.append('shares', { n: 3 });
    expect(await journalOf(store, 'shares')).toEqual([{ n: 3 }]);
    // an editor, which saves another file under the name
    await storage.unlink(JOURNAL);
    await plantJournal(storage, Buffer.from('{"n":10}\n{"n":11}\n'));
    await store.append('shares', { n: 12 });
    expect(await journalOf(store, 'shares')).toEqual([{ n: 10 }, { n: 11 }, { n: 12 }]);
  });

  it('copy a torn last line aside and cut it before the first append, wherever it was torn', async () => {
    const whole = Buffer.from('{"n":0}\n{"n":1}\n{"n":2,"이":"름"}\n');
    for (let cut = 0; cut <= whole.length; cut++) {
      const storage = createMemoryStorage();
      await plantJournal(storage, whole.subarray(0, cut));
      const store = storeOn(storage);
      const complete = whole.subarray(0, cut).toString('latin1').split('\n').length - 1;
      expect(await journalOf(store, 'shares')).toHaveLength(complete);
      await store.append('shares', { n: 'next' });
      await store.append('shares', { n: 'after' });
      const entries = await journalOf(storeOn(storage), 'shares');
      expect(entries).toHaveLength(complete + 2);
      expect(entries.slice(-2)).toEqual([{ n: 'next' }, { n: 'after' }]);
      const torn = whole.subarray(whole.subarray(0, cut).lastIndexOf('\n') + 1, cut).toString();
      expect(await tornCopies(storage)).toEqual(torn === '' ? [] : [torn]);
    }
  });

  it('cut a last line that is whole but damaged, and long ones too', async () => {
    for (const bad of ['\0\0\0\n', '{"a":\n', '7\n', 'x'.repeat(200_000), `{"a":"${'x'.repeat(200_000)}`]) {
      const storage = createMemoryStorage();
      await plantJournal(storage, Buffer.from(`{"n":0}\n${bad}`));
      await storeOn(storage).append('shares', { n: 1 });
      expect(await journalOf(storeOn(storage), 'shares')).toEqual([{ n: 0 }, { n: 1 }]);
      expect(await tornCopies(storage)).toEqual([bad]);
    }
  });

  it('keep and skip damage in the middle, and say so', async () => {
    const storage = createMemoryStorage();
    await plantJournal(storage, Buffer.from('{"n":0}\ngarbage\n[]\n{"n":1}\n'));
    const warnings: unknown[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => void warnings.push(fields) };
    const store = createFsStateStore({ storage, folders: createFolderSync(storage), log });
    await store.append('shares', { n: 2 });
    expect(await journalOf(store, 'shares')).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(warnings).toEqual([{ file: JOURNAL, lines: 2 }]);
  });

  it('lose no acknowledged entry and glue nothing when any one call fails', async () => {
    for (let at = 1, hit = true; hit; at++) {
      const storage = createFaultStorage(createMemoryStorage());
      const store = storeOn(storage);
      await store.append('shares', { n: 0 });
      storage.arm({ at, fault: { fail: 'ENOSPC' } });
      const acknowledged = await store.append('shares', { n: 1 }).then(
        () => true,
        () => false,
      );
      hit = storage.hit();
      storage.arm();
      await store.append('shares', { n: 2 });
      const found = (await journalOf(storeOn(storage), 'shares')).map((entry) => entry['n']);
      // A failed close comes after the entry is durable: it may be there although it was not acknowledged.
      expect(
        acknowledged
          ? [[0, 1, 2]]
          : [
              [0, 2],
              [0, 1, 2],
            ],
      ).toContainEqual(found);
    }
  });

  it('hold every acknowledged entry after a power cut at any call, and take the next', async () => {
    const random = seededRandom(22);
    for (let at = 1, hit = true; hit; at++) {
      const crashing = createCrashStorage();
      const storage = createFaultStorage(crashing, { at, fault: { kill: true, torn: true } });
      const store = storeOn(storage);
      let acknowledged = 0;
      for (let n = 0; n < 3; n++) {
        await store.append('shares', { n }).then(
          () => (acknowledged += 1),
          () => undefined,
        );
      }
      hit = storage.hit();
      for (let round = 0; round < 12; round++) {
        const left = crashing.crash(random);
        await storeOn(left).append('shares', { n: 'next' });
        const found = (await journalOf(storeOn(left.crash(random)), 'shares')).map((entry) => entry['n']);
        expect(found.slice(0, acknowledged)).toEqual([0, 1, 2].slice(0, acknowledged));
        expect(found.at(-1)).toBe('next');
        expect(found.length - 1 - acknowledged).toBeLessThanOrEqual(1);
      }
    }
  });
});
