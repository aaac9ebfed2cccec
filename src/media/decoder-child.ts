import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromErrno, KirokuError } from '../domain/errors.ts';
import {
  type DecodeAnswer,
  type DecodeQuestion,
  type DecodeResult,
  errorOfAnswer,
  isDecodeAnswer,
} from './decoder-protocol.ts';

const ENTRY = fileURLToPath(new URL('./decoder-process.ts', import.meta.url));
/** How much of what a dying process says is kept. */
const STDERR_TAIL = 2000;

/** What a question is answered with, when it is answered. */
export type Answered = Exclude<DecodeResult, { readonly answer: 'error' }>;

/** One decoder process, seen from the server. */
export interface DecoderChild {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Answered so far. */
  readonly pictures: number;
  /** Resident bytes after the last picture. */
  readonly rss: number;
  /**
   * One at a time. After `timeoutMs` the process is killed.
   * @throws KirokuError what the decode threw; `decoder_failed` when the process died or was too slow; `overloaded`
   *   when it could not be started
   */
  ask(question: DecodeQuestion, timeoutMs: number): Promise<Answered>;
  kill(): void;
  /** Resolves when the process is gone; never rejects. */
  readonly gone: Promise<void>;
}

interface Pending {
  resolve(answer: Answered): void;
  reject(error: KirokuError): void;
}

/**
 * Starts a decoder process. It need not be up yet: a question waits in its channel.
 * @throws an operating-system error for some of the reasons why there can be no new process
 */
export function startDecoderChild(): DecoderChild {
  const child = spawnDecoder();
  let pending: Pending | undefined;
  let pictures = 0;
  let rss = 0;
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-STDERR_TAIL);
  });
  child.on('message', (message: unknown) => {
    if (!isDecodeAnswer(message)) return;
    pictures += 1;
    rss = message.rss;
    const waiting = pending;
    pending = undefined;
    if (waiting !== undefined) settle(waiting, message);
  });
  function refuse(error: KirokuError): void {
    pending?.reject(error);
    pending = undefined;
  }
  function fail(message: string, cause: unknown): void {
    refuse(new KirokuError('decoder_failed', message, { cause }));
  }
  const gone = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      if (child.pid !== undefined) return fail('The decoder could not be reached.', error);
      // It never started (no descriptors, no memory), and no `exit` will come.
      refuse(fromErrno(error));
      resolve();
    });
    child.on('exit', (code, signal) => {
      fail('The decoder died over this picture.', `exit ${code ?? signal}: ${stderr}`);
      resolve();
    });
  });
  return {
    pid: child.pid,
    get pictures() {
      return pictures;
    },
    get rss() {
      return rss;
    },
    ask(question, timeoutMs) {
      const timer = setTimeout(() => {
        fail('The picture took too long to decode.', `${timeoutMs} ms`);
        child.kill('SIGKILL');
      }, timeoutMs);
      return new Promise<Answered>((resolve, reject) => {
        pending = { resolve, reject };
        // One that did not start has no channel; its `error` is on the way.
        if (child.pid === undefined) return;
        child.send(question, (error) => {
          if (error !== null) fail('The decoder could not be reached.', error);
        });
      }).finally(() => clearTimeout(timer));
    },
    kill: () => void child.kill('SIGKILL'),
    gone,
  };
}

function settle(waiting: Pending, answer: DecodeAnswer): void {
  if (answer.answer === 'error') waiting.reject(errorOfAnswer(answer));
  else waiting.resolve(answer);
}

/**
 * Nothing is inherited but the way to load shared libraries: a decoder that was taken over by a picture finds no
 * secret in its environment. Few threads and malloc arenas keep it small, and so do thresholds that stand still: malloc's
 * own rise with the largest block that was freed, up to 32 MiB (mallopt(3)), and then what one large picture took is
 * held for good; V8's young generation grows to 48 MiB. Neither makes a decode slower (decision 0008).
 */
function spawnDecoder(): ChildProcess {
  const libraries = process.env['LD_LIBRARY_PATH'];
  return fork(ENTRY, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--max-old-space-size=128', '--max-semi-space-size=4'],
    env: {
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
      MALLOC_TRIM_THRESHOLD_: String(4 * 1024 * 1024),
      UV_THREADPOOL_SIZE: '2',
      ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }),
    },
  });
}
