import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZipStream, type ZipSource } from '../../../../src/services/zip/zip-stream.ts';
import { hasTool } from '../../../support/tools.ts';

const TIME = Date.UTC(2026, 2, 4, 5, 6, 8);

function sourceOf(name: string, content: Uint8Array, opened: string[] = []): ZipSource {
  return {
    name,
    bytes: content.byteLength,
    crc32: crc32(content),
    time: TIME,
    async *stream(start, end) {
      opened.push(name);
      // in odd pieces, as a disk gives them
      for (let at = start; at <= end; at += 7) yield content.subarray(at, Math.min(end + 1, at + 7));
    },
  };
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

const files: readonly (readonly [string, Buffer])[] = [
  ['01kaj.png', Buffer.from('some picture that is no picture')],
  ['고양이 사진.webp', Buffer.alloc(1000, 7)],
  ['empty.jpg', Buffer.alloc(0)],
];

describe('createZipStream', () => {
  it.skipIf(!hasTool('python3'))('is an archive that other programs open', async () => {
    const zip = createZipStream(files.map(([name, content]) => sourceOf(name, content)));
    const whole = await bytesOf(zip.stream(0, zip.bytes - 1));
    expect(whole.length).toBe(zip.bytes);
    const folder = mkdtempSync(join(tmpdir(), 'kiroku-zip-'));
    try {
      writeFileSync(join(folder, 'a.zip'), whole);
      const script = `
import zipfile, json, sys
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, i.file_size, i.date_time, z.read(i).hex()] for i in z.infolist()]))`;
      const told: unknown = JSON.parse(
        execFileSync('python3', ['-c', script, join(folder, 'a.zip')], { encoding: 'utf8' }),
      );
      expect(told).toEqual(
        files.map(([name, content]) => [
          name,
          content.length,
          [2026, 3, 4, 5, 6, 8],
          content.toString('hex'),
        ]),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('gives any part of itself, and opens only what that part needs', async () => {
    const zip = createZipStream(files.map(([name, content]) => sourceOf(name, content)));
    const whole = await bytesOf(zip.stream(0, zip.bytes - 1));
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.bytes - 1), fc.nat(zip.bytes - 1), async (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect((await bytesOf(zip.stream(start, end))).equals(whole.subarray(start, end + 1))).toBe(true);
      }),
    );
    const opened: string[] = [];
    const other = createZipStream(files.map(([name, content]) => sourceOf(name, content, opened)));
    await bytesOf(other.stream(other.bytes - 30, other.bytes - 1));
    expect(opened).toEqual([]);
  });

  it('has the same tag for the same content, and another for any other', () => {
    const make = (name: string, content: string) =>
      createZipStream([sourceOf(name, Buffer.from(content))]).etag;
    expect(make('a', 'x')).toBe(make('a', 'x'));
    expect(new Set([make('a', 'x'), make('b', 'x'), make('a', 'y')]).size).toBe(3);
  });

  it.each([
    ['shorter', Buffer.alloc(3)],
    ['longer', Buffer.alloc(30)],
  ])('breaks when a file is %s than it was', async (_what, now) => {
    const source = { ...sourceOf('a', Buffer.alloc(10)), stream: sourceOf('a', now).stream };
    const stream = () => ({
      ...source,
      stream: async function* () {
        yield now;
      },
    });
    const zip = createZipStream([stream()]);
    await expect(bytesOf(zip.stream(0, zip.bytes - 1))).rejects.toMatchObject({ code: 'io_error' });
  });

  it.skipIf(!hasTool('python3'))('goes past four gigabytes and 65,535 members by Zip64', async () => {
    const large: ZipSource = { ...sourceOf('large', Buffer.alloc(0)), bytes: 5 * 2 ** 30 };
    const many = Array.from({ length: 70_000 }, (_, i) => sourceOf(`f${i}`, Buffer.alloc(0)));
    const zip = createZipStream([large, ...many]);
    // all but the large content, which would take a while: a sparse file stands for it
    const head = await bytesOf(zip.stream(0, 59));
    const tail = await bytesOf(zip.stream(5 * 2 ** 30 + 1000, zip.bytes - 1));
    const folder = mkdtempSync(join(tmpdir(), 'kiroku-zip-'));
    try {
      const script = `
import zipfile, sys
path, head, tail, total = sys.argv[1], bytes.fromhex(sys.argv[2]), sys.argv[3], int(sys.argv[4])
with open(path, 'wb') as f:
    f.write(head)
    t = open(tail, 'rb').read()
    f.seek(total - len(t)); f.write(t)
with zipfile.ZipFile(path) as z:
    infos = z.infolist()
    print(len(infos), infos[0].file_size, infos[1].header_offset > 2**32, z.read('f69999') == b'')`;
      writeFileSync(join(folder, 'tail'), tail);
      const told = execFileSync(
        'python3',
        ['-c', script, join(folder, 'a.zip'), head.toString('hex'), join(folder, 'tail'), String(zip.bytes)],
        { encoding: 'utf8' },
      );
      expect(told.trim()).toBe(`70001 ${5 * 2 ** 30} True True`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
