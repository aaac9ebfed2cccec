import { closeSync, linkSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeHeader, HEADER_LENGTH } from '../../src/catalog/manifest/header.ts';
import { encodeLine } from '../../src/catalog/manifest/line.ts';
import { dayOf } from '../../src/domain/day.ts';
import { type Location, manifestKey, originalKey, sidecarKey, thumbKey } from '../../src/domain/key.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { encodeRecord } from '../../src/domain/record-codec.ts';
import { writeMarker } from '../../src/services/maintenance/volume.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { makePictures, type SeedPicture } from './seed-pictures.ts';
import { type History, ownerName, recordsOf } from './seed-records.ts';
import type { Random } from './seed-words.ts';

export interface SeedOptions {
  /** The tree's folder; it may exist and be empty. */
  readonly out: string;
  readonly owners: number;
  /** Over all owners; spread evenly. */
  readonly images: number;
  readonly days: number;
  /** End of the last day, ms since the epoch. */
  readonly until: number;
  readonly seed: number;
  readonly random: Random;
  /** False leaves the manifests to be rebuilt from the sidecars by the server. */
  readonly manifests: boolean;
  /** False writes manifests alone: what lists are answered from, without millions of files. True when absent. */
  readonly files?: boolean;
  /** Called after each owner. */
  readonly progress?: (done: number, pictures: number) => void;
}

const PICTURES = 16;

/** ext4 gives one file at most 65,000 names. */
const NAMES_PER_FILE = 60_000;

/**
 * Writes a tree as the server would have, except that nothing is synced and equal pictures share one file on disk.
 * Returns the owners' names, the ones with the most pictures first.
 */
export async function seedTree(options: SeedOptions): Promise<string[]> {
  const pictures = await makePictures(PICTURES, options.seed);
  const store = join(options.out, '.kiroku', 'staging');
  mkdirSync(store, { recursive: true });
  const files = createSharedFiles(store);
  const owners: string[] = [];
  let written = 0;
  for (let index = 0; index < options.owners; index += 1) {
    const left = options.images - written;
    const count = Math.ceil(left / (options.owners - index));
    const owner = ownerName(index, options.random);
    writeOwner(options, { owner, count, days: options.days, until: options.until }, pictures, files);
    owners.push(owner);
    written += count;
    options.progress?.(index + 1, written);
  }
  files.clear();
  await mark(options);
  return owners;
}

/** Last, as a tree that is half written is none. */
async function mark({ out, random, until }: SeedOptions): Promise<void> {
  const storage = createNodeStorage(out);
  await writeMarker(
    createFsStateStore({ storage, folders: createFolderSync(storage) }),
    hex(32, random),
    until,
  );
}

function hex(digits: number, random: Random): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
}

function writeOwner(
  options: SeedOptions,
  history: History,
  pictures: readonly SeedPicture[],
  files: SharedFiles,
): void {
  const made = new Set<string>();
  const manifest = options.manifests ? openManifest(options, history) : undefined;
  for (const { record, picture, time } of recordsOf(history, pictures, options.random)) {
    const encoded = encodeRecord(record);
    if (options.files !== false) writePicture(options, record, picture, encoded, files, made);
    manifest?.add(record, time, encoded);
  }
  manifest?.close();
}

function writePicture(
  { out }: SeedOptions,
  record: PictureRecord,
  picture: SeedPicture,
  encoded: Buffer,
  files: SharedFiles,
  made: Set<string>,
): void {
  const { owner, kind, id } = record;
  const at: Location = { owner, kind, day: dayOf(Date.parse(record.created_at)), id };
  const thumb = join(out, thumbKey(at, 'webp'));
  if (!made.has(at.day)) mkdirSync(dirname(thumb), { recursive: true });
  made.add(at.day);
  files.put(picture.png, join(out, originalKey(at, 'png')));
  files.put(picture.webp, thumb);
  writeFileSync(join(out, sidecarKey(at)), encoded);
}

const AT_ONCE = 4 << 20;

interface SeedManifest {
  add(record: PictureRecord, time: number, encoded: Buffer): void;
  close(): void;
}

/** All base and no log: what a compaction leaves behind. Written in large pieces; the header last. */
function openManifest({ out, random }: SeedOptions, { owner }: History): SeedManifest {
  const epoch = hex(16, random);
  const path = join(out, manifestKey(owner));
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w');
  let seq = 0;
  let end = HEADER_LENGTH;
  let held = 0;
  let lines: Buffer[] = [];
  const flush = () => {
    const bytes = Buffer.concat(lines, held);
    for (let done = 0; done < held; ) done += writeSync(fd, bytes, done, held - done, end + done);
    end += held;
    held = 0;
    lines = [];
  };
  return {
    add({ id, kind, status }, time, encoded) {
      seq += 1;
      const op = status === 'trash' ? 'trash' : 'put';
      const line = encodeLine({ seq, op, id, time, kind, status }, encoded);
      lines.push(line);
      held += line.length;
      if (held >= AT_ONCE) flush();
    },
    close() {
      flush();
      const header = encodeHeader({ owner, epoch, floor: 0, maxSeq: seq, sortedEnd: end });
      writeSync(fd, header, 0, HEADER_LENGTH, 0);
      closeSync(fd);
    },
  };
}

interface SharedFiles {
  /** Gives these bytes one more name. */
  put(bytes: Buffer, path: string): void;
  clear(): void;
}

function createSharedFiles(folder: string): SharedFiles {
  const kept = new Map<Buffer, { path: string; names: number }>();
  let made = 0;
  const fresh = (bytes: Buffer) => {
    made += 1;
    const file = { path: join(folder, `seed.${made}`), names: 0 };
    writeFileSync(file.path, bytes);
    kept.set(bytes, file);
    return file;
  };
  const paths: string[] = [];
  return {
    put(bytes, path) {
      let file = kept.get(bytes);
      if (file === undefined || file.names >= NAMES_PER_FILE) {
        file = fresh(bytes);
        paths.push(file.path);
      }
      file.names += 1;
      linkSync(file.path, path);
    },
    clear() {
      for (const path of paths) rmSync(path);
    },
  };
}
