import { open, readFile, rename, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isErrno } from '../domain/errors.ts';

/** A file that its holder rewrites all the time; whoever sees it move knows that the holder lives. */
export interface Heartbeat {
  stop(): Promise<void>;
}

const BEATS_WATCHED = 3;

/**
 * Watches `path` for three beats; when no foreign beat moved, beats there itself until stopped. The last look is
 * after the first own beat: of two that start at once, at most one sees its own nonce in the end.
 * @param beatEvery ms
 * @returns undefined when somebody else beats
 * @throws the operating system's error when the file can be neither read nor made
 */
export async function createHeartbeat(
  path: string,
  nonce: string,
  beatEvery: number,
  now: () => number,
): Promise<Heartbeat | undefined> {
  if (await movesWithin(path, beatEvery * BEATS_WATCHED)) return undefined;
  await beat(path, nonce, now());
  await sleep(beatEvery);
  if (!(await readBeat(path))?.startsWith(`${nonce} `)) return undefined;

  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // A missed beat is no reason to stop serving: the lock itself is still held. The next one may succeed.
    beating = beating.then(() => beat(path, nonce, now())).catch(() => undefined);
  }, beatEvery);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await beating;
      await unlink(path).catch(() => undefined);
    },
  };
}

async function movesWithin(path: string, patience: number): Promise<boolean> {
  const before = await readBeat(path);
  if (before === undefined) return false;
  await sleep(patience);
  const after = await readBeat(path);
  return after !== undefined && after !== before;
}

async function readBeat(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** One beat: nonce and time, put in place by a rename so that no reader sees half of it. */
async function beat(path: string, nonce: string, time: number): Promise<void> {
  const fresh = `${path}.${nonce}`;
  const file = await open(fresh, 'w', 0o640);
  try {
    await file.writeFile(`${nonce} ${time}\n`, 'latin1');
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}
