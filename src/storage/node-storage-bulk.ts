import { Worker } from 'node:worker_threads';
import { KirokuError } from '../domain/errors.ts';
import { type BulkReads, type FileMapper, fileBatch, type MappedFiles } from './bulk.ts';
import type {
  BulkAnswers,
  BulkReply,
  BulkRequest,
  OrThrown,
  ThrownThere,
} from './node-storage-bulk-thread.ts';
import { joinNames } from './path.ts';
import { threadNotStarted } from './thread-not-started.ts';

/** Threads reading side by side: system calls are most of the work, and the main thread wants a core too. */
const THREADS = 2;
/** A thread that nobody asked anything of for so long ends, ms. */
const IDLE_MS = 5_000;

type Op = BulkRequest['op'];

interface Waiting {
  resolve(value: BulkAnswers[Op]): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  hasAnswered: boolean;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Bulk reads in threads of their own: synchronous calls on descriptors cost a fraction of what their asynchronous forms
 * do, and the main thread's loop stays free. Threads begin with the first call and end a while after the last; they keep
 * the process alive only while somebody waits for them.
 * @param real the real path of a path of the port; throws `EINVAL` for one that is none
 */
export function createNodeBulk(real: (path: string, call: string) => string): BulkReads {
  const threads = new Set<Thread>();
  let last = 0;

  function start(): Thread {
    const worker = new Worker(new URL('./node-storage-bulk-thread.ts', import.meta.url));
    const thread: Thread = { worker, waiting: new Map(), hasAnswered: false, idle: undefined };
    threads.add(thread);
    worker.on('message', (reply: BulkReply) => {
      const waiting = thread.waiting.get(reply.id);
      thread.waiting.delete(reply.id);
      thread.hasAnswered = true;
      if (thread.waiting.size === 0) rest(thread);
      if ('value' in reply) waiting?.resolve(reply.value);
      else waiting?.reject(thrownThere(reply.thrown));
    });
    worker.on('error', (error) => lose(thread, error));
    worker.on('exit', () => lose(thread, undefined));
    return thread;
  }

  function rest(thread: Thread): void {
    thread.worker.unref();
    thread.idle = setTimeout(() => {
      threads.delete(thread);
      void thread.worker.terminate();
    }, IDLE_MS);
    thread.idle.unref();
  }

  /** Whatever ended it: who waits is told, and the next call starts another. */
  function lose(thread: Thread, cause: unknown): void {
    threads.delete(thread);
    clearTimeout(thread.idle);
    const error = thread.hasAnswered
      ? new KirokuError('io_error', 'The storage thread ended.', { cause })
      : threadNotStarted(cause);
    for (const { reject } of thread.waiting.values()) reject(error);
    thread.waiting.clear();
  }

  function freest(): Thread {
    let found: Thread | undefined;
    for (const thread of threads) {
      if (found === undefined || thread.waiting.size < found.waiting.size) found = thread;
    }
    return found === undefined || (found.waiting.size > 0 && threads.size < THREADS) ? start() : found;
  }

  function ask<O extends Op>(request: Extract<BulkRequest, { op: O }>): Promise<BulkAnswers[O]> {
    const thread = freest();
    clearTimeout(thread.idle);
    thread.worker.ref();
    last += 1;
    const id = last;
    return new Promise((resolve, reject) => {
      thread.worker.postMessage({ id, request });
      // the thread answers in the kind that its op has
      thread.waiting.set(id, { resolve: (value) => resolve(value as BulkAnswers[O]), reject });
    });
  }

  /** The root alone may be a link: the operator chose it. */
  function folderOf(path: string): string {
    return path === '' ? `${real(path, 'scandir')}/.` : real(path, 'scandir');
  }

  return {
    async readFolders(paths) {
      const folders = await ask<'folders'>({ op: 'folders', paths: paths.map(folderOf) });
      return folders.map((folder) => {
        if ('thrown' in folder) return { error: thrownThere(folder.thrown) };
        const { names, count, types } = folder.value;
        return { names: count === 0 ? [] : names.split('/'), types };
      });
    },
    async digestFolders(paths, options) {
      const asked = { op: 'digests', paths: paths.map(folderOf), options } as const;
      const digests = await ask<'digests'>(asked);
      return digests.map(valueOrError);
    },
    async readFiles(folder, names, largest) {
      const path = real(folder, 'open');
      return fileBatch(
        await ask<'files'>({ op: 'files', folder: path, names: joinNames(names, 'open'), largest }),
      );
    },
    async mapFiles<C, T>(
      folder: string,
      names: readonly string[],
      largest: number,
      mapper: FileMapper<C, T>,
      context: C,
    ) {
      const { module } = mapper;
      const asked = {
        folder: real(folder, 'open'),
        names: joinNames(names, 'open'),
        largest,
        module,
        context,
      };
      // the thread ran this very mapper
      return (await ask<'mapped'>({ op: 'mapped', ...asked })) as MappedFiles<T>;
    },
    async fileSizes(folder, names) {
      return ask<'sizes'>({ op: 'sizes', folder: real(folder, 'lstat'), names: joinNames(names, 'lstat') });
    },
  };
}

function valueOrError<T>(given: OrThrown<T>): T | { readonly error: Error } {
  return 'thrown' in given ? { error: thrownThere(given.thrown) } : given.value;
}

function thrownThere({ message, code, syscall }: ThrownThere): Error {
  const error: NodeJS.ErrnoException = new Error(message);
  if (code !== undefined) error.code = code;
  if (syscall !== undefined) error.syscall = syscall;
  return error;
}
