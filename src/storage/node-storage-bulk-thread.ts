import { parentPort } from 'node:worker_threads';
import type { DigestOptions, FileBatchParts, FolderDigest } from './bulk.ts';
import {
  digestFolder,
  type JoinedNames,
  listNames,
  readContents,
  sizesOf,
} from './node-storage-bulk-work.ts';

/** One thing asked of the thread. Paths are real ones. */
export type BulkRequest =
  | { readonly op: 'folders'; readonly paths: readonly string[] }
  | { readonly op: 'digests'; readonly paths: readonly string[]; readonly options: DigestOptions }
  | { readonly op: 'files'; readonly folder: string; readonly names: string; readonly largest: number }
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
  readonly sizes: Float64Array;
}

export type BulkReply = OrThrown<BulkAnswers[keyof BulkAnswers]> & { readonly id: number };

function attempt<T>(work: () => T): OrThrown<T> {
  try {
    return { value: work() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    const syscall = error instanceof Error && 'syscall' in error ? String(error.syscall) : undefined;
    return { thrown: { message, code, syscall } };
  }
}

function namesIn(joined: string): string[] {
  return joined === '' ? [] : joined.split('/');
}

function answer(request: BulkRequest): BulkAnswers[keyof BulkAnswers] {
  switch (request.op) {
    case 'folders':
      return request.paths.map((path) => attempt(() => listNames(path)));
    case 'digests':
      return request.paths.map((path) => attempt(() => digestFolder(path, request.options)));
    case 'files':
      return readContents(request.folder, namesIn(request.names), request.largest);
    case 'sizes':
      return sizesOf(request.folder, namesIn(request.names));
  }
}

/** The contents change hands instead of being copied. */
function transferOf(reply: OrThrown<BulkAnswers[keyof BulkAnswers]>): ArrayBuffer[] {
  if (!('value' in reply) || !('bytes' in reply.value)) return [];
  const { buffer } = reply.value.bytes;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

const port = parentPort;
port?.on('message', (asked: { readonly id: number; readonly request: BulkRequest }) => {
  const reply = attempt(() => answer(asked.request));
  port.postMessage({ ...reply, id: asked.id }, transferOf(reply));
});
