import { describe, expect, it } from 'vitest';
import { createMemoryBlobStore } from '../../../src/blobs/memory-blob-store.ts';
import { KirokuError } from '../../../src/domain/errors.ts';
import { originalKey, thumbKey } from '../../../src/domain/key.ts';
import { jpegPicture, pngPicture } from '../../support/pictures.ts';
import { ANNA, BERT, failureOf, stagedKeys, testServices } from '../../support/services.ts';

const png = await pngPicture();

describe('copy into the input locker', () => {
  it('makes an input of its own with the same bytes, and decodes nothing again', async () => {
    const { add, inputs, blobs, decoder } = testServices();
    const { entry } = await add(png, { filename: 'cat.png', meta: { prompt: 'a cat' } });
    const copy = await inputs.copy(ANNA, 'generated', entry.id);
    expect(decoder.decodes).toBe(1);
    expect(copy.kind).toBe('input');
    expect(copy.id).not.toBe(entry.id);
    const [from, to] = [entry.record(), copy.record()];
    expect(to).toMatchObject({
      source: 'input-copy',
      original_filename: 'cat.png',
      parents: [{ kind: 'generated', id: entry.id, role: 'copy' }],
      sha256: from.sha256,
      crc32: from.crc32,
      bytes: from.bytes,
      width: from.width,
      height: from.height,
      thumbhash: from.thumbhash,
      thumb_bytes: from.thumb_bytes,
    });
    const reader = await blobs.open(originalKey(copy, copy.ext));
    expect(Buffer.from((await reader?.read(0, 1e7)) ?? [])).toEqual(png);
    expect(await stagedKeys(blobs)).toEqual([]);
  });

  it('makes the thumbnail again when there is none to copy', async () => {
    const { add, inputs, blobs, decoder } = testServices();
    const { entry } = await add(await jpegPicture(), { kind: 'control' });
    await blobs.remove(thumbKey(entry, 'webp'));
    const copy = await inputs.copy(ANNA, 'control', entry.id);
    expect(decoder.decodes).toBe(2);
    expect((await blobs.stat(thumbKey(copy, 'webp')))?.bytes).toBeGreaterThan(0);
  });

  it('makes the thumbnail again when the disk does not give it', async () => {
    const memory = createMemoryBlobStore({ now: () => 0 });
    let unreadable = '';
    const open: typeof memory.open = async (key) => {
      if (key === unreadable) throw new KirokuError('io_error', 'The file cannot be read.');
      return memory.open(key);
    };
    const { add, inputs, blobs } = testServices({ blobs: { ...memory, open } });
    const { entry } = await add(png);
    unreadable = thumbKey(entry, 'webp');
    const copy = await inputs.copy(ANNA, 'generated', entry.id);
    expect((await blobs.stat(thumbKey(copy, 'webp')))?.bytes).toBeGreaterThan(0);
  });

  it('refuses what is not there, not theirs, or thrown away', async () => {
    const { add, inputs, trash } = testServices();
    const { entry } = await add(png);
    expect(await failureOf(inputs.copy(BERT, 'generated', entry.id))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(inputs.copy(ANNA, 'control', entry.id))).toMatchObject({ code: 'not_found' });
    await trash.trash(ANNA, 'generated', entry.id);
    expect(await failureOf(inputs.copy(ANNA, 'generated', entry.id))).toMatchObject({ code: 'not_found' });
  });

  it('refuses to pass on damaged bytes', async () => {
    const { add, inputs, blobs } = testServices();
    const { entry } = await add(png);
    const damaged = Buffer.from(png);
    damaged.writeUInt8(1, damaged.length - 1);
    await blobs.write(originalKey(entry, 'png'), damaged);
    expect(await failureOf(inputs.copy(ANNA, 'generated', entry.id))).toMatchObject({ code: 'io_error' });
    await blobs.remove(originalKey(entry, 'png'));
    expect(await failureOf(inputs.copy(ANNA, 'generated', entry.id))).toMatchObject({ code: 'not_found' });
    expect(await stagedKeys(blobs)).toEqual([]);
  });
});
