import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DemoFile } from './demo-files.ts';
import type { DemoPicture } from './demo-plan.ts';

/** Paints all of them, some at a time; `use` gets each with its place, in any order. */
export async function paintAll(
  pictures: readonly DemoPicture[],
  use: (picture: DemoPicture, file: DemoFile, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const paintSome = async (): Promise<void> => {
    const worker = new Worker(new URL('./demo-painter.ts', import.meta.url));
    try {
      for (let index = next++; index < pictures.length; index = next++) {
        const picture = pictures[index];
        if (picture !== undefined) await use(picture, await paint(worker, picture, index + 1), index);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, paintSome));
}

async function paint(worker: Worker, picture: DemoPicture, number: number): Promise<DemoFile> {
  worker.postMessage({ picture, number });
  const [answer]: readonly ({ readonly file: DemoFile } | { readonly error: string })[] = await once(
    worker,
    'message',
  );
  if (answer === undefined) throw new Error('a painter said nothing');
  if ('error' in answer) throw new Error(answer.error);
  return answer.file;
}
