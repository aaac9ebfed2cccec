import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlobStore, StagedBlob } from '../../src/blobs/blob-store.ts';

export const ID = '01kahz2v8m3q4r5s6t7v8w9x0y';
export const ORIGINAL = `users/o/2026/11/21/${ID}.png`;
export const THUMB = `users/o/2026/11/21/thumb/${ID}.webp`;

/** Stages `bytes` under a key, in chunks of the given sizes (the last chunk is what is left). */
export async function stageBytes(
  store: BlobStore,
  key: string,
  bytes: Uint8Array,
  sizes: readonly number[] = [],
): Promise<StagedBlob> {
  const writer = await store.stage(key);
  try {
    let at = 0;
    for (const size of [...sizes, bytes.length]) {
      await writer.write(bytes.subarray(at, at + size));
      at += Math.min(size, bytes.length - at);
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** All bytes under a key; undefined when there are none. */
export async function contentOf(store: BlobStore, key: string): Promise<string | undefined> {
  const reader = await store.open(key);
  if (reader === undefined) return undefined;
  try {
    const parts: Uint8Array[] = [];
    for (let at = 0; ; ) {
      const part = await reader.read(at, 7);
      if (part.length === 0) return Buffer.concat(parts).toString('latin1');
      parts.push(Uint8Array.from(part));
      at += part.length;
    }
  } finally {
    await reader.close();
  }
}

export async function pendingKeys(store: BlobStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const blob of store.pending()) keys.push(blob.key);
  return keys.sort();
}

const TAKEN = { code: 'io_error', cause: expect.objectContaining({ code: 'EEXIST' }) };

/** What every driver of the blob store must do. `make` gives an empty one. */
export function blobContract(name: string, make: () => Promise<BlobStore>): void {
  describe(`blob contract: ${name}`, () => {
    staging(make);
    publishing(make);
    giving(make);
    keeping(make);
  });
}

function staging(make: () => Promise<BlobStore>): void {
  it('counts and hashes what it is given, in whatever chunks', async () => {
    const store = await make();
    const sizes = fc.array(fc.nat({ max: 150_000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 400_000 }), sizes, fc.integer(), async (length, chunks, seed) => {
        const bytes = Buffer.alloc(length, `kiroku ${seed} `);
        const staged = await stageBytes(store, ORIGINAL, bytes, chunks);
        expect(staged.bytes).toBe(length);
        expect(staged.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(staged.crc32).toBe(crc32(bytes).toString(16).padStart(8, '0'));
        expect(Buffer.from(await staged.read()).equals(bytes)).toBe(true);
        await store.retract([staged]);
      }),
      { numRuns: 30 },
    );
  });

  it('takes a chunk as it is at the time of the call', async () => {
    const store = await make();
    const writer = await store.stage(ORIGINAL);
    const chunk = Buffer.from('first');
    await writer.write(chunk);
    chunk.fill('x');
    expect(Buffer.from(await (await writer.finish()).read()).toString()).toBe('first');
  });

  it('shows nothing before it is published, and nothing of what was aborted', async () => {
    const store = await make();
    await stageBytes(store, ORIGINAL, Buffer.from('a'));
    const writer = await store.stage(THUMB);
    await writer.write(Buffer.from('b'));
    await writer.abort();
    await writer.abort();
    await expect(writer.write(Buffer.from('c'))).rejects.toMatchObject({ code: 'internal' });
    expect([await store.open(ORIGINAL), await store.stat(ORIGINAL)]).toEqual([undefined, undefined]);
    expect(await pendingKeys(store)).toEqual([ORIGINAL]);
  });

  it('keeps a finished blob although its writer is aborted afterwards', async () => {
    const store = await make();
    const writer = await store.stage(ORIGINAL);
    await writer.write(Buffer.from('a'));
    const staged = await writer.finish();
    await writer.abort();
    expect(Buffer.from(await staged.read()).toString()).toBe('a');
  });

  it('stages a key once', async () => {
    const store = await make();
    await stageBytes(store, ORIGINAL, Buffer.from('a'));
    await expect(store.stage(ORIGINAL)).rejects.toMatchObject(TAKEN);
  });

  it('gives a provisional blob its key, never one that is staged already', async () => {
    const store = await make();
    const incoming = await stageBytes(store, `incoming/${ID}.png`, Buffer.from('a'));
    const staged = await store.rekey(incoming, ORIGINAL);
    expect(staged).toMatchObject({ key: ORIGINAL, bytes: 1, sha256: incoming.sha256, crc32: incoming.crc32 });
    expect(Buffer.from(await staged.read()).toString()).toBe('a');
    expect(await pendingKeys(store)).toEqual([ORIGINAL]);
    expect((await store.rekey(staged, ORIGINAL)).key).toBe(ORIGINAL);
    const other = await stageBytes(store, `incoming/${ID}.png`, Buffer.from('b'));
    await expect(store.rekey(other, ORIGINAL)).rejects.toMatchObject(TAKEN);
  });
}

function publishing(make: () => Promise<BlobStore>): void {
  it('publishes all, and releases only the staged names', async () => {
    const store = await make();
    const staged = [
      await stageBytes(store, ORIGINAL, Buffer.from('original')),
      await stageBytes(store, THUMB, Buffer.from('thumb')),
    ];
    await store.publish(staged);
    expect([await contentOf(store, ORIGINAL), await contentOf(store, THUMB)]).toEqual(['original', 'thumb']);
    expect(await pendingKeys(store)).toEqual([ORIGINAL, THUMB]);
    await store.release(staged);
    await store.release(staged);
    await store.retract(staged);
    expect([await contentOf(store, ORIGINAL), await contentOf(store, THUMB)]).toEqual(['original', 'thumb']);
    expect(await pendingKeys(store)).toEqual([]);
  });

  it('takes back what it published, twice if asked', async () => {
    const store = await make();
    const staged = [
      await stageBytes(store, ORIGINAL, Buffer.from('original')),
      await stageBytes(store, THUMB, Buffer.from('thumb')),
    ];
    await store.publish(staged);
    await store.retract(staged);
    await store.retract(staged);
    expect([await store.stat(ORIGINAL), await store.stat(THUMB)]).toEqual([undefined, undefined]);
    expect(await pendingKeys(store)).toEqual([]);
  });

  it('never takes back what lay there before, be it the same bytes', async () => {
    const store = await make();
    await store.write(ORIGINAL, Buffer.from('original'));
    const staged = [await stageBytes(store, ORIGINAL, Buffer.from('original'))];
    await expect(store.publish(staged)).rejects.toMatchObject(TAKEN);
    await store.retract(staged);
    expect(await contentOf(store, ORIGINAL)).toBe('original');
    expect(await pendingKeys(store)).toEqual([]);
    // and what is published under the name afterwards is known again
    await store.remove(ORIGINAL);
    const again = [await stageBytes(store, ORIGINAL, Buffer.from('original'))];
    await store.publish(again);
    await store.retract(again);
    expect(await store.stat(ORIGINAL)).toBeUndefined();
  });

  it('publishes nothing when one key is taken, and never touches what has it', async () => {
    const store = await make();
    await store.write(THUMB, Buffer.from('another'));
    const staged = [
      await stageBytes(store, ORIGINAL, Buffer.from('original')),
      await stageBytes(store, THUMB, Buffer.from('thumb')),
    ];
    await expect(store.publish(staged)).rejects.toMatchObject(TAKEN);
    expect([await contentOf(store, ORIGINAL), await contentOf(store, THUMB)]).toEqual([undefined, 'another']);
    await store.retract(staged);
    expect(await contentOf(store, THUMB)).toBe('another');
    expect(await pendingKeys(store)).toEqual([]);
  });

  it('fails to publish what is no longer staged', async () => {
    const store = await make();
    const staged = await stageBytes(store, ORIGINAL, Buffer.from('a'));
    await store.retract([staged]);
    await expect(store.publish([staged])).rejects.toMatchObject({ code: 'io_error' });
    expect(await store.stat(ORIGINAL)).toBeUndefined();
  });

  it('lets an earlier process’s blobs be released or retracted by what pending tells', async () => {
    const store = await make();
    const other = ORIGINAL.replace('.png', '.jpg');
    await store.publish([
      await stageBytes(store, ORIGINAL, Buffer.from('a')),
      await stageBytes(store, other, Buffer.from('b')),
    ]);
    for await (const blob of store.pending()) {
      expect(blob).toMatchObject({ bytes: 1, sha256: '', crc32: '' });
      if (blob.key === ORIGINAL) await store.release([blob]);
      else await store.retract([blob]);
    }
    expect([await contentOf(store, ORIGINAL), await contentOf(store, other)]).toEqual(['a', undefined]);
    expect(await pendingKeys(store)).toEqual([]);
  });
}

const GIVEN = ORIGINAL.replace('users/o/', 'users/p/');

function giving(make: () => Promise<BlobStore>): void {
  const published = async () => {
    const store = await make();
    const staged = await stageBytes(store, ORIGINAL, Buffer.from('the bytes'));
    await store.publish([staged]);
    await store.release([staged]);
    return store;
  };

  it('stages what lies under one key as what will lie under another', async () => {
    const store = await published();
    const given = await store.stageFrom(ORIGINAL, GIVEN);
    expect(given).toMatchObject({ key: GIVEN, bytes: 9 });
    if (given === undefined) throw new Error('nothing was staged');
    expect(Buffer.from(await given.read()).toString()).toBe('the bytes');
    expect(['', createHash('sha256').update('the bytes').digest('hex')]).toContain(given.sha256);
    expect(await contentOf(store, GIVEN)).toBeUndefined();
    expect(await pendingKeys(store)).toEqual([GIVEN]);
    await store.publish([given]);
    await store.release([given]);
    expect(await pendingKeys(store)).toEqual([]);
    expect(await store.remove(ORIGINAL)).toBe(true);
    expect(await contentOf(store, GIVEN)).toBe('the bytes');
  });

  it('takes back what was given, and nothing of where it came from', async () => {
    const store = await published();
    const given = await store.stageFrom(ORIGINAL, GIVEN);
    if (given === undefined) throw new Error('nothing was staged');
    await store.publish([given]);
    await store.retract([given]);
    expect(await contentOf(store, GIVEN)).toBeUndefined();
    expect(await contentOf(store, ORIGINAL)).toBe('the bytes');
    expect(await pendingKeys(store)).toEqual([]);
  });

  it('gives nothing where nothing lies, and never over something', async () => {
    const store = await published();
    expect(await store.stageFrom(GIVEN, ORIGINAL)).toBeUndefined();
    expect(await pendingKeys(store)).toEqual([]);
    const other = await stageBytes(store, GIVEN, Buffer.from('another'));
    await expect(store.stageFrom(ORIGINAL, GIVEN)).rejects.toMatchObject(TAKEN);
    await store.publish([other]);
    await store.release([other]);
    const given = await store.stageFrom(ORIGINAL, GIVEN);
    if (given === undefined) throw new Error('nothing was staged');
    await expect(store.publish([given])).rejects.toMatchObject(TAKEN);
    await store.retract([given]);
    expect(await contentOf(store, GIVEN)).toBe('another');
  });
}

function keeping(make: () => Promise<BlobStore>): void {
  it('writes disposable bytes in one step, over what was there, for old readers unchanged', async () => {
    const store = await make();
    await store.write(THUMB, Buffer.from('first'));
    const reader = await store.open(THUMB);
    await Promise.all([store.write(THUMB, Buffer.from('second')), store.write(THUMB, Buffer.from('second'))]);
    expect(Buffer.from((await reader?.read(0, 10)) ?? []).toString()).toBe('first');
    await reader?.close();
    expect(await contentOf(store, THUMB)).toBe('second');
    expect(await store.stat(THUMB)).toMatchObject({ bytes: 6 });
    expect(await pendingKeys(store)).toEqual([]);
  });

  it('reads any part, and nothing past the end', async () => {
    const store = await make();
    await store.write(THUMB, Buffer.from('0123456789'));
    const reader = await store.open(THUMB);
    expect(reader?.bytes).toBe(10);
    expect(Buffer.from((await reader?.read(3, 4)) ?? []).toString()).toBe('3456');
    expect(Buffer.from((await reader?.read(8, 40)) ?? []).toString()).toBe('89');
    expect((await reader?.read(10, 1))?.length).toBe(0);
    expect((await reader?.read(99, 1))?.length).toBe(0);
    await reader?.close();
  });

  it('removes once, and answers an absent key with undefined', async () => {
    const store = await make();
    await store.write(THUMB, Buffer.from('x'));
    expect(await store.remove(THUMB)).toBe(true);
    expect(await store.remove(THUMB)).toBe(false);
    expect(await store.remove(ORIGINAL)).toBe(false);
    expect([await store.stat(THUMB), await store.open(THUMB)]).toEqual([undefined, undefined]);
  });
}
