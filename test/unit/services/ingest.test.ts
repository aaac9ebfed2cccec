import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../../../src/blobs/blob-store.ts';
import { createMemoryBlobStore } from '../../../src/blobs/memory-blob-store.ts';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { KirokuError, UnsettledError } from '../../../src/domain/errors.ts';
import { originalKey, thumbKey } from '../../../src/domain/key.ts';
import { thumbFacts } from '../../../src/services/thumb-facts.ts';
import { jpegPicture, pngPicture } from '../../support/pictures.ts';
import {
  ANNA,
  BERT,
  body,
  failureOf,
  NOON,
  REQUEST,
  stagedKeys,
  testServices,
} from '../../support/services.ts';

const png = await pngPicture({ width: 60, height: 40 });
const large = await pngPicture({ width: 2100, height: 2000 });
const other = await pngPicture({ width: 60, height: 40, seed: 2 });

async function listed(catalog: Catalog): Promise<number> {
  const page = await catalog.list({
    owner: ANNA,
    kind: 'generated',
    status: 'active',
    order: 'newest',
    size: 100,
    at: { page: 1 },
  });
  return page.total;
}

/** A blob store that fails at one of its steps. */
function failing(step: 'stage' | 'rekey' | 'publish' | 'release', error: Error, skip = 0): BlobStore {
  const inner = createMemoryBlobStore({ now: () => NOON });
  let left = skip;
  const fail = (): void => {
    if (left === 0) throw error;
    left -= 1;
  };
  return {
    ...inner,
    async stage(key) {
      if (step === 'stage') fail();
      return inner.stage(key);
    },
    async rekey(staged, key) {
      if (step === 'rekey') fail();
      return inner.rekey(staged, key);
    },
    async publish(staged) {
      if (step === 'publish') fail();
      return inner.publish(staged);
    },
    async release(staged) {
      if (step === 'release') fail();
      return inner.release(staged);
    },
  };
}

