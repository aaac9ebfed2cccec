import { fromErrno, isErrno, volumeMissing } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Log } from '../domain/log.ts';
import { ensureFolder, type FolderSync, replaceFile, writeAll } from '../storage/durable.ts';
import { parentOf } from '../storage/path.ts';
import type { Storage, StorageFile } from '../storage/storage.ts';
import { parseObject } from './fs-document.ts';

/** One append-only file of JSON objects, one a line. Appends come one at a time. */
export interface FsJournal {
  /** Durable when it resolves; after a throw the file is as before, or is repaired by the next append. */
  append(entry: JsonObject): Promise<void>;
  read(): AsyncIterable<JsonObject>;
}

export interface FsJournalDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly log: Log;
  readonly present: () => Promise<boolean>;
  readonly path: string;
}

const CHUNK = 65_536;
const NEWLINE = 0x0a;

/** @throws KirokuError from its methods */
export function createFsJournal({ storage, folders, log, present, path }: FsJournalDeps): FsJournal {
  /** Where the next line goes; undefined until the file's end was looked at, and again after a failed append. */
  let end: number | undefined;

  async function openForAppend(): Promise<StorageFile> {
    try {
      return await storage.open(path, 'update');
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
    if (!(await present())) throw volumeMissing();
    end = undefined;
    await ensureFolder(storage, folders, parentOf(path));
    return await storage.open(path, 'create');
  }

  async function findEnd(file: StorageFile): Promise<number> {
    // The maker of the file may have died before its name was durable.
    await folders.sync(parentOf(path));
    const { size } = await file.stat();
    if (size === 0) return 0;
    const tail = await readTail(file, size);
    if (tail.torn.length === 0) return size;
    // Kept for a person to look at, before anything is cut off.
    const aside = `${path}.${storage.now()}.torn`;
    await replaceFile(storage, folders, aside, aside.replaceAll('/', '.'), tail.torn);
    log.warn({ file: path, bytes: tail.torn.length }, 'a torn last line was copied aside and cut off');
    await file.truncate(tail.goodEnd);
    await file.sync();
    return tail.goodEnd;
  }

  async function appendLine(file: StorageFile, line: Buffer): Promise<void> {
    // another program may have cut the file, or put another one in its place
    const start = end === (await file.stat()).size ? end : await findEnd(file);
    end = undefined;
    try {
      await writeAll(file, line, start);
      await file.datasync();
    } catch (error) {
      await file.truncate(start).catch(() => undefined);
      throw error;
    }
    end = start + line.length;
  }

  return {
    async append(entry) {
      const line = Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8');
      try {
        const file = await openForAppend();
        try {
          await appendLine(file, line);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw fromErrno(error);
      }
    },
    async *read() {
      let skipped = 0;
      for await (const line of lines(storage, path, present)) {
        const entry = parseObject(line);
        if (entry === undefined) skipped += 1;
        else yield entry;
      }
      if (skipped > 0) log.warn({ file: path, lines: skipped }, 'lines of a journal could not be read');
    },
  };
}

/** The last line if it is not a whole one (no newline, or not an object), and where the whole lines end. */
async function readTail(file: StorageFile, size: number): Promise<{ torn: Buffer; goodEnd: number }> {
  let tail: Buffer = Buffer.alloc(0);
  for (let start = size; start > 0; ) {
    const length = Math.min(CHUNK, start);
    start -= length;
    tail = Buffer.concat([await readExactly(file, start, length), tail]);
    // Two newlines: the one that ends the last line, and the one before it.
    const before = tail.lastIndexOf(NEWLINE, tail.length - 2);
    if (tail.length < 2 || (before === -1 && start > 0)) continue;
    const line = tail.subarray(before + 1);
    const whole = line.at(-1) === NEWLINE && parseObject(line) !== undefined;
    return { torn: whole ? Buffer.alloc(0) : line, goodEnd: start + before + 1 };
  }
  return { torn: tail, goodEnd: 0 };
}

async function readExactly(file: StorageFile, position: number, length: number): Promise<Buffer> {
  const target = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const got = await file.read(target, done, length - done, position + done);
    if (got === 0) return target.subarray(0, done);
    done += got;
  }
  return target;
}

/** Every line that ends in a newline, without it; the rest belongs to an append that is not done. */
async function* lines(
  storage: Storage,
  path: string,
  present: () => Promise<boolean>,
): AsyncGenerator<Buffer> {
  let file: StorageFile;
  try {
    file = await storage.open(path, 'read');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw fromErrno(error);
    if (!(await present())) throw volumeMissing();
    return;
  }
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let position = 0; ; ) {
      const chunk = await readExactly(file, position, CHUNK);
      if (chunk.length === 0) return;
      position += chunk.length;
      let text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let at = text.indexOf(NEWLINE); at !== -1; at = text.indexOf(NEWLINE)) {
        yield text.subarray(0, at);
        text = text.subarray(at + 1);
      }
      rest = text;
    }
  } catch (error) {
    throw fromErrno(error);
  } finally {
    await file.close();
  }
}
