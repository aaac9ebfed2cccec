import { parentPort, workerData } from 'node:worker_threads';
import { fromErrno } from '../../../domain/errors.ts';
import { createNodeStorage } from '../../../storage/node-storage.ts';
import { createDirectTextIndex } from './direct-text-index.ts';
import type { TextFile } from './text-index.ts';
import type { Answers, FromThread, Op, Request, ThreadData, ToThread } from './thread-protocol.ts';

/** The thread that searches: a direct index of its own, asked by number. It has nothing else to do: no turns are given. */
const { root }: ThreadData = workerData;
const index = createDirectTextIndex(createNodeStorage(root), { breathe: () => Promise.resolve() });
const files = new Map<number, TextFile>();
let lastFile = 0;

function keep(file: TextFile): number {
  lastFile += 1;
  files.set(lastFile, file);
  return lastFile;
}

function fileOf(number: number): TextFile {
  const file = files.get(number);
  if (file === undefined) throw new RangeError('no such search file');
  return file;
}

async function answer(request: Request): Promise<Answers[Op]> {
  switch (request.op) {
    case 'open': {
      const { owner, epoch } = request.with;
      const opened = await index.open(owner, epoch);
      return opened === undefined ? undefined : { file: keep(opened.file), blocks: opened.blocks };
    }
    case 'create':
      return keep(await index.create(request.with.owner, request.with.epoch));
    case 'append':
      return fileOf(request.with.file).append(request.with.places);
    case 'match': {
      const { file, blocks, sets, terms } = request.with;
      return fileOf(file).match(blocks, sets, terms);
    }
    case 'isMadeFrom': {
      const { file, block, picture, places } = request.with;
      return fileOf(file).isMadeFrom(block, picture, places);
    }
    case 'publish':
      return fileOf(request.with.file).publish();
    case 'close': {
      const file = fileOf(request.with.file);
      files.delete(request.with.file);
      await file.close();
      return true;
    }
  }
}

/** Large arrays that nobody here looks at again: they change hands instead of being copied. */
function handedOver(value: Answers[Op]): ArrayBuffer[] {
  if (typeof value !== 'object' || !('blocks' in value)) return [];
  const { seqs, signatures } = value.blocks;
  return [seqs.buffer, signatures.buffer].filter((buffer) => buffer instanceof ArrayBuffer);
}

const port = parentPort;
const underWay = new Set<Promise<void>>();

async function settle(id: number, request: Request): Promise<void> {
  const reply = (message: FromThread, transfer: ArrayBuffer[] = []): void =>
    port?.postMessage(message, transfer);
  try {
    const value = await answer(request);
    reply({ id, value }, handedOver(value));
  } catch (error) {
    const { code, message, details } = fromErrno(error);
    reply({ id, failed: { code, message, details } });
  }
}

async function end(): Promise<void> {
  await Promise.all(underWay);
  await Promise.allSettled([...files.values()].map((file) => file.close()));
  port?.close();
}

port?.on('message', (message: ToThread) => {
  if (message === 'end') return void end();
  // what is no request ends the thread with an error, as a fault of its own would
  const { id, request } = message;
  const one = settle(id, request).finally(() => underWay.delete(one));
  underWay.add(one);
});
