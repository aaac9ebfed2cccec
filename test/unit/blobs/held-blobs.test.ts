import { expect, it } from 'vitest';
import { createHeldBlobs } from '../../../src/blobs/held-blobs.ts';
import { createMemoryBlobStore } from '../../../src/blobs/memory-blob-store.ts';
import { KirokuError } from '../../../src/domain/errors.ts';
import { failureOf, NOON } from '../../support/services.ts';

const A = 'users/anna/2026/11/21/01kahv3w00000000000000000a.png';
const B = 'users/anna/2026/11/21/01kahv3w00000000000000000b.png';

const memory = () => createMemoryBlobStore({ now: () => NOON });

async function staged(blobs: ReturnType<typeof memory>, key: string) {
  const writer = await blobs.stage(key);
  await writer.write(Buffer.from('bytes'));
  return writer.finish();
}

it('holds what is staged until it is released, taken back or given up', async () => {
  const { blobs, isHeld } = createHeldBlobs(memory());
  const one = await blobs.rekey(await staged(blobs, 'incoming/x.png'), A);
  expect([isHeld('incoming/x.png'), isHeld(A)]).toEqual([false, true]);
  await blobs.publish([one]);
  expect(isHeld(A)).toBe(true);
  await blobs.release([one]);
  expect(isHeld(A)).toBe(false);

  const copy = await blobs.stageFrom(A, B);
  expect(isHeld(B)).toBe(true);
  await blobs.retract(copy === undefined ? [] : [copy]);
  expect(isHeld(B)).toBe(false);

  const writer = await blobs.stage(B);
  expect(isHeld(B)).toBe(true);
  await writer.abort();
  expect(isHeld(B)).toBe(false);
});

it('holds nothing for whoever failed', async () => {
  const store = memory();
  const away = async (): Promise<never> => {
    throw new KirokuError('io_error', 'away');
  };
  const { blobs, isHeld } = createHeldBlobs({ ...store, release: away, retract: away });
  const one = await staged(blobs, A);
  await failureOf(blobs.stage(A));
  expect(isHeld(A)).toBe(true);
  await failureOf(blobs.release([one]));
  expect(isHeld(A)).toBe(false);
  const other = await staged(blobs, B);
  await failureOf(blobs.retract([other]));
  expect(isHeld(B)).toBe(false);
  expect(
    await blobs.stageFrom('users/anna/2026/11/21/01kahv3w00000000000000000c.png', 'incoming/y.png'),
  ).toBe(undefined);
  expect(isHeld('incoming/y.png')).toBe(false);
});
