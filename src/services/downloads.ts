import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { Catalog, Entry } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import { isPictureId } from '../domain/id.ts';
import { originalKey } from '../domain/key.ts';
import type { Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import { aborted } from './gate.ts';
import { readBlob } from './read-blob.ts';
import { createZipStream, type ZipSource, type ZipStream } from './zip/zip-stream.ts';

/** What somebody wants to have in one file. */
export interface DownloadRequest {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly ids: readonly string[];
}

export interface Downloads {
  /**
   * The archive of these originals, checked one by one as they would be alone.
   * @param signal of whoever asked: of pictures without a checksum all bytes are read for it first
   * @throws KirokuError `not_found` when one of them is unknown, somebody else's, or in the trash; `payload_too_large`;
   *   `aborted`
   */
  zip(request: DownloadRequest, signal?: AbortSignal): Promise<ZipStream>;
  /** Keeps a request for an hour, so that a broken download can be resumed. @throws KirokuError as `zip` */
  keep(
    request: DownloadRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly token: string; readonly expires: number; readonly bytes: number }>;
  /** What was kept under this token for this owner; undefined when there is nothing (any more). */
  find(owner: Owner, token: string): DownloadRequest | undefined;
}

export interface DownloadsDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** Pictures in all kept requests together; the oldest requests go first. */
  readonly keptIds?: number;
}

const KEPT_MS = 3_600_000;
const KEPT_IDS = 1_000_000;
/** Checksums that had to be read from files are not read again for the next part of the same archive. */
const MOST_CHECKSUMS = 100_000;
const MOST_IDS = 2_000;
const MOST_BYTES = 64 * 2 ** 30;

/** Many originals as one stored ZIP, made while it is sent. */
export function createDownloads(deps: DownloadsDeps): Downloads {
  const { catalog, blobs, now, random } = deps;
  const kept = new LRUCache<string, DownloadRequest & { readonly expires: number }>({
    maxSize: deps.keptIds ?? KEPT_IDS,
    sizeCalculation: ({ ids }) => ids.length,
  });
  const checksums = new LRUCache<string, number>({ max: MOST_CHECKSUMS });

  /** Records of the earlier system have no checksum: the file is read for it. */
  const checksumOf = async (entry: Entry, signal: AbortSignal | undefined): Promise<number> => {
    const known = entry.record().crc32;
    if (known !== null) return Number.parseInt(known, 16);
    const key = originalKey(entry, entry.ext);
    // originals never change, but for what somebody else writes: then the archive breaks off, as for a known checksum
    const read = checksums.get(key);
    if (read !== undefined) return read;
    let sum = 0;
    for await (const chunk of readBlob(blobs, key, 0, entry.record().bytes - 1)) {
      if (signal?.aborted) throw aborted(signal);
      sum = crc32(chunk, sum);
    }
    checksums.set(key, sum);
    return sum;
  };

  const sourceOf = async (entry: Entry, signal: AbortSignal | undefined): Promise<ZipSource> => {
    const key = originalKey(entry, entry.ext);
    return {
      name: nameOf(entry),
      bytes: entry.record().bytes,
      crc32: await checksumOf(entry, signal),
      time: entry.createdAt,
      stream: (start, end) => readBlob(blobs, key, start, end),
    };
  };

  const zip = async ({ owner, kind, ids }: DownloadRequest, signal?: AbortSignal): Promise<ZipStream> => {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0 || wanted.length > MOST_IDS) {
      throw new KirokuError('invalid_parameter', `ids: from 1 to ${MOST_IDS} pictures.`, {
        details: { field: 'ids' },
      });
    }
    const sources: ZipSource[] = [];
    let bytes = 0;
    for (const id of wanted) {
      if (signal?.aborted) throw aborted(signal);
      const entry = isPictureId(id) ? await catalog.find(owner, kind, id) : undefined;
      if (entry === undefined || entry.status !== 'active') throw notFound();
      bytes += entry.record().bytes;
      if (bytes > MOST_BYTES) throw new KirokuError('payload_too_large', 'Too many bytes for one archive.');
      sources.push(await sourceOf(entry, signal));
    }
    return createZipStream(sources);
  };

  return {
    zip,
    async keep(request, signal) {
      const { bytes } = await zip(request, signal);
      const token = Buffer.from(random(16)).toString('hex');
      const expires = now() + KEPT_MS;
      kept.set(token, { ...request, ids: [...new Set(request.ids)], expires });
      return { token, expires, bytes };
    },
    find(owner, token) {
      const request = kept.get(token);
      return request === undefined || request.owner !== owner || request.expires <= now()
        ? undefined
        : request;
    },
  };
}

/** `2026-11-21_01kaj….png`: ours alone, sorted by day, no two alike. */
function nameOf(entry: Entry): string {
  return `${entry.day.replaceAll('/', '-')}_${entry.id}.${entry.ext}`;
}
