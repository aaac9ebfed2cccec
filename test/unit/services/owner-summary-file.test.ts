import { describe, expect, it } from 'vitest';
import type { Owner } from '../../../src/domain/owner.ts';
import { createSummaryFile, type KeptSummary } from '../../../src/services/owner-summary-file.ts';
import { createFolderSync, ensureFolder, readWhole, replaceFile } from '../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import { ANNA, BERT, NOON } from '../../support/services.ts';

const PATH = '.kiroku/owners.jsonl';

async function rig() {
  const storage = createMemoryStorage({ now: () => NOON });
  const folders = createFolderSync(storage);
  await ensureFolder(storage, folders, '.kiroku/staging');
  const store = createSummaryFile(storage, folders);
  const put = (path: string, text: string) =>
    replaceFile(storage, folders, path, 'x.new', Buffer.from(text, 'utf8'));
  const read = async () => {
    const all: KeptSummary[] = [];
    for await (const summary of store.read()) all.push(summary);
    return all;
  };
  return { storage, folders, store, put, read };
}

const summary = (owner: Owner, n: number): KeptSummary => ({
  owner,
  stamp: `${n}-1-1.5`,
  numbers: [n, 0, 2],
});

describe('the file of summaries', () => {
  it('gives back what was written last', async () => {
    const { store, read } = await rig();
    expect(await read()).toEqual([]);
    await store.write([summary(ANNA, 1)]);
    await store.write([summary(ANNA, 2), summary(BERT, 3)]);
    expect(await read()).toEqual([summary(ANNA, 2), summary(BERT, 3)]);
  });

  it('that is damaged costs the damaged lines', async () => {
    const { storage, store, put, read } = await rig();
    await store.write([summary(ANNA, 1), summary(BERT, 2)]);
    const text = (await readWhole(storage, PATH))?.toString('utf8') ?? '';
    await put(PATH, text.replace('"anna"', '"../etc"'));
    expect(await read()).toEqual([summary(BERT, 2)]);
    await put(PATH, text.replace('[1,', '[-1,'));
    expect(await read()).toEqual([summary(BERT, 2)]);
    await put(PATH, text.slice(0, -12));
    expect(await read()).toEqual([summary(ANNA, 1)]);
    await put(PATH, `${text}{"user_id":"cara","stamp":1,"numbers":[]}\n[]\nnull\n`);
    expect(await read()).toEqual([summary(ANNA, 1), summary(BERT, 2)]);
    await put(PATH, text.replace('{"v":1}', '{"v":2}'));
    expect(await read()).toEqual([]);
    await put(PATH, '\0'.repeat(100));
    expect(await read()).toEqual([]);
  });

  it('tells one manifest from another', async () => {
    const { storage, folders, store, put } = await rig();
    expect(await store.stamp(ANNA)).toBeUndefined();
    await ensureFolder(storage, folders, 'users/anna');
    await put('users/anna/manifest.jsonl', 'one');
    const first = await store.stamp(ANNA);
    expect(first?.mtime).toBe(NOON);
    expect(await store.stamp(ANNA)).toEqual(first);
    await put('users/anna/manifest.jsonl', 'two');
    expect((await store.stamp(ANNA))?.text).not.toBe(first?.text);
  });
});
