import { describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { OWNER, openCatalog, picture, put } from '../../../fault/manifest-rig.ts';

describe('the entry of a change', () => {
  // found by an hour of load: every kept entry held the slab of 64 KiB that its bytes were made in
  it.each([
    ['nothing private', {}],
    ['a private end', { idem: '0123456789abcdef' }],
  ])('with %s holds no more memory than its bytes', async (_, more) => {
    const storage = createMemoryStorage({ now: () => 0 });
    const held: Uint8Array[] = [];
    const catalog = openCatalog(storage);
    catalog.onChange(({ entry }) => {
      if (entry !== undefined) held.push(entry.publicJson);
    });
    await put(storage, catalog, picture(0, more));
    const [bytes] = held;
    expect(bytes?.buffer.byteLength).toBe(bytes?.byteLength);
    expect(bytes?.byteLength).toBeGreaterThan(100);
    const found = await catalog.find(OWNER, 'generated', picture(0).id);
    expect(found?.publicJson).toEqual(bytes);
    await catalog.close();
  });
});
