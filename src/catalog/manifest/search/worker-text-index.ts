import { Worker } from 'node:worker_threads';
import { KirokuError } from '../../../domain/errors.ts';
import { SearcherLostError } from './search-trouble.ts';
import type { TextFile, TextIndex } from './text-index.ts';
import type { Answers, Asked, FromThread, Op, ThreadData, ToThread } from './thread-protocol.ts';

/** Its objects are few: texts lie in buffers, which do not count. */
const MOST_HEAP_MB = 256;
/** A thread that has not ended by then hangs. */
const PATIENCE_MS = 10_000;

interface Waiting {
  resolve(value: FromThread['value']): void;
  reject(error: unknown): void;
}

/** One running thread and who waits for it. */
interface Thread {
  ask<op extends Op>(op: op, asked: Asked[op]): Promise<Answers[op]>;
  /** It answers what it was asked, and ends. */
  end(): Promise<void>;
  /** It ends with an error. */
  fail(): Promise<void>;
  readonly isGone: boolean;
}

/** A text index, and the thread it runs in. */
export interface WorkerTextIndex extends TextIndex {
  /** Ends the thread by an error, whatever it is at; the next search gets a new one. */
  kill(): Promise<void>;
}

/**
 * Searches in a thread of its own, which is started by the first search. Whoever waits when it dies gets
 * `SearcherLostError`, and so does whoever asks for a file that it had open.
 * @param root the tree's folder
 */
export function createWorkerTextIndex(root: string): WorkerTextIndex {
  let thread: Thread | undefined;
  let closed = false;

  function running(): Thread {
    if (closed) throw new KirokuError('draining', 'The catalog is closed.');
    if (thread === undefined || thread.isGone) thread = startThread({ root });
    return thread;
  }

  return {
    async open(owner, epoch) {
      const at = running();
      const opened = await at.ask('open', { owner, epoch });
      return opened === undefined ? undefined : { file: fileIn(at, opened.file), blocks: opened.blocks };
    },
    async create(owner, epoch) {
      const at = running();
      return fileIn(at, await at.ask('create', { owner, epoch }));
    },
    async kill() {
      await thread?.fail();
    },
    async close() {
      closed = true;
      await thread?.end();
    },
  };
}

function fileIn(thread: Thread, file: number): TextFile {
  return {
    append: (places) => thread.ask('append', { file, places }),
    match: (blocks, sets, terms) => thread.ask('match', { file, blocks, sets, terms }),
    isMadeFrom: (block, picture, places) => thread.ask('isMadeFrom', { file, block, picture, places }),
    publish: () => thread.ask('publish', { file }),
    async close() {
      await thread.ask('close', { file });
    },
  };
}

function startThread(workerData: ThreadData): Thread {
  const worker = new Worker(new URL('./search-thread.ts', import.meta.url), {
    workerData,
    name: 'search',
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failure: Error | undefined;
  let isGone = false;
  /** Who ends it waits for its end. */
  let isEnding = false;

  function settle(id: number): Waiting | undefined {
    const one = waiting.get(id);
    waiting.delete(id);
    // a thread that nobody waits for does not keep the process alive
    if (waiting.size === 0 && !isEnding) worker.unref();
    return one;
  }

  /**
   * Told, not terminated: `terminate()` in the middle of a call into the system has ended the whole process (SIGSEGV, Node
   * 24). Only a thread that does not come to its end is.
   */
  async function ended(by: ToThread | undefined): Promise<void> {
    if (isGone) return;
    isEnding = true;
    worker.ref();
    const gone = new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
    });
    const late = setTimeout(() => void worker.terminate(), PATIENCE_MS);
    worker.postMessage(by);
    await gone;
    clearTimeout(late);
  }

  worker.unref();
  worker.on('message', ({ id, value, failed }: FromThread) => {
    const one = settle(id);
    if (failed === undefined) one?.resolve(value);
    else one?.reject(new KirokuError(failed.code, failed.message, { details: failed.details }));
  });
  worker.on('error', (error: Error) => {
    failure = error;
  });
  worker.on('exit', () => {
    isGone = true;
    for (const one of waiting.values()) one.reject(new SearcherLostError(failure));
    waiting.clear();
  });

  return {
    get isGone() {
      return isGone;
    },
    ask: <op extends Op>(op: op, asked: Asked[op]) =>
      new Promise<Answers[op]>((resolve, reject) => {
        if (isGone) throw new SearcherLostError(failure);
        lastId += 1;
        // the thread answers each request with what `Answers` says of it
        const answered = (value: FromThread['value']): void => resolve(value as Answers[op]);
        waiting.set(lastId, { resolve: answered, reject });
        worker.ref();
        worker.postMessage({ id: lastId, request: { op, with: asked } });
      }),
    end: () => ended('end'),
    fail: () => ended(undefined),
  };
}
