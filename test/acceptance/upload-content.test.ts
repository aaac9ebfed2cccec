import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256, tinyPng } from './png.ts';
import { serviceClient } from './rig.ts';
import {
  codeOf,
  filePart,
  filesIn,
  itemOf,
  type Part,
  stored,
  strangers,
  untilNothingStaged,
  uploadParts,
  useServer,
  visit,
} from './wire.ts';

const server = useServer();

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
    expect(await strangers(server.outputs)).toEqual([]);
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

describe('the picture list after all this', () => {
  it('is whole', async () => {
    await stored(server.url, 'u-meta', tinyPng(30));
    expect((await serviceClient(server.url, 'u-meta').all('active')).length).toBeGreaterThan(40);
  });
});
