import { parentPort } from 'node:worker_threads';
import {
  type DigestOptions,
  type FileBatchParts,
  type FileMapper,
  type FolderDigest,
  fileBatch,
  type MappedFiles,
} from './bulk.ts';
import {
  digestFolder,
  type JoinedNames,
  listNames,
  newMemory,
  readContents,
  sizesOf,
} from './node-storage-bulk-work.ts';

/** One thing asked of the thread. Paths are real ones. */
export type BulkRequest =
  | { readonly op: 'folders'; readonly paths: readonly string[] }
  | { readonly op: 'digests'; readonly paths: readonly string[]; readonly options: DigestOptions }
  | { readonly op: 'files'; readonly folder: string; readonly names: string; readonly largest: number }
  | {
      readonly op: 'mapped';
      readonly folder: string;
      readonly names: string;
      readonly largest: number;
      /** URL of the mapper's module. */
      readonly module: string;
      readonly context: unknown;
    }
  | { readonly op: 'sizes'; readonly folder: string; readonly names: string };

/** An error's members that a copy between threads would lose. */
export interface ThrownThere {
  readonly message: string;
  readonly code: string | undefined;
  readonly syscall: string | undefined;
}

export type OrThrown<T> = { readonly value: T } | { readonly thrown: ThrownThere };

export interface BulkAnswers {
  readonly folders: readonly OrThrown<JoinedNames>[];
  readonly digests: readonly OrThrown<FolderDigest>[];
  readonly files: FileBatchParts;
  readonly mapped: MappedFiles<unknown>;
  readonly sizes: Float64Array;
}

export type BulkReply = OrThrown<BulkAnswers[keyof BulkAnswers]> & { readonly id: number };

interface Made {
  readonly value: BulkAnswers[keyof BulkAnswers];
  readonly transfer: readonly ArrayBuffer[];
}

function attempt<T>(work: () => T): OrThrown<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { thrown: thrown(error) };
  }
}

function thrown(error: unknown): ThrownThere {
  return {
    message: error instanceof Error ? error.message : String(error),
    code: error instanceof Error && 'code' in error ? String(error.code) : undefined,
    syscall: error instanceof Error && 'syscall' in error ? String(error.syscall) : undefined,
  };
}

function namesIn(joined: string): string[] {
  return joined === '' ? [] : joined.split('/');
}

const mappers = new Map<string, FileMapper<unknown, unknown>>();

/** Modules of our own only: their addresses come from `import.meta.url`. */
async function mapperOf(module: string): Promise<FileMapper<unknown, unknown>> {
  const known = mappers.get(module);
  if (known !== undefined) return known;
  const loaded: { readonly mapper?: FileMapper<unknown, unknown> } = await import(module);
  if (loaded.mapper === undefined) throw new TypeError('the module has no mapper');
  mappers.set(module, loaded.mapper);
  return loaded.mapper;
}

async function answer(request: BulkRequest): Promise<Made> {
  switch (request.op) {
    case 'folders':
      return { value: request.paths.map((path) => attempt(() => listNames(path))), transfer: [] };
    case 'digests': {
      const { options } = request;
      return { value: request.paths.map((path) => attempt(() => digestFolder(path, options))), transfer: [] };
    }
    case 'files': {
      const value = readContents(request.folder, namesIn(request.names), request.largest, newMemory(), true);
      const { buffer } = value.bytes;
      return { value, transfer: buffer instanceof ArrayBuffer ? [buffer] : [] };
    }
    case 'mapped': {
      const mapper = await mapperOf(request.module);
      const names = namesIn(request.names);
      const files = fileBatch(readContents(request.folder, names, request.largest, ownMemory, false));
      const { value, transfer } = mapper.map(files, names, request.context);
      return { value: { count: files.count, value }, transfer };
    }
    case 'sizes':
      return { value: sizesOf(request.folder, namesIn(request.names)), transfer: [] };
  }
}

/** What is only looked at here is read into the same memory again and again. */
const ownMemory = newMemory();

const port = parentPort;
port?.on('message', ({ id, request }: { readonly id: number; readonly request: BulkRequest }) => {
  // an answer that cannot be sent is one caller's failure, not the thread's end
  void answer(request)
    .then(({ value, transfer }) => port.postMessage({ id, value }, transfer))
    .catch((error: unknown) => port.postMessage({ id, thrown: thrown(error) }));
});
