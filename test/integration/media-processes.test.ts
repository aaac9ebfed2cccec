import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createInlineDecoder } from '../../src/media/inline-decoder.ts';
import { createProcessDecoder, type ProcessDecoderOptions } from '../../src/media/process-decoder.ts';
import { animatedWebp, foreignFiles, jpegPicture, pngPicture } from '../support/pictures.ts';
import { alive, kindOfError, stopped } from '../support/processes.ts';

const limits = { maxPixels: 4_000_000, maxFrames: 20, thumbSize: 320 };
const closing: (() => Promise<void>)[] = [];

function decoderOf(options: Partial<ProcessDecoderOptions> = {}) {
  const decoder = createProcessDecoder({ limits, processes: 1, ...options });
  closing.push(() => decoder.close());
  return decoder;
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('decoder processes', () => {
  it('answer what the inline decoder answers, from bytes and from a path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kiroku-media-'));
    closing.push(() => rm(folder, { recursive: true }));
    const bytes = await jpegPicture({ width: 700, height: 500 });
    // The name says nothing; the bytes do.
    const path = join(folder, 'incoming.x.png');
    await writeFile(path, bytes);
    const expected = await createInlineDecoder(limits).decode({ bytes });
    const decoder = decoderOf();
    expect(await decoder.decode({ path })).toEqual(expected);
    expect(await decoder.decode({ bytes })).toEqual(expected);
  });

  it('carry a refusal over with its code and its details', async () => {
    const decoder = decoderOf();
    const { svg = Buffer.alloc(0) } = await foreignFiles();
    await expect(decoder.decode({ bytes: svg })).rejects.toMatchObject({
      name: 'KirokuError',
      code: 'unsupported_type',
    });
    await expect(decoder.decode({ bytes: await animatedWebp({ frames: 21 }) })).rejects.toMatchObject({
      code: 'image_too_large',
      details: { maxFrames: 20 },
    });
    await expect(decoder.decode({ path: join(tmpdir(), 'kiroku-no-such-picture') })).rejects.toMatchObject({
      code: 'io_error',
    });
    expect(decoder.stats()).toMatchObject({ running: 0, queued: 0, failures: 0 });
  });

  it('start when first needed, stay, and are never more than allowed', async () => {
    const decoder = decoderOf({ processes: 2 });
    expect(decoder.stats().pids).toEqual([]);
    const bytes = await pngPicture();
    await decoder.decode({ bytes });
    const [first] = decoder.stats().pids;
    await decoder.decode({ bytes });
    expect(decoder.stats().pids).toEqual([first]);
    await Promise.all(Array.from({ length: 8 }, () => decoder.decode({ bytes })));
    expect(decoder.stats().pids).toHaveLength(2);
    expect(decoder.stats().pids).toContain(first);
  });

  it('are replaced after so many pictures, and when they have grown too large', async () => {
    const bytes = await pngPicture();
    for (const options of [{ maxPictures: 2 }, { maxPictures: 2, maxRssBytes: 1 }]) {
      const decoder = decoderOf(options);
      const pids = new Set<number>();
      for (let picture = 0; picture < 4; picture += 1) {
        const decoding = decoder.decode({ bytes });
        for (const pid of decoder.stats().pids) pids.add(pid);
        await decoding;
        for (const pid of decoder.stats().pids) pids.add(pid);
      }
      expect(pids.size).toBe('maxRssBytes' in options ? 4 : 2);
    }
  });

  it.skipIf(process.platform !== 'linux')('find nothing of ours in their environment', async () => {
    process.env['KIROKU_TEST_SECRET'] = 'not for decoders';
    const decoder = decoderOf();
    await decoder.decode({ bytes: await pngPicture() });
    const names = await environmentNames(decoder.stats().pids[0]);
    delete process.env['KIROKU_TEST_SECRET'];
    expect(names).toContain('UV_THREADPOOL_SIZE');
    const allowed = /^(?:MALLOC_\w+|UV_THREADPOOL_SIZE|LD_LIBRARY_PATH|NODE_CHANNEL_\w+)$/;
    expect(names.filter((name) => !allowed.test(name))).toEqual([]);
  });
});

describe('the queue', () => {
  it('is bounded: the one too many is overloaded at once, the others are served', async () => {
    const decoder = decoderOf({ maxQueue: 2 });
    const bytes = await pngPicture();
    const served = [1, 2, 3].map(() => decoder.decode({ bytes }));
    await expect(decoder.decode({ bytes })).rejects.toMatchObject({
      code: 'overloaded',
      details: { retryAfter: 1 },
    });
    expect(decoder.stats()).toMatchObject({ running: 1, queued: 2 });
    expect(await Promise.all(served)).toHaveLength(3);
    await expect(decoder.decode({ bytes })).resolves.toMatchObject({ width: 64 });
  });

  it('serves in the order of asking', async () => {
    const decoder = decoderOf();
    const order: number[] = [];
    const bytes = await pngPicture();
    const jobs = [0, 1, 2, 3, 4].map((number) => decoder.decode({ bytes }).then(() => order.push(number)));
    await Promise.all(jobs);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('forgets who goes away while waiting', async () => {
    const decoder = decoderOf({ maxQueue: 1 });
    const bytes = await pngPicture();
    const gone = new AbortController();
    const running = decoder.decode({ bytes });
    const waiting = decoder.decode({ bytes }, gone.signal);
    gone.abort();
    expect(await kindOfError(waiting)).toBe('aborted');
    expect(decoder.stats().queued).toBe(0);
    const next = decoder.decode({ bytes });
    expect((await Promise.all([running, next])).map(({ width }) => width)).toEqual([64, 64]);
  });

  it('answers at once who goes away while its picture is being decoded; the process is kept', async () => {
    const decoder = decoderOf();
    const bytes = await pngPicture();
    await decoder.decode({ bytes });
    const [pid = 0] = decoder.stats().pids;
    const gone = new AbortController();
    const again = await stopped(pid, async () => {
      const decoding = decoder.decode({ bytes }, gone.signal);
      gone.abort();
      expect(await kindOfError(decoding)).toBe('aborted');
      // The process still holds that picture.
      expect(decoder.stats()).toMatchObject({ running: 1, queued: 0 });
      return { next: decoder.decode({ bytes }) };
    });
    expect(await again.next).toMatchObject({ width: 64 });
    expect(decoder.stats().pids).toEqual([pid]);
  });

  it('takes nobody who has gone already', async () => {
    const decoder = decoderOf();
    const decoding = decoder.decode({ bytes: await pngPicture() }, AbortSignal.abort());
    expect(await kindOfError(decoding)).toBe('aborted');
    expect(decoder.stats().pids).toEqual([]);
  });
});

describe('close', () => {
  it('answers whoever waits, ends every process, and takes no more', async () => {
    const decoder = decoderOf({ processes: 2 });
    const bytes = await pngPicture();
    await Promise.all([decoder.decode({ bytes }), decoder.decode({ bytes })]);
    const { pids } = decoder.stats();
    const kinds = Promise.all([1, 2, 3, 4].map(() => kindOfError(decoder.decode({ bytes }))));
    await decoder.close();
    expect(await kinds).toEqual(['draining', 'draining', 'draining', 'draining']);
    expect(pids.map(alive)).toEqual([false, false]);
    expect(decoder.stats()).toMatchObject({ queued: 0, pids: [] });
    expect(await kindOfError(decoder.decode({ bytes }))).toBe('draining');
    await decoder.close();
  });
});

async function environmentNames(pid: number | undefined): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8');
  return text
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(0, entry.indexOf('=')));
}
