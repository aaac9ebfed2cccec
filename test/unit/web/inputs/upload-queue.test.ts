import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../../../../web/src/api/problem.ts';
import {
  createUploadQueue,
  mayGoBetter,
  progressOf,
  type SendOptions,
  type UploadQueue,
} from '../../../../web/src/inputs/upload-queue.ts';

interface Sending {
  readonly name: string;
  readonly options: SendOptions;
  readonly end: PromiseWithResolvers<{ isNew: boolean }>;
}

function rig(most = 3) {
  const sending: Sending[] = [];
  let keys = 0;
  let stored = 0;
  const queue = createUploadQueue({
    most,
    newKey: () => `key-${++keys}`,
    check: async (file) =>
      file.name.endsWith('.txt') ? new ApiProblem('unsupported_type', 0, 'No picture.') : undefined,
    onStored: () => {
      stored += 1;
    },
    send(file, options) {
      const end = Promise.withResolvers<{ isNew: boolean }>();
      options.signal.addEventListener('abort', () => end.reject(options.signal.reason));
      sending.push({ name: file.name, options, end });
      return end.promise;
    },
  });
  return {
    queue,
    sending,
    storedCount: () => stored,
    /** Every promise that can go on has gone on. */
    settle: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
}

function file(name: string, bytes = 10): File {
  return new File([new Uint8Array(bytes)], name);
}

function states(queue: UploadQueue): string[] {
  return queue.list().map(({ state }) => state);
}

describe('the queue of uploads', () => {
  it('sends a few at a time, in the order in which they came', async () => {
    const { queue, sending, settle } = rig(2);
    queue.add([file('a'), file('b'), file('c')]);
    await settle();
    expect(sending.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(states(queue)).toEqual(['sending', 'sending', 'waiting']);
    sending[0]?.end.resolve({ isNew: true });
    await settle();
    expect(sending.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(states(queue)).toEqual(['stored', 'sending', 'sending']);
  });

  it('tells how far each is, and that the rest is the server’s when all has left', async () => {
    const { queue, sending, settle } = rig();
    queue.add([file('a', 100), file('b', 300)]);
    await settle();
    sending[0]?.options.onProgress(40);
    expect(queue.list()[0]).toMatchObject({ state: 'sending', sent: 40 });
    sending[0]?.options.onProgress(100);
    expect(queue.list()[0]).toMatchObject({ state: 'storing', sent: 100 });
    expect(progressOf(queue.list())).toEqual({ sent: 100, total: 400 });
  });

  it('keeps a failure, and tries again under the same key', async () => {
    const { queue, sending, settle, storedCount } = rig();
    queue.add([file('a')]);
    await settle();
    sending[0]?.end.reject(new ApiProblem('quota_exceeded', 403, 'Full.'));
    await settle();
    expect(queue.list()[0]).toMatchObject({ state: 'failed', error: { code: 'quota_exceeded' } });
    queue.retryFailed();
    await settle();
    expect(sending.map(({ options }) => options.key)).toEqual(['key-1', 'key-1']);
    expect(queue.list()[0]?.error).toBeUndefined();
    sending[1]?.end.resolve({ isNew: false });
    await settle();
    expect(queue.list()[0]).toMatchObject({ state: 'stored', wasThere: true });
    expect(storedCount()).toBe(1);
  });

  it('sends nothing that is no picture, and goes on with the next', async () => {
    const { queue, sending, settle } = rig(1);
    queue.add([file('a.txt'), file('b')]);
    await settle();
    expect(sending.map(({ name }) => name)).toEqual(['b']);
    expect(queue.list()[0]).toMatchObject({ state: 'failed', error: { code: 'unsupported_type' } });
  });

  it('does not send again what lies in the file itself, even when all failed ones are', async () => {
    const { queue, sending, settle } = rig();
    queue.add([file('a.txt'), file('b'), file('c')]);
    await settle();
    sending[0]?.end.reject(new ApiProblem('payload_too_large', 413, 'Too large.'));
    sending[1]?.end.reject(new ApiProblem('unreachable', 0, 'Gone.'));
    await settle();
    expect(queue.list().map(mayGoBetter)).toEqual([false, false, true]);
    queue.retryFailed();
    await settle();
    expect(states(queue)).toEqual(['failed', 'failed', 'sending']);
    expect(sending.map(({ name }) => name)).toEqual(['b', 'c', 'c']);
  });

  it('cancels what waits and what is on its way, and makes room for others', async () => {
    const { queue, sending, settle } = rig(1);
    queue.add([file('a'), file('b'), file('c')]);
    await settle();
    const [first, second] = queue.list();
    queue.cancel(second?.id ?? 0);
    queue.cancel(first?.id ?? 0);
    await settle();
    expect(sending[0]?.options.signal.aborted).toBe(true);
    expect(states(queue)).toEqual(['cancelled', 'cancelled', 'sending']);
    queue.retry(first?.id ?? 0);
    expect(states(queue)).toEqual(['waiting', 'cancelled', 'sending']);
    queue.cancelAll();
    await settle();
    expect(states(queue)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('leaves a cancelled one that is still being stopped alone, so that it does not run twice', async () => {
    const { queue, sending, settle } = rig();
    queue.add([file('a')]);
    await settle();
    const id = queue.list()[0]?.id ?? 0;
    queue.cancel(id);
    queue.retry(id);
    await settle();
    expect(sending.length).toBe(1);
    expect(states(queue)).toEqual(['cancelled']);
    queue.retry(id);
    await settle();
    expect(sending.length).toBe(2);
  });

  it('forgets what is over, and keeps the same list until something changes', async () => {
    const { queue, sending, settle } = rig();
    queue.add([file('a'), file('b')]);
    await settle();
    sending[0]?.end.resolve({ isNew: true });
    await settle();
    expect(queue.list()).toBe(queue.list());
    queue.clear();
    expect(queue.list().map(({ file: { name } }) => name)).toEqual(['b']);
  });

  it('tells a failure that is no answer of the server too', async () => {
    const { queue, sending, settle } = rig();
    queue.add([file('a')]);
    await settle();
    sending[0]?.end.reject(new TypeError('unforeseen'));
    await settle();
    expect(queue.list()[0]).toMatchObject({ state: 'failed', error: { code: 'unknown' } });
  });
});
