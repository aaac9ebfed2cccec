import type { BlobStore, BlobWriter, StagedBlob } from './blob-store.ts';

export interface HeldBlobs {
  readonly blobs: BlobStore;
  /** Whether somebody in this process is at work with what is staged under this key. */
  isHeld(key: string): boolean;
}

/**
 * Knows what is staged by whom is still at work: a staged blob may share its file with one that was published long ago,
 * so that no time tells its age. Held from `stage` or `stageFrom` until `abort`, `release` or `retract`, whether that
 * does well or not: what one of these left behind is nobody's any more.
 */
export function createHeldBlobs(store: BlobStore): HeldBlobs {
  const held = new Set<string>();
  const letGo = async (staged: readonly StagedBlob[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } finally {
      for (const { key } of staged) held.delete(key);
    }
  };
  /** A failure of `work` leaves nobody with the key, unless somebody else had it before. */
  const hold = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = held.has(key);
    held.add(key);
    try {
      return await work();
    } catch (error) {
      if (!before) held.delete(key);
      throw error;
    }
  };
  const watched = (writer: BlobWriter): BlobWriter => ({
    key: writer.key,
    write: (chunk) => writer.write(chunk),
    flush: () => writer.flush(),
    finish: () => writer.finish(),
    async abort() {
      try {
        await writer.abort();
      } finally {
        held.delete(writer.key);
      }
    },
  });
  const blobs: BlobStore = {
    ...store,
    stage: (key) => hold(key, async () => watched(await store.stage(key))),
    async stageFrom(from, to) {
      const staged = await hold(to, () => store.stageFrom(from, to));
      if (staged === undefined) held.delete(to);
      return staged;
    },
    async rekey(staged, key) {
      const moved = await hold(key, () => store.rekey(staged, key));
      if (key !== staged.key) held.delete(staged.key);
      return moved;
    },
    release: (staged) => letGo(staged, () => store.release(staged)),
    retract: (staged) => letGo(staged, () => store.retract(staged)),
  };
  return { blobs, isHeld: (key) => held.has(key) };
}
