import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import type { JournalName, StateStore } from '../../src/state/state-store.ts';

export function owner(text: string): Owner {
  if (!isOwner(text)) throw new Error(`not an owner: ${text}`);
  return text;
}

export async function journalOf(store: StateStore, name: JournalName): Promise<JsonObject[]> {
  const entries: JsonObject[] = [];
  for await (const entry of store.readJournal(name)) entries.push(entry);
  return entries;
}

/**
 * What every driver of the state store must do. `make` gives an empty one.
 * @param makeOnVolume of a driver whose volume can go away: an empty one, which asks here whether it is present
 */
export function stateContract(
  name: string,
  make: () => Promise<StateStore>,
  makeOnVolume?: (present: () => Promise<boolean>) => Promise<StateStore>,
): void {
  describe(`state contract: ${name}`, () => {
    documents(make);
    journals(make);
    if (makeOnVolume !== undefined) absence(makeOnVolume);
  });
}

function documents(make: () => Promise<StateStore>): void {
  it('knows no document before the first one', async () => {
    const store = await make();
    expect(await store.readOwner(owner('o'))).toBeUndefined();
    expect(await store.readDocument('volume')).toBeUndefined();
  });

  it('keeps an owner’s document apart from every other', async () => {
    const store = await make();
    expect(
      await store.updateOwner(owner('o'), (current) => ({ ...current, quota: 5, 이름: '기록' })),
    ).toEqual({
      quota: 5,
      이름: '기록',
    });
    await store.updateOwner(owner('o'), (current) => ({ ...current, more: [1, { a: null }] }));
    expect(await store.readOwner(owner('o'))).toEqual({ quota: 5, 이름: '기록', more: [1, { a: null }] });
    expect(await store.readOwner(owner('o2'))).toBeUndefined();
  });

  it('updates one owner one at a time: no change is lost', async () => {
    const store = await make();
    const add = (current: JsonObject): JsonObject => ({ count: Number(current['count'] ?? 0) + 1 });
    await Promise.all(Array.from({ length: 25 }, () => store.updateOwner(owner('o'), add)));
    expect(await store.readOwner(owner('o'))).toEqual({ count: 25 });
  });

  it('leaves a document as it was when the change refuses, and goes on after it', async () => {
    const store = await make();
    await store.updateOwner(owner('o'), () => ({ a: 1 }));
    const refuse = (): JsonObject => {
      throw new Error('no');
    };
    await expect(store.updateOwner(owner('o'), refuse)).rejects.toThrow('no');
    expect(await store.readOwner(owner('o'))).toEqual({ a: 1 });
    await store.updateOwner(owner('o'), () => ({ a: 2 }));
    expect(await store.readOwner(owner('o'))).toEqual({ a: 2 });
  });

  it('replaces a server-wide document whole', async () => {
    const store = await make();
    await store.writeDocument('run', { settled: 1, old: true });
    await store.writeDocument('run', { settled: 2 });
    await store.writeDocument('secrets', { key: 'x' });
    expect(await store.readDocument('run')).toEqual({ settled: 2 });
    expect(await store.readDocument('secrets')).toEqual({ key: 'x' });
    expect(await store.readDocument('volume')).toBeUndefined();
  });

  it('gives copies: nobody changes the stored one', async () => {
    const store = await make();
    const mine: { tags: string[] } = { tags: ['a'] };
    await store.writeDocument('volume', mine);
    mine.tags.push('b');
    expect(await store.readDocument('volume')).toEqual({ tags: ['a'] });
  });
}

function journals(make: () => Promise<StateStore>): void {
  it('gives a journal back, oldest first, apart from the others', async () => {
    const store = await make();
    expect(await journalOf(store, 'shares')).toEqual([]);
    for (let n = 0; n < 5; n++) await store.append('shares', { n, text: 'a\nb\u2028기록' });
    await store.append('audit', { who: 'admin' });
    expect((await journalOf(store, 'shares')).map((entry) => entry['n'])).toEqual([0, 1, 2, 3, 4]);
    expect((await journalOf(store, 'shares'))[0]).toEqual({ n: 0, text: 'a\nb\u2028기록' });
    expect(await journalOf(store, 'audit')).toEqual([{ who: 'admin' }]);
  });

  it('keeps every one of many appends at once, in the order of the calls', async () => {
    const store = await make();
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => store.append('jobs', { n, fill: 'x'.repeat(4000) })),
    );
    expect((await journalOf(store, 'jobs')).map((entry) => entry['n'])).toEqual(
      Array.from({ length: 40 }, (_, n) => n),
    );
  });

  it('lets a reader stop half way', async () => {
    const store = await make();
    for (let n = 0; n < 3; n++) await store.append('findings', { n });
    for await (const entry of store.readJournal('findings')) {
      expect(entry).toEqual({ n: 0 });
      break;
    }
    await store.append('findings', { n: 3 });
    expect(await journalOf(store, 'findings')).toHaveLength(4);
  });
}

function absence(make: (present: () => Promise<boolean>) => Promise<StateStore>): void {
  it('says of nothing that it is not there while the volume is away', async () => {
    let isPresent = false;
    const store = await make(async () => isPresent);
    const away = { code: 'volume_missing' };
    await expect(store.readOwner(owner('o'))).rejects.toMatchObject(away);
    await expect(store.readDocument('run')).rejects.toMatchObject(away);
    await expect(journalOf(store, 'shares')).rejects.toMatchObject(away);
    isPresent = true;
    expect(await store.readOwner(owner('o'))).toBeUndefined();
    expect(await store.readDocument('run')).toBeUndefined();
    expect(await journalOf(store, 'shares')).toEqual([]);
  });
}
