import { isErrno } from '../../../domain/errors.ts';
import type { Owner } from '../../../domain/owner.ts';
import type { Storage } from '../../../storage/storage.ts';
import { createLogFiles, type LogFile, type LogFiles, ManifestChangedError } from '../log-file.ts';
import { INDEX_FOLDER } from '../snapshot-format.ts';
import { createScratch, type MatchTools, matchBlocks } from './match-blocks.ts';
import { readTexts } from './read-texts.ts';
import type { SegmentHead } from './segment.ts';
import { createSegmentBuilder } from './segment-builder.ts';
import { createFile, encodeFileHead, FILE_HEAD_LENGTH, SegmentFile } from './text-file.ts';
import type { Appended, BlockFacts, OpenedText, Places, TextFile, TextIndex } from './text-index.ts';
import type { TextTerm } from './text-term.ts';

const OWN_FOLDER = '.kiroku';
/** Unused descriptors kept open. */
const OPEN_FILES = 64;

/** Where an owner's search file lies. */
export function searchFilePath(owner: Owner): string {
  return `${INDEX_FOLDER}/${owner}.search`;
}

/** Texts that the disk does not take are kept in memory up to so many bytes an owner. */
const MOST_IN_MEMORY = 64 << 20;

export interface DirectOptions {
  /** Awaited between reads; lets the thread's other work go on when absent. */
  readonly breathe?: () => Promise<void>;
  /** Bytes of texts kept in memory where the disk does not take them; 64 MiB when absent. */
  readonly mostInMemory?: number;
}

/** Searches in this thread, with the given storage. */
export function createDirectTextIndex(storage: Storage, options: DirectOptions = {}): TextIndex {
  const { breathe = nextTurn, mostInMemory = MOST_IN_MEMORY } = options;
  const files = createLogFiles(storage, OPEN_FILES);
  const tools: Tools = {
    storage,
    files,
    breathe,
    scratch: createScratch(),
    inTurn: createTurns(),
    mostInMemory,
  };
  return {
    open: (owner, epoch) => openText(tools, owner, epoch),
    async create(owner, epoch) {
      const path = searchFilePath(owner);
      try {
        for (const folder of [OWN_FOLDER, INDEX_FOLDER]) await storage.makeFolder(folder);
        await createFile(storage, stagedPath(path), encodeFileHead(owner, epoch));
        return textFile(
          tools,
          owner,
          new SegmentFile(await files.open(stagedPath(path)), mostInMemory),
          path,
        );
      } catch (error) {
        return textFile(tools, owner, new SegmentFile(undefined, mostInMemory, error), undefined);
      }
    },
    close: () => files.close(),
  };
}

interface Tools extends MatchTools {
  readonly storage: Storage;
  /** Few descriptors, however many owners are searched. */
  readonly files: LogFiles;
  readonly inTurn: Turns;
  readonly mostInMemory: number;
}

type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** One after the other: they share buffers, and a search must not look between two parts of a segment. */
function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function openText(tools: Tools, owner: Owner, epoch: string): Promise<OpenedText | undefined> {
  let file: LogFile;
  try {
    file = await tools.files.open(searchFilePath(owner));
  } catch (error) {
    // what passes is no reason to make it anew; of anything else a new one tells whether it can be mended
    if (isErrno(error, 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN')) throw error;
    return undefined;
  }
  try {
    const segments = new SegmentFile(file, tools.mostInMemory);
    const head = await segments.read(0, FILE_HEAD_LENGTH);
    if (head.equals(encodeFileHead(owner, epoch))) {
      const heads: SegmentHead[] = [];
      await segments.readHeads((one) => heads.push(one));
      return { file: textFile(tools, owner, segments, undefined), blocks: factsOf(heads) };
    }
  } catch (error) {
    await file.retire();
    throw error;
  }
  await file.retire();
  return undefined;
}

function factsOf(heads: readonly SegmentHead[]): BlockFacts {
  const counts = new Uint16Array(heads.reduce((sum, head) => sum + head.counts.length, 0));
  const seqs = new Uint32Array(heads.reduce((sum, head) => sum + head.seqs.length, 0));
  const signatures = new Uint8Array(heads.reduce((sum, head) => sum + head.signatures.length, 0));
  let block = 0;
  let picture = 0;
  let byte = 0;
  for (const head of heads) {
    counts.set(head.counts, block);
    seqs.set(head.seqs, picture);
    signatures.set(head.signatures, byte);
    block += head.counts.length;
    picture += head.seqs.length;
    byte += head.signatures.length;
  }
  return { counts, seqs, signatures };
}

/** @param path the name it will take; undefined where it has it, or never will */
function textFile(
  { storage, files, breathe, scratch, inTurn }: Tools,
  owner: Owner,
  segments: SegmentFile,
  path: string | undefined,
): TextFile {
  async function append(places: Places): Promise<Appended> {
    const read = await readTexts(storage, owner, places, breathe);
    if (read.state !== 'read') return read;
    const builder = createSegmentBuilder();
    let taken = 0;
    for (const { text, sum } of read.lines) {
      if (!builder.add(text, places.seqs[taken] ?? 0, sum)) break;
      taken += 1;
    }
    const segment = builder.finish();
    const failure = await segments.write(segment);
    const { counts, seqs, signatures } = segment.head;
    const blocks = { counts, seqs, signatures };
    return failure === undefined
      ? { state: 'appended', taken, blocks }
      : { state: 'appended', taken, blocks, unwritten: String(failure) };
  }

  async function match(
    blocks: Uint32Array,
    sets: Uint8Array,
    terms: readonly TextTerm[],
  ): Promise<Uint8Array | undefined> {
    try {
      return await matchBlocks(segments, blocks, sets, terms, { scratch, breathe });
    } catch (error) {
      // removed or replaced from outside after its descriptor was given up
      if (error instanceof ManifestChangedError) return undefined;
      throw error;
    }
  }

  return {
    append: (places) => inTurn(() => append(places)),
    match: (blocks, sets, terms) => inTurn(() => match(blocks, sets, terms)),
    isMadeFrom: (block, picture, places) =>
      inTurn(async () => {
        const read = await readTexts(storage, owner, places, breathe);
        if (read.state !== 'read') return false;
        return read.lines[0]?.sum === (await segments.sumOf(block, picture));
      }),
    publish: () => inTurn(() => giveName(storage, files, segments, path)),
    close: () =>
      inTurn(async () => {
        await segments.close();
        if (path !== undefined) await dropStaged(storage, segments, path);
      }),
  };
}

async function giveName(
  storage: Storage,
  files: LogFiles,
  segments: SegmentFile,
  path: string | undefined,
): Promise<boolean> {
  if (path === undefined) return false;
  try {
    if (!(await isStaged(storage, segments, path))) return false;
    await storage.rename(stagedPath(path), path);
    await segments.moveTo(await files.open(path));
    return true;
  } catch {
    // the staged name serves as well; the next start makes the file again
    return false;
  }
}

/** Whether the file still has its staged name: another build for the same owner may have taken it. */
async function isStaged(storage: Storage, segments: SegmentFile, path: string): Promise<boolean> {
  return (await storage.stat(stagedPath(path))).inode === segments.inode;
}

/** A file that never got its name is of no use to anybody any more. */
async function dropStaged(storage: Storage, segments: SegmentFile, path: string): Promise<void> {
  try {
    if (await isStaged(storage, segments, path)) await storage.unlink(stagedPath(path));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

function stagedPath(path: string): string {
  return `${path}.new`;
}
