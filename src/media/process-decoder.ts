import { availableParallelism } from 'node:os';
import { fromErrno, isKirokuError, KirokuError } from '../domain/errors.ts';
import type { DecodeLimits, Decoder, GraphReader, ImageSource } from './decoder.ts';
import { type Answered, type DecoderChild, startDecoderChild } from './decoder-child.ts';
import type { DecodeQuestion } from './decoder-protocol.ts';

export interface ProcessDecoderOptions {
  readonly limits: DecodeLimits;
  /** Decoder processes at most, one picture each; as many as there are cores when absent. */
  readonly processes?: number;
  /** Pictures that may wait for a process; 64 when absent. The next one is `overloaded`. */
  readonly maxQueue?: number;
  /** A picture's time, including the start of a process; 30 s when absent. */
  readonly timeoutMs?: number;
  /** A process is replaced after so many pictures (2,000) or when it has grown past so many bytes (512 MiB). */
  readonly maxPictures?: number;
  readonly maxRssBytes?: number;
}

export interface DecoderStats {
  readonly running: number;
  readonly queued: number;
  /** Process ids of the living decoders. */
  readonly pids: readonly number[];
  /** Processes that died or were killed over a picture. */
  readonly failures: number;
}

export interface ProcessDecoder extends Decoder, GraphReader {
  stats(): DecoderStats;
}

interface Job {
  readonly question: DecodeQuestion;
  resolve(answer: Answered): void;
  reject(error: unknown): void;
}

/**
 * The decoder of a server: a pool of warm processes, started when first needed, each with one picture at a time.
 * A process that dies takes its one picture with it (`decoder_failed`); the next picture gets a new process.
 * An abort answers at once; the process finishes the picture and is then free again.
 * `close` kills the processes and answers whoever still waits with `draining`.
 */
export function createProcessDecoder(options: ProcessDecoderOptions): ProcessDecoder {
  const { limits, maxQueue = 64, timeoutMs = 30_000 } = options;
  const { maxPictures = 2000, maxRssBytes = 512 * 1024 * 1024 } = options;
  const size = Math.max(1, options.processes ?? availableParallelism());
  const children = new Set<DecoderChild>();
  const idle: DecoderChild[] = [];
  const waiting = new Set<Job>();
  const running = new Set<Job>();
  let failures = 0;
  let closed = false;

  function start(): DecoderChild {
    const child = startDecoderChild();
    children.add(child);
    void child.gone.then(() => {
      children.delete(child);
      const at = idle.indexOf(child);
      if (at >= 0) idle.splice(at, 1);
      pump();
    });
    return child;
  }

  function pump(): void {
    for (const job of waiting) {
      // The one used last is the warmest.
      let child = idle.pop();
      if (child === undefined && children.size >= size) return;
      waiting.delete(job);
      try {
        child ??= start();
      } catch (error) {
        job.reject(fromErrno(error));
        continue;
      }
      void run(child, job);
    }
  }

  async function run(child: DecoderChild, job: Job): Promise<void> {
    running.add(job);
    let spent = false;
    try {
      job.resolve(await child.ask(job.question, timeoutMs));
    } catch (error) {
      job.reject(error);
      if (isKirokuError(error, 'decoder_failed')) failures += 1;
      spent = isKirokuError(error, 'decoder_failed') || child.pid === undefined;
    }
    running.delete(job);
    // A spent process keeps its place until it is gone: never more processes than `size`.
    if (spent || child.pictures >= maxPictures || child.rss > maxRssBytes) child.kill();
    else idle.push(child);
    pump();
  }

  function ask(
    ask: DecodeQuestion['ask'],
    source: ImageSource,
    signal: AbortSignal | undefined,
  ): Promise<Answered> {
    if (closed) return Promise.reject(draining());
    if (signal?.aborted === true) return Promise.reject(aborted(signal));
    if (waiting.size >= maxQueue && idle.length === 0 && children.size >= size) {
      return Promise.reject(overloaded());
    }
    return new Promise((resolve, reject) => {
      const question: DecodeQuestion = { ask, source, limits };
      const job = createJob(question, { resolve, reject }, signal, (gone) => waiting.delete(gone));
      waiting.add(job);
      pump();
    });
  }

  return {
    async decode(source, signal) {
      const answer = await ask('decode', source, signal);
      if (answer.answer !== 'image') throw misunderstood();
      return answer.image;
    },
    async graphs(source, signal) {
      const answer = await ask('graphs', source, signal);
      if (answer.answer !== 'graphs') throw misunderstood();
      return answer.graphs;
    },
    stats: () => ({
      running: running.size,
      queued: waiting.size,
      pids: [...children].flatMap((child) => (child.pid === undefined ? [] : [child.pid])),
      failures,
    }),
    async close() {
      closed = true;
      for (const job of [...waiting, ...running]) job.reject(draining());
      waiting.clear();
      const all = [...children];
      for (const child of all) child.kill();
      await Promise.all(all.map((child) => child.gone));
    },
  };
}

/** A job answers once; `forget` takes it out of the queue when its caller goes away first. */
function createJob(
  question: DecodeQuestion,
  answer: Pick<Job, 'resolve' | 'reject'>,
  signal: AbortSignal | undefined,
  forget: (job: Job) => void,
): Job {
  const onAbort = () => {
    forget(job);
    job.reject(aborted(signal));
  };
  const settled = () => signal?.removeEventListener('abort', onAbort);
  const job: Job = {
    question,
    resolve(answered) {
      settled();
      answer.resolve(answered);
    },
    reject(error) {
      settled();
      answer.reject(error);
    },
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return job;
}

function aborted(signal: AbortSignal | undefined): KirokuError {
  return new KirokuError('aborted', 'The caller went away.', { cause: signal?.reason });
}

function misunderstood(): KirokuError {
  return new KirokuError('internal', 'A decoder has answered another question.');
}

function overloaded(): KirokuError {
  return new KirokuError('overloaded', 'Too many pictures are waiting to be decoded.', {
    details: { retryAfter: 1 },
  });
}

function draining(): KirokuError {
  return new KirokuError('draining', 'The server is shutting down.', { details: { retryAfter: 5 } });
}
