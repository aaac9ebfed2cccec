import { ApiProblem, type ProblemCode } from '../api/problem.ts';

export type UploadState = 'waiting' | 'sending' | 'storing' | 'stored' | 'failed' | 'cancelled';

export interface Upload {
  readonly id: number;
  readonly file: File;
  /** Idempotency-Key of every try: a picture whose answer was lost is not stored twice. */
  readonly key: string;
  readonly state: UploadState;
  /** Bytes that have left. */
  readonly sent: number;
  /** The same picture was among the inputs before: it was not stored again. */
  readonly wasThere?: boolean;
  readonly error?: ApiProblem;
}

export interface SendOptions {
  readonly key: string;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

export interface Sent {
  /** False where the same picture was there before. */
  readonly isNew: boolean;
}

export interface UploadQueueDeps {
  /** Resolves when the file is stored. @throws ApiProblem */
  readonly send: (file: File, options: SendOptions) => Promise<Sent>;
  readonly newKey: () => string;
  /** Of the same kind as `send` fails with: what is wrong with a file before a byte of it is sent. */
  readonly check: (file: File) => Promise<ApiProblem | undefined>;
  readonly onStored: () => void;
  /** Files on their way at the same time. */
  readonly most?: number;
}

export interface UploadQueue {
  add(files: readonly File[]): void;
  /** Stops it where it is. What the server has already stored stays. */
  cancel(id: number): void;
  cancelAll(): void;
  retry(id: number): void;
  retryFailed(): void;
  /** Takes what is over out of the list. */
  clear(): void;
  readonly subscribe: (listener: () => void) => () => void;
  /** The same array until something changes. */
  readonly list: () => readonly Upload[];
}

const MOST = 3;

export function isOver({ state }: Upload): boolean {
  return state === 'stored' || state === 'failed' || state === 'cancelled';
}

/** What lies in the file itself: the same bytes are refused again. */
const HOPELESS: readonly ProblemCode[] = [
  'unsupported_type',
  'undecodable_image',
  'image_too_large',
  'payload_too_large',
];

/** Whether another try may go better. */
export function mayGoBetter({ state, error }: Upload): boolean {
  return state === 'cancelled' || (state === 'failed' && !HOPELESS.some((code) => code === error?.code));
}

/** Sends files in the order in which they came, a few at a time. */
export function createUploadQueue({
  send,
  newKey,
  check,
  onStored,
  most = MOST,
}: UploadQueueDeps): UploadQueue {
  let uploads: readonly Upload[] = [];
  let nextId = 1;
  const running = new Map<number, AbortController>();
  const listeners = new Set<() => void>();

  const put = (next: readonly Upload[]) => {
    uploads = next;
    for (const listener of listeners) listener();
  };
  const change = (id: number, members: Partial<Upload>) =>
    put(uploads.map((upload) => (upload.id === id ? { ...upload, ...members } : upload)));

  const fill = () => {
    for (const upload of uploads) {
      if (running.size >= most) return;
      if (upload.state === 'waiting' && !running.has(upload.id)) void run(upload);
    }
  };

  const run = async ({ id, file, key }: Upload) => {
    const stop = new AbortController();
    running.set(id, stop);
    change(id, { state: 'sending', sent: 0 });
    try {
      const wrong = await check(file);
      if (wrong !== undefined) throw wrong;
      stop.signal.throwIfAborted();
      const { isNew } = await send(file, {
        key,
        signal: stop.signal,
        // all of it has left: now the server decodes it and makes it durable
        onProgress: (sent) => change(id, { sent, state: sent >= file.size ? 'storing' : 'sending' }),
      });
      change(id, { state: 'stored', sent: file.size, wasThere: !isNew });
      onStored();
    } catch (error) {
      if (stop.signal.aborted) change(id, { state: 'cancelled' });
      else change(id, { state: 'failed', error: asProblem(error) });
    } finally {
      running.delete(id);
      fill();
    }
  };

  const again = (wanted: (upload: Upload) => boolean) => {
    put(uploads.map((upload) => (wanted(upload) && canRetry(upload) ? waiting(upload) : upload)));
    fill();
  };
  const stopThose = (wanted: (upload: Upload) => boolean) => {
    const stopped = uploads.filter((upload) => wanted(upload) && !isOver(upload));
    const ids = new Set(stopped.map(({ id }) => id));
    put(uploads.map((upload) => (ids.has(upload.id) ? { ...upload, state: 'cancelled' } : upload)));
    for (const id of ids) running.get(id)?.abort();
  };

  return {
    add(files) {
      const added = files.map(
        (file): Upload => ({ id: nextId++, file, key: newKey(), state: 'waiting', sent: 0 }),
      );
      put([...uploads, ...added]);
      fill();
    },
    cancel: (id) => stopThose((upload) => upload.id === id),
    cancelAll: () => stopThose(() => true),
    retry: (id) => again((upload) => upload.id === id),
    retryFailed: () => again((upload) => upload.state === 'failed'),
    clear: () => put(uploads.filter((upload) => !isOver(upload))),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    list: () => uploads,
  };

  /** A cancelled one may still be on its way out: it is tried again when that is over. */
  function canRetry(upload: Upload): boolean {
    return mayGoBetter(upload) && !running.has(upload.id);
  }
}

function waiting({ error: _over, ...upload }: Upload): Upload {
  return { ...upload, state: 'waiting', sent: 0 };
}

function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem('unknown', 0, 'The file could not be sent.', { cause: error });
}

/** How far all of them are together, in bytes; small files count as something too. */
export function progressOf(uploads: readonly Upload[]): { sent: number; total: number } {
  let sent = 0;
  let total = 0;
  for (const upload of uploads) {
    if (upload.state === 'cancelled' || upload.state === 'failed') continue;
    total += upload.file.size;
    sent += Math.min(upload.sent, upload.file.size);
  }
  return { sent, total };
}
