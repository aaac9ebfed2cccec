import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createProcessDecoder, type ProcessDecoderOptions } from '../../src/media/process-decoder.ts';
import { pngTexts } from '../support/metadata/containers.ts';
import { metadataBomb, pixelBombPng, pngPicture } from '../support/pictures.ts';
import { alive, kindOfError, runWithFewDescriptors, stopped, untilGone } from '../support/processes.ts';

const limits = { maxPixels: 50_000_000, maxFrames: 60, thumbSize: 320 };
const closing: (() => Promise<void>)[] = [];

function decoderOf(options: Partial<ProcessDecoderOptions> = {}) {
  const decoder = createProcessDecoder({ limits, processes: 1, ...options });
  closing.push(() => decoder.close());
  return decoder;
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('a decoder process that dies (I4)', () => {
  it('takes its one picture with it; those that wait and the next get a new process', async () => {
    const decoder = decoderOf();
    const bytes = await pngPicture();
    await decoder.decode({ bytes });
    const [pid = 0] = decoder.stats().pids;
    const { victim, waiting } = await stopped(pid, async () => {
      const jobs = { victim: decoder.decode({ bytes }), waiting: decoder.decode({ bytes }) };
      process.kill(pid, 'SIGKILL');
      expect(await kindOfError(jobs.victim)).toBe('decoder_failed');
      return jobs;
    });
    expect(await kindOfError(victim)).toBe('decoder_failed');
    expect(await waiting).toMatchObject({ width: 64 });
    expect(await decoder.decode({ bytes })).toMatchObject({ width: 64 });
    const { pids, failures } = decoder.stats();
    expect([pids.length, pids.includes(pid), failures]).toEqual([1, false, 1]);
  });

  it('while idle, harms nobody', async () => {
    const decoder = decoderOf();
    const bytes = await pngPicture();
    await decoder.decode({ bytes });
    const [pid = 0] = decoder.stats().pids;
    process.kill(pid, 'SIGKILL');
    while (decoder.stats().pids.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await decoder.decode({ bytes })).toMatchObject({ width: 64 });
    expect(decoder.stats().failures).toBe(0);
  });

  it('again and again, is replaced again and again', async () => {
    const decoder = decoderOf();
    const bytes = await pngPicture();
    for (let round = 0; round < 4; round += 1) {
      await decoder.decode({ bytes });
      const [pid = 0] = decoder.stats().pids;
      await stopped(pid, async () => {
        const victim = kindOfError(decoder.decode({ bytes }));
        process.kill(pid, 'SIGKILL');
        expect(await victim).toBe('decoder_failed');
      });
    }
    expect(decoder.stats().failures).toBe(4);
  });
});

describe('a picture that takes too long (I1)', () => {
  it('is given up and its process killed; the next gets a new one', async () => {
    // long enough for a process to start and decode on a machine that is busy with other tests
    const decoder = decoderOf({ timeoutMs: 8_000 });
    const bytes = await pngPicture();
    await decoder.decode({ bytes });
    const [pid = 0] = decoder.stats().pids;
    await stopped(pid, async () => {
      // A process that stands still is a decode that never ends.
      expect(await kindOfError(decoder.decode({ bytes }))).toBe('decoder_failed');
    });
    await untilGone(pid);
    expect(await decoder.decode({ bytes })).toMatchObject({ width: 64 });
  });
});

describe('a server without free descriptors (D6)', () => {
  it('answers overloaded, starts nothing, and recovers by itself', async () => {
    const told = await runWithFewDescriptors(new URL('./media-no-descriptors.ts', import.meta.url));
    expect(told).toEqual({
      refused: ['overloaded', 'overloaded', 'overloaded'],
      left: { running: 0, queued: 0, pids: [], failures: 0 },
      afterwards: 64,
    });
  });
});

describe('a server that dies', () => {
  it('leaves no decoder behind, not even with kill -9', async () => {
    const server = spawn(process.execPath, [fileURLToPath(new URL('./media-parent.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closing.push(async () => {
      server.kill('SIGKILL');
    });
    const [line] = await once(server.stdout, 'data');
    const pid = Number(String(line));
    expect(alive(pid)).toBe(true);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await untilGone(pid);
  });
});

describe.skipIf(process.platform !== 'linux')('memory of a decoder process (I1, I3)', () => {
  it.each(['iCCP', 'zTXt', 'iTXt'] as const)('stays small over 200 MB of zeros in %s', async (type) => {
    const decoder = decoderOf();
    await decoder.decode({ bytes: await pngPicture() });
    const { pids } = decoder.stats();
    const before = await peakRss(pids[0]);
    const bytes = await metadataBomb(type, 200_000_000);
    // Bounded is what matters: libpng drops what is too large, and may also refuse the picture for it.
    const outcome = await decoder.decode({ bytes }).then(
      () => 'decoded',
      (error: unknown) => kindOfError(Promise.reject(error)),
    );
    expect(['decoded', 'undecodable_image']).toContain(outcome);
    expect(decoder.stats()).toMatchObject({ pids, failures: 0 });
    expect((await peakRss(pids[0])) - before).toBeLessThan(64 * 1024 * 1024);
    expect(await decoder.decode({ bytes: await pngPicture() })).toMatchObject({ width: 64 });
  });

  const SEPARATORS = 4_000_000;
  it.each([
    ['invokeai_metadata', { model: { name: '\\'.repeat(SEPARATORS) } }],
    ['invokeai_metadata', { model: '/'.repeat(SEPARATORS), loras: [{ name: '/'.repeat(SEPARATORS) }] }],
    ['parameters', { sui_image_params: { model: 'm', loras: ','.repeat(2 * SEPARATORS) } }],
  ])('is enough for a name that is nothing but separators, in %s', async (keyword, text) => {
    const decoder = decoderOf();
    const bytes = await pngTexts({ [keyword]: JSON.stringify(text) });
    expect(await decoder.decode({ bytes })).toMatchObject({
      recipe: { meta: { model: expect.any(String) } },
    });
    expect(decoder.stats().failures).toBe(0);
  });

  it('does not grow for a picture that its header rules out', async () => {
    const decoder = decoderOf();
    await decoder.decode({ bytes: await pngPicture() });
    const before = await peakRss(decoder.stats().pids[0]);
    expect(await kindOfError(decoder.decode({ bytes: pixelBombPng(16_384, 16_384) }))).toBe(
      'image_too_large',
    );
    expect((await peakRss(decoder.stats().pids[0])) - before).toBeLessThan(16 * 1024 * 1024);
  });

  it('comes back: what bombs made a process take is not held for the pictures to come', async () => {
    const decoder = decoderOf();
    await decoder.decode({ bytes: await pngPicture() });
    const { pids } = decoder.stats();
    const before = await memoryOf(pids[0], 'VmRSS');
    const bombs = [20, 200].flatMap((size) =>
      (['iCCP', 'zTXt', 'iTXt'] as const).map((type) => metadataBomb(type, size * 1024 * 1024)),
    );
    for (let n = 0; n < 48; n += 1) {
      const bytes = await bombs[(n * 5) % bombs.length];
      if (bytes !== undefined) await Promise.allSettled([decoder.decode({ bytes })]);
    }
    // a process that died, or was replaced for its size, would be a small one again
    expect(decoder.stats()).toMatchObject({ pids, failures: 0 });
    // 100 MiB and more with malloc's own thresholds and V8's own young generation
    const held = (await memoryOf(pids[0], 'VmRSS')) - before;
    expect(held).toBeLessThan(85 * 1024 * 1024);
  });
});

/** Bytes of the largest resident set the process ever had. */
function peakRss(pid: number | undefined): Promise<number> {
  return memoryOf(pid, 'VmHWM');
}

/** Bytes, by the name of proc(5). */
async function memoryOf(pid: number | undefined, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024;
}
