import { beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../../src/blobs/blob-store.ts';
import type { Entry } from '../../../src/catalog/catalog.ts';
import { KirokuError } from '../../../src/domain/errors.ts';
import { originalKey, thumbKey } from '../../../src/domain/key.ts';
import { silentLog } from '../../../src/domain/log.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import { sniffMime } from '../../../src/media/signature.ts';
import { createFiles } from '../../../src/services/files.ts';
import { createHotThumbs } from '../../../src/services/hot-thumbs.ts';
import type { ServedFile } from '../../../src/services/services.ts';
import { pngPicture } from '../../support/pictures.ts';
import { ANNA, BERT, failureOf, testServices } from '../../support/services.ts';

const png = await pngPicture({ width: 300, height: 200 });

let services = testServices();
let entry: Entry;
let key = '';
let thumb = '';
beforeEach(async () => {
  services = testServices();
  entry = (await services.add(png)).entry;
  key = originalKey(entry, 'png');
  thumb = thumbKey(entry, 'webp');
});

async function content(
  file: ServedFile | undefined,
  start = 0,
  end = (file?.bytes ?? 0) - 1,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file?.stream(start, end) ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function flipped(blobs: BlobStore, at: string): Promise<Uint8Array> {
  const reader = await blobs.open(at);
  const bytes = Buffer.from((await reader?.read(0, 1e6)) ?? []);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  return bytes;
}

const thumbnail = () => services.files.thumbnail(ANNA, 'generated', entry.id, thumb);

describe('originals', () => {
  it('gives the bytes as they were received, whole and in part', async () => {
    const file = await services.files.original(ANNA, 'generated', entry.id, key);
    expect(file).toMatchObject({ mime: 'image/png', bytes: png.byteLength, etag: entry.record().sha256 });
    expect(await content(file)).toEqual(png);
    expect(await content(file, 10, 10)).toEqual(png.subarray(10, 11));
    expect(await content(file, png.byteLength - 5)).toEqual(png.subarray(-5));
  });

  it('knows a picture by exactly its own key, owner and kind', async () => {
    const { files } = services;
    expect(await files.original(BERT, 'generated', entry.id, key)).toBeUndefined();
    expect(await files.original(ANNA, 'input', entry.id, key)).toBeUndefined();
    expect(await files.original(ANNA, 'generated', entry.id, key.replace('.png', '.jpg'))).toBeUndefined();
    expect(
      await files.original(ANNA, 'generated', entry.id, key.replace('2026/11/21', '2026/11/20')),
    ).toBeUndefined();
    expect(await files.original(ANNA, 'generated', entry.id, thumb)).toBeUndefined();
    expect(await files.thumbnail(ANNA, 'generated', entry.id, key)).toBeUndefined();
    expect(await files.thumbnail(BERT, 'generated', entry.id, thumb)).toBeUndefined();
  });

  it('gives nothing for an original that is gone or has another length', async () => {
    const { files, blobs } = services;
    await blobs.write(key, png.subarray(1));
    expect(await files.original(ANNA, 'generated', entry.id, key)).toBeUndefined();
    await blobs.remove(key);
    expect(await files.original(ANNA, 'generated', entry.id, key)).toBeUndefined();
  });

  it('breaks off, rather than end early, when the bytes go away on the way', async () => {
    const { files, blobs } = services;
    const file = await files.original(ANNA, 'generated', entry.id, key);
    await blobs.write(key, png.subarray(0, 100));
    expect(await failureOf(content(file))).toMatchObject({ code: 'io_error' });
  });

  it('that goes because its picture does is no damage, and no failure of whoever reads it', async () => {
    const { catalog, blobs, decoder } = services;
    const told: unknown[] = [];
    const log = { ...silentLog, error: (...said: unknown[]) => told.push(said) };
    const files = createFiles({ blobs, catalog, decoder, sniff: sniffMime, log });
    const original = () => files.original(ANNA, 'generated', entry.id, key);
    const opened = await original();
    const change = (current: PictureRecord): PictureRecord => ({
      ...current,
      status: 'trash',
      trashed_at: current.updated_at,
      purging: current.updated_at,
    });
    await catalog.commit(ANNA, { op: 'edit', kind: 'generated', id: entry.id, change });
    await blobs.remove(key);
    expect(await failureOf(content(opened))).toMatchObject({ code: 'not_found' });
    expect(await original()).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('says that a picture is in the trash', async () => {
    await services.trash.trash(ANNA, 'generated', entry.id);
    expect(await services.files.original(ANNA, 'generated', entry.id, key)).toMatchObject({ trashed: true });
  });
});

describe('thumbnails', () => {
  it('are at hand once they were asked for', async () => {
    const { files } = services;
    expect(files.peekThumbnail(thumb)).toBeUndefined();
    const file = await thumbnail();
    expect(file).toMatchObject({ mime: 'image/webp', etag: `${entry.id}-1`, trashed: false });
    expect(await content(file)).toEqual(Buffer.from(file?.content ?? []));
    expect(files.peekThumbnail(thumb)).toBe(file);
    expect(services.decoder.decodes).toBe(1);
  });

  it('are no longer at hand once the picture is thrown away', async () => {
    const { files, trash } = services;
    await thumbnail();
    await trash.trash(ANNA, 'generated', entry.id);
    expect(files.peekThumbnail(thumb)).toBeUndefined();
    expect(await thumbnail()).toMatchObject({ trashed: true });
    expect(files.peekThumbnail(thumb)).toBeUndefined();
  });

  it('stay at hand through an edit that does not touch them', async () => {
    await thumbnail();
    await services.gallery.edit(ANNA, 'generated', entry.id, { favorite: true });
    expect(services.files.peekThumbnail(thumb)).toBeDefined();
  });

  it('are not kept when the picture was thrown away while they were read', async () => {
    const { files, trash } = services;
    const asked = thumbnail();
    await trash.trash(ANNA, 'generated', entry.id);
    await asked;
    expect(files.peekThumbnail(thumb)).toBeUndefined();
  });

  it('are not kept when the picture was thrown away while its record was read', async () => {
    const { catalog, blobs, decoder, trash } = services;
    const find: typeof catalog.find = async (...asked) => {
      const found = await catalog.find(...asked);
      await trash.trash(ANNA, 'generated', entry.id);
      return found;
    };
    const log = silentLog;
    const files = createFiles({ blobs, catalog: { ...catalog, find }, decoder, sniff: sniffMime, log });
    await files.thumbnail(ANNA, 'generated', entry.id, thumb);
    expect(files.peekThumbnail(thumb)).toBeUndefined();
  });

  it.each([
    ['missing', async () => void (await services.blobs.remove(thumb))],
    ['empty', () => services.blobs.write(thumb, Buffer.alloc(0))],
    ['no picture', () => services.blobs.write(thumb, Buffer.alloc(entry.record().thumb_bytes, 65))],
    ['flipped in one bit', async () => services.blobs.write(thumb, await flipped(services.blobs, thumb))],
    ['of another length', () => services.blobs.write(thumb, Buffer.alloc(9))],
  ])('are made again when %s, once for all who ask, and are the same', async (_name, damage) => {
    const { blobs, decoder } = services;
    const before = await content(await thumbnail());
    services.files.peekThumbnail(thumb);
    const fresh = testServices({ blobs, catalog: services.catalog });
    await damage();
    const files = await Promise.all(
      Array.from({ length: 5 }, () => fresh.files.thumbnail(ANNA, 'generated', entry.id, thumb)),
    );
    expect(fresh.decoder.decodes).toBe(1);
    expect(decoder.decodes).toBe(1);
    for (const file of files) expect(await content(file)).toEqual(before);
    expect((await blobs.stat(thumb))?.bytes).toBe(before.byteLength);
    // the same pixels: nothing that a client may have kept has become wrong
    expect((await services.gallery.get(ANNA, 'generated', entry.id)).record()).toMatchObject({
      rev: 1,
      thumb_v: 1,
    });
  });

  it('get a new version when they come out otherwise', async () => {
    const { blobs, decoder } = services;
    await blobs.remove(thumb);
    decoder.change = (image) => ({
      ...image,
      thumbnail: image.thumbnail && { ext: 'jpg', bytes: Buffer.from('other bytes') },
    });
    const file = await thumbnail();
    expect(file).toMatchObject({ mime: 'image/jpeg', etag: `${entry.id}-2` });
    const record = (await services.gallery.get(ANNA, 'generated', entry.id)).record();
    expect(record).toMatchObject({ thumb: `thumb/${entry.id}.jpg`, thumb_v: 2, thumb_bytes: 11 });
    expect(await thumbnail()).toBeUndefined();
  });

  it('are made later when they could not be made at first', async () => {
    const fresh = testServices();
    const { change } = fresh.decoder;
    fresh.decoder.change = (image) => ({ ...image, thumbnail: null });
    const bare = (await fresh.add(png)).entry;
    const name = thumbKey(bare, 'webp');
    expect(await fresh.files.thumbnail(ANNA, 'generated', bare.id, name)).toBeUndefined();
    fresh.decoder.change = change;
    expect(await fresh.files.thumbnail(ANNA, 'generated', bare.id, name)).toMatchObject({
      mime: 'image/webp',
    });
    expect((await fresh.gallery.get(ANNA, 'generated', bare.id)).record()).toMatchObject({
      thumb: `thumb/${bare.id}.webp`,
      thumb_v: 1,
    });
  });

  it('are given out although they cannot be kept', async () => {
    const { blobs } = services;
    await blobs.remove(thumb);
    const full = {
      ...blobs,
      async write() {
        throw new KirokuError('disk_full', 'full');
      },
    };
    const fresh = testServices({ blobs: full, catalog: services.catalog });
    expect(await fresh.files.thumbnail(ANNA, 'generated', entry.id, thumb)).toMatchObject({
      mime: 'image/webp',
    });
  });

  it('are none where the original is gone', async () => {
    const { blobs, files } = services;
    await blobs.remove(thumb);
    await blobs.remove(key);
    expect(await files.thumbnail(ANNA, 'generated', entry.id, thumb)).toBeUndefined();
  });
});

describe('the cache of hot thumbnails', () => {
  const file = (bytes: number): ServedFile => ({
    mime: 'image/webp',
    bytes,
    etag: '',
    modified: 0,
    trashed: false,
    content: undefined,
    async *stream() {},
  });

  it('is bounded in bytes and forgets what was asked for longest ago', () => {
    const hot = createHotThumbs(20_000);
    for (let index = 0; index < 100; index += 1) {
      const id = `${index}`.padStart(32, '0') as typeof entry.id;
      hot.put(ANNA, id, `key-${index}`, 1, file(500));
    }
    const kept = Array.from({ length: 100 }, (_, index) => hot.peek(`key-${index}`)).filter(Boolean);
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(20);
    expect(hot.peek('key-99')).toBeDefined();
    hot.put(ANNA, entry.id, 'huge', 1, file(19_000));
    expect(hot.peek('huge')).toBeUndefined();
  });
});
