import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromErrno, KirokuError } from '../domain/errors.ts';
import { errno } from '../storage/errno.ts';
import type { BlobStore, BlobWriter, StagedBlob } from './blob-store.ts';
import { crcHex } from './fs-blob-writer.ts';

interface Content {
  readonly bytes: Uint8Array;
  readonly modified: number;
}

export interface MemoryBlobStoreDeps {
  /** ms since the epoch. */
  readonly now: () => number;
}

/** The blob store in memory. Content is never written to in place, so that readers and blobs can share it. */
export function createMemoryBlobStore({ now }: MemoryBlobStoreDeps): BlobStore {
  const staged = new Map<string, Content>();
  const published = new Map<string, Content>();

  function stagedAs(key: string, content: Content, sha256: string, crc: string): StagedBlob {
    return {
      key,
      bytes: content.bytes.length,
      sha256,
      crc32: crc,
      localPath: undefined,
      async read() {
        return content.bytes;
      },
    };
  }

  function contentOf(key: string): Content {
    const content = staged.get(key);
    if (content === undefined) throw fromErrno(errno('ENOENT', 'publish', key));
    return content;
  }

  function writer(key: string): BlobWriter {
    const placeholder: Content = { bytes: new Uint8Array(), modified: now() };
    staged.set(key, placeholder);
    const chunks: Buffer[] = [];
    let open = true;
    function checkOpen(): void {
      if (!open) throw new KirokuError('internal', 'The upload is already closed.');
    }
    return {
      key,
      async write(chunk) {
        checkOpen();
        chunks.push(Buffer.from(chunk));
      },
      async flush() {
        checkOpen();
        return undefined;
      },
      async finish() {
        checkOpen();
        open = false;
        const bytes = Buffer.concat(chunks);
        const content = { bytes, modified: now() };
        staged.set(key, content);
        return stagedAs(key, content, createHash('sha256').update(bytes).digest('hex'), crcHex(crc32(bytes)));
      },
      async abort() {
        if (open) staged.delete(key);
        open = false;
      },
    };
  }

  return {
    async stage(key) {
      if (staged.has(key)) throw fromErrno(errno('EEXIST', 'stage', key));
      return writer(key);
    },
    async stageFrom(from, to) {
      const content = published.get(from);
      if (content === undefined) return undefined;
      const left = staged.get(to);
      if (left !== undefined && left !== content) throw fromErrno(errno('EEXIST', 'stage', to));
      staged.set(to, content);
      return stagedAs(to, content, '', '');
    },
    async rekey(blob, key) {
      if (blob.key === key) return blob;
      const content = contentOf(blob.key);
      if (staged.has(key)) throw fromErrno(errno('EEXIST', 'rekey', key));
      staged.delete(blob.key);
      staged.set(key, content);
      return stagedAs(key, content, blob.sha256, blob.crc32);
    },
    async publish(blobs) {
      const fresh = blobs.map(({ key }) => [key, contentOf(key)] as const);
      const taken = fresh.find(
        ([key], index) => published.has(key) || fresh.findIndex(([k]) => k === key) < index,
      );
      if (taken !== undefined) throw fromErrno(errno('EEXIST', 'publish', taken[0]));
      for (const [key, content] of fresh) published.set(key, content);
    },
    async release(blobs) {
      for (const { key } of blobs) staged.delete(key);
    },
    async retract(blobs) {
      for (const { key } of blobs) {
        const content = staged.get(key);
        if (content !== undefined && published.get(key) === content) published.delete(key);
        staged.delete(key);
      }
    },
    async *pending() {
      for (const [key, content] of [...staged]) yield stagedAs(key, content, '', '');
    },
    async write(key, bytes) {
      published.set(key, { bytes: Buffer.from(bytes), modified: now() });
    },
    async stat(key) {
      const content = published.get(key);
      return content && { bytes: content.bytes.length, modified: content.modified };
    },
    async open(key) {
      const content = published.get(key);
      if (content === undefined) return undefined;
      return {
        bytes: content.bytes.length,
        modified: content.modified,
        async read(position, length) {
          return content.bytes.subarray(position, position + length);
        },
        async close() {},
      };
    },
    async remove(key) {
      return published.delete(key);
    },
    localPath: () => undefined,
  };
}
