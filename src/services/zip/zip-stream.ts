import { createHash } from 'node:crypto';
import { KirokuError } from '../../domain/errors.ts';
import { centralEntry, endRecords, localHeader, type ZipMember } from './zip-format.ts';

/** A member and where its bytes come from. */
export interface ZipSource extends ZipMember {
  /** Bytes `start`…`end` (inclusive) of the content. Only one member is open at a time. */
  stream(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** An archive that is nowhere whole: its length and every byte are known, and any part of it can be sent. */
export interface ZipStream {
  readonly bytes: number;
  /** Strong: equal archives have equal tags, and no other has. Without quotes. */
  readonly etag: string;
  /** Bytes `start`…`end` (inclusive). @throws KirokuError `io_error` when a member is not as long as it was */
  stream(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** A run of the archive's bytes. */
type Piece =
  | { readonly at: number; readonly length: number; readonly bytes: Buffer }
  | { readonly at: number; readonly length: number; readonly source: ZipSource };

/** Lays out an archive of stored members, in the order given. The names must differ. */
export function createZipStream(sources: readonly ZipSource[]): ZipStream {
  const pieces: Piece[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const put = (bytes: Buffer) => {
    pieces.push({ at, length: bytes.length, bytes });
    at += bytes.length;
  };
  for (const source of sources) {
    directory.push(centralEntry(source, at));
    put(localHeader(source));
    pieces.push({ at, length: source.bytes, source });
    at += source.bytes;
  }
  const start = at;
  const listing = Buffer.concat(directory);
  put(Buffer.concat([listing, endRecords(sources.length, start, listing.length)]));
  return {
    bytes: at,
    // the directory names every member with its time, size and checksum
    etag: createHash('sha256').update(listing).digest('hex').slice(0, 32),
    stream: (from, to) => streamPieces(pieces, from, to),
  };
}

async function* streamPieces(
  pieces: readonly Piece[],
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    const from = Math.max(start, piece.at) - piece.at;
    const to = Math.min(end, piece.at + piece.length - 1) - piece.at;
    if (from > to) continue;
    if ('bytes' in piece) yield piece.bytes.subarray(from, to + 1);
    else yield* exactly(piece.source.stream(from, to), to - from + 1);
  }
}

/** A member that is shorter or longer than it was would shift everything behind it: the stream must break instead. */
async function* exactly(chunks: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of chunks) {
    sent += chunk.byteLength;
    if (sent > length) break;
    yield chunk;
  }
  if (sent !== length) throw new KirokuError('io_error', 'A file is not as long as it was.');
}
