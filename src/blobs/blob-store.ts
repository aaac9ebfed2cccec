/**
 * The blob store port: keeps bytes by key. Knows nothing of records. Drivers: file system, memory (S3 later).
 *
 * New bytes arrive in steps, so that a crash between any two leaves them whole or absent:
 * `stage` (write, finish) → `publish` (durable under their keys) → the caller's own commit → `release`.
 * Before the commit the caller can `retract`. What an earlier process left staged is given by `pending`.
 * An absent key is `undefined`, never an error; every other failure is a `KirokuError`.
 */
export interface BlobStore {
  /** Opens a staged blob under a provisional or final key. `conflict` surfaces as `io_error` with cause EEXIST. */
  stage(key: string): Promise<BlobWriter>;
  /**
   * Stages the bytes that lie under `from` as what will lie under `to`: shared where the driver can, else copied.
   * Undefined when there are none. What an interrupted call left under `to` is taken up where it is the same file.
   */
  stageFrom(from: string, to: string): Promise<StagedBlob | undefined>;
  /** Gives a staged blob the key it will get. Must come before `publish`. */
  rekey(staged: StagedBlob, key: string): Promise<StagedBlob>;
  /**
   * Makes all of them readable under their keys, durably, bytes and names. All or none: on a failure nothing stays
   * published. Never overwrites: a taken key fails.
   */
  publish(staged: readonly StagedBlob[]): Promise<void>;
  /** After the commit: forgets the staged names. The published bytes stay. Safe to repeat. */
  release(staged: readonly StagedBlob[]): Promise<void>;
  /** Instead of the commit: removes what `publish` made of exactly these blobs, and the staged bytes. Safe to repeat. */
  retract(staged: readonly StagedBlob[]): Promise<void>;
  /** What an earlier process left staged. Read before the first `stage` of this one. */
  pending(): AsyncIterable<StagedBlob>;
  /** Replaces disposable bytes (a thumbnail) in one step. Durable when it resolves. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  stat(key: string): Promise<BlobStat | undefined>;
  /** Opens for reading; the caller must `close`. */
  open(key: string): Promise<BlobReader | undefined>;
  /** False when it was not there. Durable when it resolves. */
  remove(key: string): Promise<boolean>;
  /** Real path for a decoder process; undefined where there is none. */
  localPath(key: string): string | undefined;
}

export interface BlobWriter {
  readonly key: string;
  /** Takes all of `chunk`. */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * All bytes given so far can be read at the path it resolves with, though they are not durable yet: a decoder may
   * begin while `finish` waits for the disk. Undefined where there is no path.
   */
  flush(): Promise<string | undefined>;
  /** Bytes on stable storage, counted and hashed by us. */
  finish(): Promise<StagedBlob>;
  /** Drops what was written; safe at any time. */
  abort(): Promise<void>;
}

export interface StagedBlob {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex; empty on a blob given by `pending`, and by `stageFrom` where the bytes are shared. */
  readonly sha256: string;
  /** 8 lower-case hex; empty as `sha256` is. */
  readonly crc32: string;
  /** Real path while staged; undefined where there is none. */
  readonly localPath: string | undefined;
  /** All staged bytes, for a decoder without file access. */
  read(): Promise<Uint8Array>;
}

export interface BlobStat {
  readonly bytes: number;
  /** ms since the epoch. */
  readonly modified: number;
}

export interface BlobReader extends BlobStat {
  /** Up to `length` bytes from `position`; an empty array at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
