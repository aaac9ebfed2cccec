import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { pngTexts } from '../support/metadata/containers.ts';

const folder = await mkdtemp(join(tmpdir(), 'kiroku-strip-'));
afterAll(() => rm(folder, { recursive: true }));

const strip = (...args: string[]) => promisify(execFile)(process.execPath, ['scripts/strip.ts', ...args]);

describe('scripts/strip.ts', () => {
  it('writes a new file without what was embedded, and leaves the picture as it is', async () => {
    const [picture, copy] = [join(folder, 'a.png'), join(folder, 'b.png')];
    const bytes = await pngTexts({ parameters: 'a secret castle' });
    await writeFile(picture, bytes);
    await strip(picture, copy);
    expect((await readFile(copy)).includes('secret')).toBe(false);
    expect(await readFile(picture)).toEqual(bytes);
    const again = strip(picture, copy);
    await expect(again).rejects.toMatchObject({ code: 1 });
  });

  it('leaves no file behind of what it cannot take apart', async () => {
    const [picture, copy] = [join(folder, 'c.png'), join(folder, 'd.png')];
    await writeFile(picture, (await pngTexts({})).subarray(0, 100));
    await expect(strip(picture, copy)).rejects.toMatchObject({ code: 1 });
    await expect(readFile(copy)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('wants two names', async () => {
    await expect(strip('one')).rejects.toMatchObject({ code: 2 });
  });
});