describe('receive', () => {
  it('stages the bytes as they are, and a thumbnail', async () => {
    const { ingest, blobs } = testServices();
    const received = await ingest.receive(body(png), { maxBytes: png.byteLength });
    expect(received.bytes).toBe(png.byteLength);
    expect(received.sha256).toBe(createHash('sha256').update(png).digest('hex'));
    expect(await stagedKeys(blobs)).toEqual([
      `incoming/${received.id}.png`,
      `incoming/thumb/${received.id}.webp`,
    ]);
    await received.discard();
    await received.discard();
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it.each([
    ['one byte too many', png, png.byteLength - 1, 'payload_too_large'],
    ['no picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 1000, 'unsupported_type'],
    ['nothing', Buffer.alloc(0), 1000, 'unsupported_type'],
    ['half a picture', png.subarray(0, png.byteLength / 2), 1_000_000, 'undecodable_image'],
    ['too many pixels', large, 50_000_000, 'image_too_large'],
  ])('refuses %s and leaves nothing staged', async (_name, bytes, maxBytes, code) => {
    const { ingest, blobs } = testServices();
    expect(await failureOf(ingest.receive(body(bytes), { maxBytes }))).toMatchObject({ code });
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('leaves nothing staged when the caller goes away, and tells the body', async () => {
    const { ingest, blobs } = testServices();
    const gone = new AbortController();
    let closed = false;
    async function* slow() {
      try {
        yield png.subarray(0, 6000);
        gone.abort();
        yield png.subarray(6000);
      } finally {
        closed = true;
      }
    }
    const failure = await failureOf(ingest.receive(slow(), { maxBytes: 1e6, signal: gone.signal }));
    expect(failure).toMatchObject({ code: 'aborted' });
    expect(closed).toBe(true);
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('leaves nothing staged when the body breaks', async () => {
    const { ingest, blobs } = testServices();
    async function* broken() {
      yield png.subarray(0, 6000);
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    }
    expect(await failureOf(ingest.receive(broken(), { maxBytes: 1e6 }))).toBeInstanceOf(KirokuError);
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('leaves nothing staged when there is no room for the thumbnail', async () => {
    const blobs = failing('stage', new KirokuError('disk_full', 'full'), 1);
    const { ingest } = testServices({ blobs });
    expect(await failureOf(ingest.receive(body(png), { maxBytes: 1e6 }))).toMatchObject({
      code: 'disk_full',
    });
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('refuses before it reads when it may not take in', async () => {
    const { ingest } = testServices({
      admit: async () => {
        throw new KirokuError('disk_full', 'full');
      },
    });
    let read = false;
    async function* watched() {
      read = true;
      yield png;
    }
    expect(await failureOf(ingest.receive(watched(), { maxBytes: 1e6 }))).toMatchObject({
      code: 'disk_full',
    });
    expect(read).toBe(false);
  });

  it('tells those who find too many waiting to come again, and serves the rest', async () => {
    const { ingest } = testServices({ limits: { uploads: 1, waiting: 1 } });
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => ingest.receive(body(png), { maxBytes: 1e6 })),
    );
    const codes = results.map((result) => (result.status === 'fulfilled' ? 'taken' : result.reason.code));
    expect(codes.sort()).toEqual(['overloaded', 'overloaded', 'taken', 'taken']);
    await expect(ingest.receive(body(png), { maxBytes: 1e6 })).resolves.toBeDefined();
  });
});

describe('commit', () => {
  it('keeps the bytes, the thumbnail and a whole record', async () => {
    const { add, blobs } = testServices();
    const { entry, outcome } = await add(png, {
      filename: '../../etc/Bild\u202Egnp.png',
      meta: { prompt: '猫', seed: '18446744073709551615' },
      tags: [' a ', 'a', 'b'],
      createdAt: Date.parse('2024-02-29T23:59:59.999Z'),
      idempotencyKey: 'k',
    });
    expect(outcome).toBe('created');
    expect(entry.record()).toMatchObject({
      v: 1,
      rev: 1,
      owner: ANNA,
      kind: 'generated',
      status: 'active',
      created_at: '2024-02-29T23:59:59.999Z',
      original_filename: 'Bildgnp.png',
      mime: 'image/png',
      bytes: png.byteLength,
      sha256: createHash('sha256').update(png).digest('hex'),
      width: 60,
      height: 40,
      aspect_ratio: '3:2',
      prompt: '猫',
      seed: '18446744073709551615',
      workflow_id: null,
      tags: ['a', 'b'],
      thumb: `thumb/${entry.id}.webp`,
      thumb_v: 1,
    });
    expect(entry.day).toBe('2024/02/29');
    const original = await blobs.open(originalKey(entry, 'png'));
    expect(Buffer.from((await original?.read(0, 1e7)) ?? [])).toEqual(png);
    const thumb = await (await blobs.open(thumbKey(entry, 'webp')))?.read(0, 1e6);
    expect(entry.record()).toMatchObject(thumbFacts(entry.id, 'webp', thumb ?? new Uint8Array()));
    expect(entry.record().thumb_bytes).toBeGreaterThan(0);
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('keeps a picture whose thumbnail could not be made (I8)', async () => {
    const services = testServices();
    services.decoder.change = (image) => ({ ...image, thumbnail: null, thumbhash: null });
    const { entry } = await services.add(png);
    expect(entry.thumb).toBeNull();
    expect(entry.record()).toMatchObject({ thumb: null, thumb_v: 0, thumb_bytes: 0 });
  });

  it('refuses a time far ahead, and a second use of the same bytes', async () => {
    const { ingest, blobs } = testServices();
    const received = await ingest.receive(body(png), { maxBytes: 1e6 });
    const late = { ...REQUEST, createdAt: NOON + 25 * 3600 * 1000 };
    expect(await failureOf(ingest.commit(received, late))).toMatchObject({
      code: 'invalid_metadata',
      details: { field: 'created_at' },
    });
    expect(await stagedKeys(blobs)).toEqual([]);
    expect(await failureOf(ingest.commit(received, REQUEST))).toMatchObject({ code: 'internal' });
  });

  it('answers a repeated key with the first picture, and the key with other bytes with a refusal', async () => {
    const { add, blobs, catalog } = testServices();
    const first = await add(png, { idempotencyKey: 'key' });
    const again = await add(png, { idempotencyKey: 'key' });
    expect(again.outcome).toBe('replayed');
    expect(again.entry.id).toBe(first.entry.id);
    expect(await failureOf(add(other, { idempotencyKey: 'key' }))).toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect(await failureOf(add(png, { idempotencyKey: 'key', kind: 'input' }))).toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect((await add(png, { idempotencyKey: 'key', owner: BERT })).outcome).toBe('created');
    expect(await listed(catalog)).toBe(1);
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('forgets a key after seven days', async () => {
    const { add, clock } = testServices();
    await add(png, { idempotencyKey: 'key' });
    clock.now += 7 * 24 * 3600 * 1000 + 1;
    expect((await add(other, { idempotencyKey: 'key' })).outcome).toBe('created');
  });

  it('makes one picture of 20 retries that arrive together', async () => {
    const { add, blobs, catalog } = testServices();
    const results = await Promise.all(Array.from({ length: 20 }, () => add(png, { idempotencyKey: 'key' })));
    expect(results.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(new Set(results.map(({ entry }) => entry.id)).size).toBe(1);
    expect(await listed(catalog)).toBe(1);
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('gives back the picture with the same bytes when asked to', async () => {
    const { add, trash } = testServices();
    const first = await add(png);
    expect(await add(png, { dedupe: true })).toMatchObject({
      outcome: 'duplicate',
      entry: { id: first.entry.id },
    });
    expect((await add(png)).outcome).toBe('created');
    expect((await add(png, { dedupe: true, kind: 'input' })).outcome).toBe('created');
    expect((await add(other, { dedupe: true })).outcome).toBe('created');
    const { entry } = await add(other, { dedupe: true });
    await trash.trash(ANNA, 'generated', entry.id);
    expect((await add(other, { dedupe: true })).outcome).toBe('created');
  });

  it.each(['rekey', 'publish'] as const)('leaves nothing when %s fails', async (step) => {
    const blobs = failing(step, new KirokuError('io_error', 'broken'), step === 'rekey' ? 1 : 0);
    const { add, catalog } = testServices({ blobs });
    expect(await failureOf(add(png))).toMatchObject({ code: 'io_error' });
    expect(await stagedKeys(blobs)).toEqual([]);
    expect(await listed(catalog)).toBe(0);
  });

  it('takes back what it published when the catalog refuses', async () => {
    const inner = createMemoryCatalog({ now: () => NOON });
    const published: string[] = [];
    const store = createMemoryBlobStore({ now: () => NOON });
    const blobs: BlobStore = {
      ...store,
      async publish(staged) {
        published.push(...staged.map(({ key }) => key));
        await store.publish(staged);
      },
    };
    const { add } = testServices({
      blobs,
      catalog: {
        ...inner,
        async commit() {
          throw new KirokuError('disk_full', 'full');
        },
      },
    });
    expect(await failureOf(add(png))).toMatchObject({ code: 'disk_full' });
    expect(published).toHaveLength(2);
    for (const key of published) expect(await blobs.stat(key)).toBeUndefined();
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('undoes nothing when the change is committed but not settled', async () => {
    const inner = createMemoryCatalog({ now: () => NOON });
    const { add, blobs } = testServices({
      catalog: {
        ...inner,
        async commit(who, mutation) {
          await inner.commit(who, mutation);
          throw new UnsettledError('io_error', 'owed');
        },
      },
    });
    expect(await failureOf(add(png, { idempotencyKey: 'key' }))).toBeInstanceOf(UnsettledError);
    const replay = await add(png, { idempotencyKey: 'key' });
    expect(replay.outcome).toBe('replayed');
    expect(await blobs.stat(originalKey(replay.entry, 'png'))).toBeDefined();
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('answers although the staged names cannot be removed', async () => {
    const blobs = failing('release', new KirokuError('io_error', 'broken'));
    const { add } = testServices({ blobs });
    const { entry } = await add(await jpegPicture(), { filename: '' });
    expect(await blobs.stat(originalKey(entry, 'jpg'))).toBeDefined();
    expect(entry.record().original_filename).toBe('unnamed');
  });
});
